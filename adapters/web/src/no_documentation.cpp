#include "coffeeauth/web/web.hpp"
#include "documentation.hpp"

namespace coffeeauth::web {

std::vector<http::Route> documentation_routes() { return {}; }

std::string start_page() { return "openapi.json"; }

bool has_documentation() noexcept { return false; }

}  // namespace coffeeauth::web
