#pragma once
/// Pages behind mailed links, for services without a front end.

#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// Texts of the pages, and the API that their forms use.
struct PageOptions {
  /// Shown above each page and in its title; plain text, which the pages escape. Empty shows none.
  std::string service_name{};
  /// The API's base as a browser resolves it from `/account/reset`: `../api` unless
  /// ApiOptions::prefix differs, `/api`, or `/shop/v1`. Always on the origin of the pages.
  std::string api = "../api";
  /// Whether passwords are reset by link.
  bool links = true;
  /// Whether passwords are reset by code; `/account/forgot` then takes the code and the password.
  bool codes = false;
  /// The page to log in at, to which a new password leads: a path beside `/account/reset`, such as
  /// `/account/login`. Empty if there is none.
  std::string login_page{};
};

/// Returns the routes of the pages, for ApiOptions::extra_routes: `/account/reset`,
/// `/account/forgot`, `/account/email`, `/account/undo`, and their assets below `/account/assets`.
/// The first two exist only if `links` or `codes` needs them.
///
/// A link carries its token in the fragment (`/account/reset#token=rst_...`), which browsers do not
/// send; the page removes it from the address bar and posts it to the API when its button is
/// pressed. So GET and HEAD change nothing, however often a mail scanner follows the link. A reset
/// asks for the second factor of an account that has one. The pages are in English or German, by
/// Accept-Language, load nothing from other origins, and have a Content-Security-Policy without
/// inline script or style. All their URLs are relative.
///
/// Throws std::invalid_argument when `api` is on another origin or has a query or a fragment, and
/// when `login_page` does not begin with a slash.
[[nodiscard]] std::vector<http::Route> page_routes(const PageOptions& options);

}  // namespace recovery
}  // namespace coffeeauth
