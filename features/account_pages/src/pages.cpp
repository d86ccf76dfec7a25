#include "coffeeauth/account_pages/pages.hpp"

#include <string_view>
#include <utility>

#include "coffeeauth/http/pages.hpp"
#include "coffeeauth_account_pages_files.hpp"

namespace coffeeauth::account_pages {
namespace {

/// The scripts only ever set text; a browser that knows Trusted Types holds them to it.
constexpr std::string_view no_markup = "; require-trusted-types-for 'script'; trusted-types 'none'";

/// Besides what is on its origin, a page shows images of these sources.
std::string policy_with(std::string_view images) {
  std::string policy{http::page_policy};
  constexpr std::string_view own_images = "img-src 'self'";
  policy.insert(policy.find(own_images) + own_images.size(), images);
  return policy.append(no_markup);
}

http::Route page(std::string_view name, const PageOptions& options, std::string policy) {
  return http::page_route("/account/" + std::string{name}, {.file = pages::file,
                                                            .service_name = options.service_name,
                                                            .api = options.api,
                                                            .script = std::string{name} + ".js",
                                                            .is_module = true,
                                                            .style = "pages.css",
                                                            .icon = "security.svg",
                                                            .asks_second_step = true,
                                                            .policy = std::move(policy)});
}

http::Route asset(std::string_view name, std::string_view type, std::string_view before = {}) {
  const auto path = "assets/" + std::string{name};
  return http::page_asset_route("/account/" + path, type,
                                std::string{before}.append(pages::file(path)));
}

}  // namespace

std::vector<http::Route> page_routes(const PageOptions& options) {
  constexpr std::string_view script = "text/javascript; charset=utf-8";
  return {
      page("login", options, policy_with("")),
      // The QR code of an authenticator app, which the API draws.
      page("security", options, policy_with(" data:")),
      http::page_asset_route("/account/assets/page.js", script, std::string{http::page_script()}),
      asset("client.js", script), asset("login.js", script), asset("security.js", script),
      asset("dialogs.js", script),
      asset("pages.css", "text/css; charset=utf-8", http::page_style()),
      asset("security.svg", "image/svg+xml")};
}

}  // namespace coffeeauth::account_pages
