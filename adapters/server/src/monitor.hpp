#pragma once
/// Monitor: metrics and health of a process that serves nothing else, the worker or the scheduler.

#include <memory>

#include "coffeeauth/http_poco/http_poco.hpp"
#include "service.hpp"

namespace coffeeauth::server {

/// Listens on METRICS_HOST and METRICS_PORT while it lives: /healthz for anybody, /readyz and
/// /metrics for whoever has OPERATOR_TOKEN or comes from OPERATOR_NETWORKS. Borrows `service`. Null
/// when the settings ask for none. Throws as start_server().
[[nodiscard]] std::unique_ptr<http_poco::Server> start_monitor(Service& service);

}  // namespace coffeeauth::server
