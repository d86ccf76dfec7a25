#pragma once
/// What one connection is doing and until when, written by its thread and read by the reaper.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace coffeeauth::http_poco {

using SteadyClock = std::chrono::steady_clock;

enum class Phase : std::uint8_t {
  /// Nothing of a request has arrived: a stop may close the connection.
  idle,
  /// A request is on its way in.
  receiving,
  /// The handler is at work, which takes as long as it takes.
  handling,
  /// A response is on its way out.
  sending,
};

/// One word, so that phase and deadline are never seen apart and a request costs no lock.
class ConnectionWatch {
 public:
  void enter(Phase phase, SteadyClock::time_point deadline) noexcept {
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline.time_since_epoch());
    // Sequentially consistent: paired with the draining flag, of which either this thread or
    // the stopping one must see the other's write.
    word_.store(static_cast<std::uint64_t>(since.count()) << 2 | static_cast<std::uint64_t>(phase));
  }

  void enter_handling() noexcept { enter(Phase::handling, SteadyClock::time_point{}); }

  [[nodiscard]] Phase phase() const noexcept { return static_cast<Phase>(word_.load() & 3U); }

  /// The phase whose deadline has passed, if it has. Handling has none.
  [[nodiscard]] std::optional<Phase> overdue(SteadyClock::time_point now) const noexcept {
    const std::uint64_t word = word_.load();
    const auto phase = static_cast<Phase>(word & 3U);
    const SteadyClock::time_point deadline{
        std::chrono::milliseconds{static_cast<std::int64_t>(word >> 2)}};
    if (phase == Phase::handling || now < deadline) return std::nullopt;
    return phase;
  }

 private:
  std::atomic<std::uint64_t> word_{static_cast<std::uint64_t>(Phase::handling)};
};

}  // namespace coffeeauth::http_poco
