#pragma once
/// Pages behind mailed links, for a service that has no front end of its own.

#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// What the pages say and where they send what is typed into them.
struct PageOptions {
  /// Stands above each page and in its title; plain text, which the pages escape. Empty shows none.
  std::string service_name{};
  /// Where the API is, as a browser sees it from `/account/reset`: `../api` unless
  /// ApiOptions::prefix says otherwise, `/api`, or `/shop/v1`. Always on the origin of the pages.
  std::string api = "../api";
  /// Whether passwords are reset by link.
  bool links = true;
  /// Whether passwords are reset by code; `/account/forgot` then takes the code and the password.
  bool codes = false;
};

/// Returns the routes of the pages, for ApiOptions::extra_routes: `/account/reset`,
/// `/account/forgot`, `/account/email`, `/account/undo`, and below `/account/assets` what they
/// load. The first two are there only when `links` or `codes` wants them.
///
/// A link brings its token in the fragment (`/account/reset#token=rst_...`), which browsers do not
/// send; a page takes it out of the address bar and posts it to the API when its button is pressed.
/// So GET and HEAD change nothing, however often a mail scanner asks. The pages are English or
/// German, as Accept-Language prefers, load nothing from elsewhere, and keep to a
/// Content-Security-Policy without inline script or style. All addresses in them are relative.
///
/// Throws std::invalid_argument when `api` names another origin or holds a query or a fragment.
[[nodiscard]] std::vector<http::Route> page_routes(const PageOptions& options);

}  // namespace recovery
}  // namespace coffeeauth
