#pragma once
/// Pages for people beside the API, in the look and the languages of the library's own: static
/// HTML, whose scripts talk to the API of the same origin. Pure functions.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// The Content-Security-Policy of a page that runs and loads nothing but its own files.
inline constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What several pages have in common.
struct PageSite {
  /// Returns an embedded file, as coffeeauth_embed_files() makes it, and throws if there is none of
  /// that path. A page `reset` is `en/reset.html` and `de/reset.html`: a line `Title: ...`, an
  /// empty line, and HTML. `en/common.html` and `de/common.html` follow on every page.
  std::function<std::string_view(std::string_view path)> file;
  /// Shown above each page and in its title; plain text, which the pages escape. Empty shows none.
  std::string service_name{};
  /// The API's base as a browser resolves it from a page, in `data-api` of the body: `../api`,
  /// `/api`, or `/shop/v1`. Always on the origin of the pages.
  std::string api = "../api";
  /// The script of the pages, beside them in `assets/`.
  std::string script{};
  /// Whether the script is a module.
  bool is_module = false;
  /// The style sheet of the pages, in `assets/`.
  std::string style{};
  /// The icon of the pages, in `assets/`.
  std::string icon{};
  /// Whether the pages can ask for the second step: its words follow on each page, for
  /// askSecondStep() of page_script().
  bool asks_second_step = false;
  /// The Content-Security-Policy.
  std::string policy{page_policy};
};

/// Values of a page, by name. In its source, `{{name}}` is the value, escaped, and `{{{name}}}` the
/// value as it is. `{{#name}}` to `{{/name}}` stays where the value is not empty, `{{^name}}` to
/// `{{/name}}` where it is. Every page has `up`, the relative URL of the folder it is in.
using PageValues = std::vector<std::pair<std::string_view, std::string>>;

/// Returns the route of a page, in English or German by Accept-Language, for
/// ApiOptions::extra_routes. Its name in PageSite::file is the last segment of `path`.
///
/// All its URLs are relative to how it was asked for, with or without a slash at the end. GET and
/// HEAD change nothing.
///
/// Throws std::invalid_argument when PageSite::api is on another origin or has a query or a
/// fragment, and std::logic_error when the page's source is not complete.
[[nodiscard]] Route page_route(std::string path, const PageSite& site, PageValues values = {});

/// Returns the route of a file that pages load.
[[nodiscard]] Route page_asset_route(std::string path, std::string_view content_type,
                                     std::string content);

/// Returns the module that the scripts of the library's pages import: forms, requests to the API,
/// passkeys, and the second step of a login or a password reset, which
/// `askSecondStep(place, challenge)` asks for where `canAskSecondStep(answer)`. Serve it beside
/// them.
[[nodiscard]] std::string_view page_script();

/// Returns the style sheet of the library's pages.
[[nodiscard]] std::string_view page_style();

}  // namespace http
}  // namespace coffeeauth
