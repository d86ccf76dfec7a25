#pragma once
/// Clock: the only source of time in the core.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  /// Returns the current time; may go backwards when the machine's clock is adjusted.
  [[nodiscard]] virtual UtcTime now() const noexcept = 0;

 protected:
  Clock() = default;
};

/// Makes a clock that reads the machine's time in UTC, to the millisecond.
[[nodiscard]] std::unique_ptr<Clock> make_system_clock();

}  // namespace coffeeauth
