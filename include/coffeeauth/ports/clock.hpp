#pragma once
/// Clock: the only source of time in the core.

#include <memory>

#include "coffeeauth/time.hpp"

namespace coffeeauth {

/// Callable from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  [[nodiscard]] virtual UtcTime now() const noexcept = 0;

 protected:
  Clock() = default;
};

/// The machine's clock, in UTC, to the millisecond.
[[nodiscard]] std::unique_ptr<Clock> make_system_clock();

}  // namespace coffeeauth
