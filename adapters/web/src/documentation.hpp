#pragma once
/// Swagger UI and ReDoc: in a build without them, no_documentation.cpp stands for
/// documentation.cpp.

#include <string>
#include <vector>

#include "coffeeauth/http/route.hpp"

namespace coffeeauth::web {

inline constexpr auto style_type = "text/css; charset=utf-8";
inline constexpr auto script_type = "text/javascript; charset=utf-8";

/// `/swagger/`, `/redoc/` and what they load; none in a build without them.
[[nodiscard]] std::vector<http::Route> documentation_routes();

/// Where `/` leads, relative to it.
[[nodiscard]] std::string start_page();

/// 302 to `location`, which is relative, as all addresses in the pages are: below a path of a proxy
/// they lead to the same place.
[[nodiscard]] http::Response redirect(std::string location);

}  // namespace coffeeauth::web
