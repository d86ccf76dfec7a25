#pragma once
/// The contract of RateCounter, as a test suite. Needs doctest; used as testing/contract/store.hpp
/// says.

#include <chrono>
#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/cache.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Makes the counters that the suite tries out.
class RateCounterHarness {
 public:
  virtual ~RateCounterHarness() = default;
  RateCounterHarness(const RateCounterHarness&) = delete;
  RateCounterHarness& operator=(const RateCounterHarness&) = delete;

  /// New counters that are up, and stand at zero; where they are bounded, small: no more than a few
  /// hundred, so that the suite can fill them.
  [[nodiscard]] virtual std::unique_ptr<RateCounter> fresh() = 0;
  /// The time to count at.
  [[nodiscard]] virtual UtcTime now() const = 0;
  /// Lets time pass: moves what now() says, or waits.
  virtual void pass(std::chrono::milliseconds time) = 0;
  /// How often each race is run.
  [[nodiscard]] virtual std::size_t rounds() const { return 3; }
  /// Told when the rounds of a race are over, for who prints figures.
  virtual void raced(std::size_t /*rounds*/, std::size_t /*threads*/) {}

 protected:
  RateCounterHarness() = default;
};

void rate_counter_contract(RateCounterHarness& harness);

}  // namespace testing
}  // namespace coffeeauth
