#pragma once
/// Routes that only the reference server has, beside those of the REST API.

#include <functional>
#include <string>
#include <vector>

#include "coffeeauth/http/route.hpp"
#include "service.hpp"

namespace coffeeauth::server {

/// /metrics, the documentation pages, and /dev/mail and its like where they are asked for and
/// messages go to a folder. Borrow `service`; `open_connections` is asked at each /metrics.
[[nodiscard]] std::vector<http::Route> server_routes(Service& service,
                                                     std::function<std::size_t()> open_connections);

/// The last parts of the paths of /dev/mail and its like.
[[nodiscard]] std::vector<std::string> shown_channels(Service& service);

}  // namespace coffeeauth::server
