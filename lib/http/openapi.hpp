#pragma once
/// The OpenAPI 3.1 document, made from the route table. Private to the library.

#include <string>
#include <vector>

#include "coffeeauth/http/route.hpp"

namespace coffeeauth::http {

/// The document of every route that is `documented`, as JSON. `public_url` is the server it names;
/// empty for the root of the one it came from.
[[nodiscard]] std::string make_openapi(const std::vector<Route>& routes,
                                       const std::string& public_url);

/// Every error that a route can answer with, in order: those it lists and those that follow from
/// its access, its limit and what it takes.
[[nodiscard]] std::vector<ErrorCode> possible_errors(const Route& route);

}  // namespace coffeeauth::http
