#include "asset_route.hpp"
#include "coffeeauth/web/web.hpp"

namespace coffeeauth::web {
namespace {

constexpr auto script_type = "text/javascript; charset=utf-8";
constexpr auto style_type = "text/css; charset=utf-8";
constexpr auto page_type = "text/html; charset=utf-8";

// Both draw pictures from data: URLs.
constexpr auto swagger_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// ReDoc writes its styles into the page, and searches in a worker that it makes of a blob.
constexpr auto redoc_policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

http::Route start_page() {
  return {.method = "GET",
          .path = "/",
          .handler = [](const http::RouteContext&) -> Result<http::Response> {
            http::Response response{.status = 302, .headers = {}, .body = {}};
            response.set("Location", "/swagger/");
            return response;
          }};
}

}  // namespace

std::vector<http::Route> page_routes() {
  const auto script = [](const std::string& name) {
    return asset_route("/assets/" + name, asset(name), script_type);
  };
  const auto style = [](const std::string& name) {
    return asset_route("/assets/" + name, asset(name), style_type);
  };
  return {start_page(),
          asset_route("/swagger", asset("swagger.html"), page_type, swagger_policy),
          asset_route("/redoc", asset("redoc.html"), page_type, redoc_policy),
          script("swagger-ui-bundle.js"),
          script("swagger.js"),
          script("redoc.standalone.js"),
          script("redoc.js"),
          style("swagger-ui.css"),
          style("page.css"),
          asset_route("/assets/icon.png", asset("icon.png"), "image/png")};
}

}  // namespace coffeeauth::web
