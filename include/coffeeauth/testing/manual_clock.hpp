#pragma once
/// ManualClock: time that moves only when a test moves it.

#include <atomic>
#include <chrono>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/clock.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Stands still until moved. Thread-safe.
class ManualClock final : public Clock {
 public:
  /// 2026-01-15T09:30:00.125Z: an ordinary morning whose milliseconds are not zero, so that a
  /// Store that drops them is noticed.
  static constexpr UtcTime default_start = from_unix_millis(1'768'469'400'125);

  /// Starts at `start`.
  explicit ManualClock(UtcTime start = default_start) noexcept : millis_(to_unix_millis(start)) {}

  /// The time that was set.
  [[nodiscard]] UtcTime now() const noexcept override { return from_unix_millis(millis_.load()); }
  /// Moves by `step`, which may be negative, as real clocks are sometimes set back.
  void advance(std::chrono::milliseconds step) noexcept { millis_ += step.count(); }
  /// Sets the time, forward or back.
  void set(UtcTime time) noexcept { millis_ = to_unix_millis(time); }

 private:
  std::atomic<std::int64_t> millis_;
};

}  // namespace testing
}  // namespace coffeeauth
