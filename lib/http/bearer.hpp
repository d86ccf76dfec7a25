#pragma once
/// Reading the Authorization field (RFC 6750 2.1). Private to the library.

#include <string_view>

#include "coffeeauth/http/request.hpp"

namespace coffeeauth::http {

enum class BearerState {
  /// No Authorization field, or one of another scheme.
  absent,
  /// Two fields, no token behind the scheme, characters outside of b64token, or too long.
  malformed,
  present,
};

struct Bearer {
  BearerState state = BearerState::absent;
  /// Points into the request.
  std::string_view token;
};

/// The token of a request, from the header only: never from the query or a cookie, where it would
/// end up in logs, or be sent by a page of somebody else.
[[nodiscard]] Bearer read_bearer(const Request& request) noexcept;

}  // namespace coffeeauth::http
