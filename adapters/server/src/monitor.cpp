#include "monitor.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "coffeeauth/http/operator_gate.hpp"
#include "measure.hpp"

namespace coffeeauth::server {
namespace {

http::Response text_response(int status, std::string type, std::string text) {
  http::Response response;
  response.status = status;
  response.set("Content-Type", std::move(type));
  response.set("Cache-Control", "no-store");
  response.body = std::make_shared<const std::string>(std::move(text));
  return response;
}

http::Response json_response(int status, std::string text) {
  return text_response(status, "application/json", std::move(text));
}

class MonitorHandler final : public http_poco::RequestHandler {
 public:
  explicit MonitorHandler(Service& service)
      : service_(service),
        operators_(service.settings().trusted_proxies, service.settings().operator_networks,
                   service.settings().operator_token.clone()) {}

  [[nodiscard]] http::Response handle(const http::Request& request) override {
    if (request.method != "GET" && request.method != "HEAD")
      return problem(ErrorCode::not_found, {});
    if (request.target == "/healthz") return json_response(200, R"({"status":"ok"})");
    if (!operators_.admits(request)) return problem(ErrorCode::not_found, {});
    if (request.target == "/readyz") return readiness();
    if (request.target != "/metrics") return problem(ErrorCode::not_found, {});
    return text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                         service_.metrics().text(measure(service_)));
  }

  [[nodiscard]] http::Response problem(ErrorCode code, std::string_view /*origin*/) override {
    const int status = code == ErrorCode::not_found     ? 404
                       : code == ErrorCode::unavailable ? 503
                                                        : 400;
    return text_response(status, "text/plain", std::string{message(code)} + "\n");
  }

  [[nodiscard]] std::size_t max_body() const noexcept override { return 0; }

 private:
  [[nodiscard]] http::Response readiness() {
    std::string reason = "other";
    try {
      service_.store().ping();
      return json_response(200, R"({"status":"ready","store":"up"})");
    } catch (const PartDown& failure) {
      reason = wire_name(failure.reason());
    } catch (const Unavailable&) {
      // Not known.
    }
    return json_response(
        503, R"({"status":"not_ready","store":"down","store_reason":")" + reason + R"("})");
  }

  Service& service_;
  http::OperatorGate operators_;
};

/// Keeps the handler alive as long as the server that borrows it.
class Monitor final : public http_poco::Server {
 public:
  Monitor(Service& service, const http_poco::Options& options)
      : handler_(service), server_(http_poco::make_poco_server(handler_, options)) {}

  void start() override { server_->start(); }
  [[nodiscard]] std::uint16_t port() const noexcept override { return server_->port(); }
  void stop() override { server_->stop(); }
  [[nodiscard]] http_poco::Statistics statistics() const override { return server_->statistics(); }

 private:
  MonitorHandler handler_;
  std::unique_ptr<http_poco::Server> server_;
};

}  // namespace

std::unique_ptr<http_poco::Server> start_monitor(Service& service) {
  const auto& settings = service.settings();
  if (!settings.metrics_port) return nullptr;
  http_poco::Options options;
  options.host = settings.metrics_host;
  options.port = *settings.metrics_port;
  // Of one address a quarter, so that no other's health check is kept out.
  options.max_connections = 256;
  options.max_connections_per_address = 64;
  options.head_timeout = std::chrono::seconds{5};
  options.idle_timeout = std::chrono::seconds{5};
  options.shutdown_grace = std::chrono::seconds{1};
  auto monitor = std::make_unique<Monitor>(service, options);
  start_server(*monitor, "METRICS_HOST, METRICS_PORT");
  return monitor;
}

}  // namespace coffeeauth::server
