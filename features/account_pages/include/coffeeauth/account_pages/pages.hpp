#pragma once
/// Pages to log in and to manage what protects an account, for services without a front end.

#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace account_pages {

/// Texts of the pages, and the API that they use.
struct PageOptions {
  /// Shown above each page and in its title; plain text, which the pages escape. Empty shows none.
  std::string service_name{};
  /// The API's base as a browser resolves it from `/account/login`: `../api` unless
  /// ApiOptions::prefix differs, `/api`, or `/shop/v1`. Always on the origin of the pages.
  std::string api = "../api";
};

/// Returns the routes of the pages, for ApiOptions::extra_routes: `/account/login`,
/// `/account/security`, and their assets below `/account/assets`.
///
/// The pages are static and the same for everyone: they find out what the API has (second factors,
/// passkeys, logins by mail), and hide the rest. The access token is kept in a variable, the
/// refresh token in the session storage of the tab, and the tokens of trusted devices in the local
/// storage; there is no cookie. The pages are in English or German, by Accept-Language, load
/// nothing from other origins, and have a Content-Security-Policy without inline script or style,
/// which also requires Trusted Types and allows none.
///
/// Throws std::invalid_argument when `api` is on another origin or has a query or a fragment.
[[nodiscard]] std::vector<http::Route> page_routes(const PageOptions& options);

}  // namespace account_pages
}  // namespace coffeeauth
