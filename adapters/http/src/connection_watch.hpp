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
    // Sequentially consistent: paired with the draining flag, of which either this thread or
    // the stopping one must see the other's write.
    word_.store(packed(phase, deadline));
  }

  void enter_handling() noexcept { word_.store(at_work); }

  /// From handling to sending. False when a stop has answered in the handler's place.
  [[nodiscard]] bool begin_sending(SteadyClock::time_point deadline) noexcept {
    std::uint64_t expected = at_work;
    return word_.compare_exchange_strong(expected, packed(Phase::sending, deadline));
  }

  /// Whether the handler is at work, and may from now on not answer any longer: the caller does.
  [[nodiscard]] bool take_over() noexcept {
    std::uint64_t expected = at_work;
    return word_.compare_exchange_strong(expected, taken_over);
  }

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
  static constexpr auto at_work = static_cast<std::uint64_t>(Phase::handling);
  static constexpr std::uint64_t taken_over = 1U << 2 | at_work;

  static std::uint64_t packed(Phase phase, SteadyClock::time_point deadline) noexcept {
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline.time_since_epoch());
    return static_cast<std::uint64_t>(since.count()) << 2 | static_cast<std::uint64_t>(phase);
  }

  std::atomic<std::uint64_t> word_{at_work};
};

}  // namespace coffeeauth::http_poco
