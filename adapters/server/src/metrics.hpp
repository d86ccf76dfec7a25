#pragma once
/// Metrics: what Prometheus is told.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "coffeeauth/event.hpp"
#include "coffeeauth/http/api.hpp"

namespace coffeeauth::server {

/// Labels are routes, methods, statuses and kinds of events: never an address, an id or a secret.
/// Callable from any thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void count_request(const http::AccessRecord& record);
  void count_event(const Event& event);
  void set_gauge(std::string_view name, std::string_view help, double value);

  /// The text exposition format.
  [[nodiscard]] std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coffeeauth::server
