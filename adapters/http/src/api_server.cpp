#include <utility>

#include "coffeeauth/http/api.hpp"
#include "coffeeauth/http_poco/http_poco.hpp"

namespace coffeeauth::http_poco {
namespace {

class ApiHandler final : public RequestHandler {
 public:
  explicit ApiHandler(http::Api& api) : api_(api) {}

  [[nodiscard]] http::Response handle(const http::Request& request) override {
    return api_.handle(request);
  }
  [[nodiscard]] http::Response problem(ErrorCode code, std::string_view origin) override {
    return api_.problem(code, origin);
  }
  [[nodiscard]] std::size_t max_body() const noexcept override { return api_.max_body(); }

 private:
  http::Api& api_;
};

// Keeps the handler alive as long as the server that borrows it.
class ApiServer final : public Server {
 public:
  ApiServer(http::Api& api, const Options& options)
      : handler_(api), server_(make_poco_server(handler_, options)) {}

  void start() override { server_->start(); }
  [[nodiscard]] std::uint16_t port() const noexcept override { return server_->port(); }
  void stop() override { server_->stop(); }
  [[nodiscard]] Statistics statistics() const override { return server_->statistics(); }

 private:
  ApiHandler handler_;
  std::unique_ptr<Server> server_;
};

}  // namespace

std::unique_ptr<Server> make_poco_server(http::Api& api, const Options& options) {
  return std::make_unique<ApiServer>(api, options);
}

}  // namespace coffeeauth::http_poco
