#pragma once
/// What the process itself knows, as samples for Prometheus.

#include <vector>

#include "metrics.hpp"
#include "service.hpp"

namespace coffeeauth::server {

/// Everything but requests and events, as it is now: build, process, log, hashing, database, cache
/// and outbox. What would need the database while it is down is left out.
[[nodiscard]] std::vector<Sample> measure(Service& service);

}  // namespace coffeeauth::server
