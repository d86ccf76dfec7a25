#include "coffeeauth/recovery/pages.hpp"

#include <initializer_list>
#include <stdexcept>
#include <string_view>

#include "coffeeauth/http/pages.hpp"
#include "coffeeauth_recovery_files.hpp"

namespace coffeeauth::recovery {
namespace {

http::PageSite site_of(const PageOptions& options) {
  return {.file = pages::file,
          .service_name = options.service_name,
          .api = options.api,
          .script = "account.js",
          .style = "account.css",
          .icon = "icon.svg"};
}

http::Route page(std::string_view name, const PageOptions& options) {
  const auto flag = [](bool on) { return std::string{on ? "yes" : ""}; };
  auto site = site_of(options);
  site.asks_second_step = name == "reset" || (name == "forgot" && options.codes);
  return http::page_route("/account/" + std::string{name}, site,
                          {{"links", flag(options.links)},
                           {"codes", flag(options.codes)},
                           {"forgot", flag(options.links || options.codes)},
                           {"login_page", options.login_page}});
}

http::Route asset(std::string_view name, std::string_view type, std::string_view content) {
  return http::page_asset_route("/account/assets/" + std::string{name}, type, std::string{content});
}

}  // namespace

std::vector<http::Route> page_routes(const PageOptions& options) {
  if (!options.login_page.empty() && !options.login_page.starts_with('/')) {
    throw std::invalid_argument("PageOptions::login_page is a path that begins with a slash");
  }
  std::vector<http::Route> routes{
      page("email", options),
      page("undo", options),
      asset("account.js", "text/javascript; charset=utf-8", pages::file("assets/account.js")),
      asset("account-page.js", "text/javascript; charset=utf-8", http::page_script()),
      asset("account.css", "text/css; charset=utf-8", http::page_style()),
      asset("icon.svg", "image/svg+xml", pages::file("assets/icon.svg"))};
  if (options.links || options.codes) routes.push_back(page("forgot", options));
  // An undo mails a link where nobody can ask for anything, too.
  if (options.links || !options.codes) routes.push_back(page("reset", options));
  return routes;
}

}  // namespace coffeeauth::recovery
