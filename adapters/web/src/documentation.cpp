#include "documentation.hpp"

#include <utility>

#include "asset_route.hpp"
#include "coffeeauth/web/web.hpp"

namespace coffeeauth::web {
namespace {

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

std::vector<http::Route> documentation_routes() {
  const auto script = [](const std::string& name) {
    return asset_route("/assets/" + name, asset(name), script_type);
  };
  return {page("swagger", swagger_policy),
          page("redoc", redoc_policy),
          script("swagger-ui-bundle.js"),
          script("swagger.js"),
          script("redoc.standalone.js"),
          script("redoc.js"),
          asset_route("/assets/swagger-ui.css", asset("swagger-ui.css"), style_type)};
}

std::string start_page() { return "swagger/"; }

bool has_documentation() noexcept { return true; }

}  // namespace coffeeauth::web
