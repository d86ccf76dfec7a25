#pragma once
/// Routes that only the reference server has, beside those of the REST API.

#include <functional>
#include <vector>

#include "coffeeauth/http/route.hpp"
#include "service.hpp"

namespace coffeeauth::server {

/// /metrics, the documentation pages, and /dev/mail where it is asked for and mails go to a folder.
/// Borrow `service`; `open_connections` is asked at each /metrics.
[[nodiscard]] std::vector<http::Route> server_routes(Service& service,
                                                     std::function<std::size_t()> open_connections);

/// Whether /dev/mail is among them.
[[nodiscard]] bool shows_mails(const Service& service);

}  // namespace coffeeauth::server
