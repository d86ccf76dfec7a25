#pragma once
/// What an Access means for the token of a request. Private to the library.

#include "coffeeauth/http/route.hpp"

namespace coffeeauth::http {

/// Nobody is served without a good bearer token.
[[nodiscard]] inline bool needs_token(const Route& route) noexcept {
  return route.access == Access::user || route.access == Access::admin;
}

/// A token that comes is looked at.
[[nodiscard]] inline bool takes_token(const Route& route) noexcept {
  return needs_token(route) || route.access == Access::optional_user;
}

/// For whoever runs the service; others do not get to know of it.
[[nodiscard]] inline bool is_private(const Route& route) noexcept {
  return route.access == Access::operators || route.access == Access::link_holders;
}

}  // namespace coffeeauth::http
