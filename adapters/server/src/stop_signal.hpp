#pragma once
/// StopSignal: how an operator ends the program.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

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
///
/// Until started() is called the program is starting, behind another process's migration or a
/// server that does not answer: SIGTERM and SIGINT then end it at once, with exit status 0. Nothing
/// is lost by that, since whatever a start writes is one transaction or one rename. SIGHUP never
/// ends the program. Of certificates and files of authorities only PostgreSQL's are read at each
/// connection; the others are read at the start.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// From here on a stop is wait()'s business; call it before anything is accepted.
  void started();
  /// started(), and returns when SIGTERM or SIGINT came, with its name. From then on the process
  /// has ten seconds: whatever still hangs then is ended, with exit status 1.
  std::string_view wait();

 private:
  void watch();

  std::atomic<bool> over_{false};
  std::mutex mutex_;
  bool starting_ = true;
  std::condition_variable came_;
  std::string_view name_;
  std::thread watcher_;
};

}  // namespace coffeeauth::server
