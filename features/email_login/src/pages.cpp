#include "coffeeauth/email_login/pages.hpp"

#include <string_view>

#include "coffeeauth/http/pages.hpp"
#include "coffeeauth_email_login_files.hpp"

namespace coffeeauth::email_login {
namespace {

http::Route login_asset(std::string_view name, std::string_view type, std::string_view content) {
  return http::page_asset_route("/account/assets/" + std::string{name}, type, std::string{content});
}

}  // namespace

std::vector<http::Route> page_routes(const PageOptions& options) {
  constexpr std::string_view script = "text/javascript; charset=utf-8";
  return {http::page_route("/account/email-login", {.file = pages::file,
                                                    .service_name = options.service_name,
                                                    .api = options.api,
                                                    .script = "email-login.js",
                                                    .is_module = true,
                                                    .style = "email-login.css",
                                                    .icon = "email-login.svg",
                                                    .asks_second_step = true}),
          login_asset("email-login.js", script, pages::file("assets/login.js")),
          login_asset("email-login-page.js", script, http::page_script()),
          login_asset("email-login.css", "text/css; charset=utf-8", http::page_style()),
          login_asset("email-login.svg", "image/svg+xml", pages::file("assets/icon.svg"))};
}

}  // namespace coffeeauth::email_login
