#pragma once
/// StopSignal: how an operator ends the program.

#include <algorithm>
#include <chrono>
#include <string_view>

namespace coffeeauth::server {

/// What an orderly stop may take of the ten seconds after which the process is ended.
inline constexpr std::chrono::milliseconds stop_grace{8'500};

/// Zero when it has passed.
[[nodiscard]] inline std::chrono::milliseconds time_until(std::chrono::steady_clock::time_point t) {
  using std::chrono::milliseconds;
  const auto left = t - std::chrono::steady_clock::now();
  return std::max(std::chrono::duration_cast<milliseconds>(left), milliseconds{0});
}

/// Takes SIGTERM, SIGINT and SIGHUP from the moment it is made. Make it before any thread, since
/// threads inherit what is blocked. One at a time.
class StopSignal {
 public:
  StopSignal();

  /// Returns when one came, with its name. From then on the process has ten seconds: whatever still
  /// hangs then is ended, with exit status 1.
  std::string_view wait();
};

}  // namespace coffeeauth::server
