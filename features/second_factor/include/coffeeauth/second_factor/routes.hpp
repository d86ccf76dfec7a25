#pragma once
/// The REST routes of the feature `second_factor`.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"
#include "coffeeauth/second_factor/second_factor.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace second_factor {

/// Limits changes that the owner is notified of, by user.
inline constexpr LimitScope change_limit{"second_factor_change"};

/// What the routes need of the program.
struct RouteOptions {
  /// Draws a QR code of a text, as a complete SVG document. Without it, new authenticator apps have
  /// no `qr`, and clients draw it themselves from `uri`. Must be thread-safe.
  std::function<std::string(std::string_view text)> qr_svg{};
};

/// Returns the routes, for ApiOptions::extra_routes; none if the feature is not enabled. Borrows
/// `second_factor`, which must be attached to its Auth and outlive the Api.
[[nodiscard]] std::vector<http::Route> routes(SecondFactor& second_factor,
                                              RouteOptions options = {});

}  // namespace second_factor
}  // namespace coffeeauth
