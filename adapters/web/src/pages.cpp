#include <utility>

#include "asset_route.hpp"
#include "coffeeauth/web/web.hpp"
#include "documentation.hpp"

namespace coffeeauth::web {

http::Response redirect(std::string location) {
  http::Response response{.status = 302, .headers = {}, .body = {}};
  response.set("Location", std::move(location));
  return response;
}

std::vector<http::Route> page_routes() {
  auto routes = documentation_routes();
  routes.push_back({.method = "GET",
                    .path = "/",
                    .handler = [](const http::RouteContext&) -> Result<http::Response> {
                      return redirect(start_page());
                    }});
  routes.push_back(asset_route("/assets/page.css", asset("page.css"), style_type));
  routes.push_back(asset_route("/assets/icon.svg", asset("icon.svg"), "image/svg+xml"));
  return routes;
}

}  // namespace coffeeauth::web
