#pragma once
/// Clock: the only source of time in the core.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Callable from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  /// The time; may go back when the machine's clock is set.
  [[nodiscard]] virtual UtcTime now() const noexcept = 0;

 protected:
  Clock() = default;
};

/// The machine's clock, in UTC, to the millisecond.
[[nodiscard]] std::unique_ptr<Clock> make_system_clock();

}  // namespace coffeeauth
