#pragma once
/// A server on a free port with a handler that shows what it was given.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/http_poco/http_poco.hpp"
#include "tests/unit/http_poco/raw_client.hpp"

/// Answers `METHOD target body`, remembers it, and misbehaves on the paths that say so.
class EchoHandler final : public coffeeauth::http_poco::RequestHandler {
 public:
  [[nodiscard]] coffeeauth::http::Response handle(
      const coffeeauth::http::Request& request) override;
  [[nodiscard]] coffeeauth::http::Response problem(coffeeauth::ErrorCode code,
                                                   std::string_view origin) override;
  [[nodiscard]] std::size_t max_body() const noexcept override { return 1024; }

  [[nodiscard]] std::vector<std::string> seen() const;
  /// Lets requests to /wait go on, now and later.
  void open_gate();
  /// Waits until `count` requests stand at the gate.
  void await_at_gate(std::size_t count);

 private:
  void pass_gate();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> seen_;
  std::size_t at_gate_ = 0;
  bool gate_open_ = false;
};

/// Options for tests: a free port, and deadlines that no test reaches unless it lowers them.
[[nodiscard]] coffeeauth::http_poco::Options patient_options();

struct RunningServer {
  explicit RunningServer(const coffeeauth::http_poco::Options& options = patient_options())
      : server(make_poco_server(handler, options)) {
    server->start();
  }
  ~RunningServer() { handler.open_gate(); }

  [[nodiscard]] std::uint16_t port() const { return server->port(); }
  [[nodiscard]] std::size_t open() const { return server->statistics().open; }
  /// What one client gets that sends `octets` and reads until the server closes.
  [[nodiscard]] std::string exchange(std::string_view octets) const {
    RawClient client(port());
    client.send(octets);
    return client.read_to_end();
  }

  EchoHandler handler;
  std::unique_ptr<coffeeauth::http_poco::Server> server;
};

/// Waits for a condition that another thread makes true.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

[[nodiscard]] inline std::size_t count_of(std::string_view part, std::string_view whole) {
  std::size_t count = 0;
  for (auto at = whole.find(part); at != std::string_view::npos; at = whole.find(part, at + 1)) {
    ++count;
  }
  return count;
}
