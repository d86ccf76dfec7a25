#pragma once
/// The contract of RateCounter, as a test suite. Needs doctest; for its use see
/// testing/contract/store.hpp.

#include <chrono>
#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/cache.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Makes the counters that the suite tests.
class RateCounterHarness {
 public:
  virtual ~RateCounterHarness() = default;
  RateCounterHarness(const RateCounterHarness&) = delete;
  RateCounterHarness& operator=(const RateCounterHarness&) = delete;

  /// Returns new counters that are up and at zero; bounded ones must be small (a few hundred), so
  /// that the suite can fill them.
  [[nodiscard]] virtual std::unique_ptr<RateCounter> fresh() = 0;
  /// Returns the time to count at.
  [[nodiscard]] virtual UtcTime now() const = 0;
  /// Lets time pass: moves the result of now(), or waits.
  virtual void pass(std::chrono::milliseconds time) = 0;
  /// How often each race is run.
  [[nodiscard]] virtual std::size_t rounds() const { return 3; }
  /// Called after the rounds of a race, to print figures.
  virtual void raced(std::size_t /*rounds*/, std::size_t /*threads*/) {}

 protected:
  RateCounterHarness() = default;
};

void rate_counter_contract(RateCounterHarness& harness);

}  // namespace testing
}  // namespace coffeeauth
