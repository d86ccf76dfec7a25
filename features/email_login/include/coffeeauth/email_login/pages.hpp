#pragma once
/// The page behind the mailed link, for services without a front end.

#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace email_login {

/// Texts of the page, and the API that its button uses.
struct PageOptions {
  /// Shown above the page and in its title; plain text, which the page escapes. Empty shows none.
  std::string service_name{};
  /// The API's base as a browser resolves it from `/account/email-login`: `../api` unless
  /// ApiOptions::prefix differs, `/api`, or `/shop/v1`. Always on the origin of the page.
  std::string api = "../api";
};

/// Returns the routes of the page, for ApiOptions::extra_routes: `/account/email-login`, and its
/// assets below `/account/assets`.
///
/// The link carries its token in the fragment (`/account/email-login#token=lgn_...`), which
/// browsers do not send; the page removes it from the address bar and posts it to the API when its
/// button is pressed. So GET and HEAD change nothing, however often a mail scanner follows the
/// link. The page asks for the second factor of an account that has one. It then keeps the API's
/// answer as JSON in the sessionStorage of the tab, as `coffeeauth.login`, for the front end on the
/// same origin that its link leads to. It is in English or German, by Accept-Language, loads
/// nothing from other origins, and has a Content-Security-Policy without inline script or style.
/// All its URLs are relative.
///
/// Throws std::invalid_argument when `api` is on another origin or has a query or a fragment.
[[nodiscard]] std::vector<http::Route> page_routes(const PageOptions& options);

}  // namespace email_login
}  // namespace coffeeauth
