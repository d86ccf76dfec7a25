#pragma once
/// Metrics: what Prometheus is told.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/event.hpp"
#include "coffeeauth/http/api.hpp"

namespace coffeeauth::server {

using Labels = std::map<std::string, std::string>;

/// One number as it is at this moment, which nobody counts along the way.
struct Sample {
  std::string name;
  std::string help;
  bool counts_up = false;
  double value = 0;
  Labels labels{};
};

[[nodiscard]] Sample gauge(std::string name, std::string help, double value, Labels labels = {});
/// For what only grows; its name ends with `_total`.
[[nodiscard]] Sample counter(std::string name, std::string help, double value, Labels labels = {});

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

  /// The text exposition format: what was counted, and `samples`, of which those of one name stand
  /// behind each other.
  [[nodiscard]] std::string text(const std::vector<Sample>& samples = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coffeeauth::server
