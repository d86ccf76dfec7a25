#include <utility>

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

// Relative, as all addresses in the pages are: below a path of a proxy they lead to the same place.
http::Response redirect(std::string location) {
  http::Response response{.status = 302, .headers = {}, .body = {}};
  response.set("Location", std::move(location));
  return response;
}

http::Route start_page() {
  return {.method = "GET",
          .path = "/",
          .handler = [](const http::RouteContext&) -> Result<http::Response> {
            return redirect("swagger/");
          }};
}

/// `/name/`, to which `/name` leads: what is relative in a page depends on how it was asked for.
http::Route page(const std::string& name, std::string policy) {
  auto route = asset_route("/" + name, asset(name + ".html"), page_type, std::move(policy));
  route.handler = [name, show = std::move(route.handler)](
                      const http::RouteContext& context) -> Result<http::Response> {
    const std::string_view target = context.request.target;
    if (!target.substr(0, target.find('?')).ends_with('/')) return redirect(name + "/");
    return show(context);
  };
  return route;
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
          page("swagger", swagger_policy),
          page("redoc", redoc_policy),
          script("swagger-ui-bundle.js"),
          script("swagger.js"),
          script("redoc.standalone.js"),
          script("redoc.js"),
          style("swagger-ui.css"),
          style("page.css"),
          asset_route("/assets/icon.png", asset("icon.png"), "image/png")};
}

}  // namespace coffeeauth::web
