#pragma once
/// StateWatch: one log line when a part goes down or comes back.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "coffeeauth/part_down.hpp"
#include "log.hpp"

namespace coffeeauth::server {

/// A part that can be down. `trouble` is asked again and again and says why it is, from what is
/// known of its last use; it may ask the part itself when that is cheap.
struct WatchedPart {
  std::string_view name;
  std::function<std::optional<DownReason>()> trouble;
};

/// Asks the parts on a thread of its own, and writes `<name>_down` with the reason, and
/// `<name>_back`. A part that was never down is not spoken of.
class StateWatch {
 public:
  /// Borrows `log`; asks at once, and then every `pause`.
  StateWatch(Log& log, std::vector<WatchedPart> parts,
             std::chrono::milliseconds pause = std::chrono::seconds{1});
  ~StateWatch();
  StateWatch(const StateWatch&) = delete;
  StateWatch& operator=(const StateWatch&) = delete;

 private:
  void work();
  void look_at(const WatchedPart& part, std::optional<DownReason>& known);

  Log& log_;
  const std::vector<WatchedPart> parts_;
  const std::chrono::milliseconds pause_;
  std::vector<std::optional<DownReason>> known_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace coffeeauth::server
