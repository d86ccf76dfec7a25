#pragma once
/// The contract of FactorStore, as a test suite: what an implementation must do to be trusted.
///
/// Needs doctest. Derive a harness that makes your Store and your FactorStore, and call the suite
/// from one test case:
///
///     TEST_CASE("my factors keep their contract") {
///       MyHarness harness;
///       coffeeauth::second_factor::factor_contract(harness);
///     }
///
/// Each promise is a SUBCASE that names it. The races run on many threads, for a few rounds each;
/// more rounds find more faults.

#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/second_factor/factors.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace second_factor {

/// Makes the stores that the suite tests. The harness is used on one thread, its stores on many.
class FactorHarness {
 public:
  virtual ~FactorHarness() = default;
  FactorHarness(const FactorHarness&) = delete;
  FactorHarness& operator=(const FactorHarness&) = delete;

  /// Returns a new, empty Store. The suite destroys it before it requests the next one.
  [[nodiscard]] virtual std::unique_ptr<Store> fresh() = 0;
  /// Returns the FactorStore over the last fresh() Store; the suite destroys it before the Store.
  [[nodiscard]] virtual std::unique_ptr<FactorStore> factors_over(Store& store) = 0;

  /// How often each race is run.
  [[nodiscard]] virtual std::size_t rounds() const { return 3; }
  /// How many threads each race has; at least 16. Fewer suit a database that makes every loser of a
  /// race begin again.
  [[nodiscard]] virtual std::size_t threads() const { return 64; }
  /// Called after the rounds of a race, to print figures.
  virtual void raced(std::size_t /*rounds*/, std::size_t /*threads*/) {}

 protected:
  FactorHarness() = default;
};

/// Runs the whole suite.
void factor_contract(FactorHarness& harness);

}  // namespace second_factor
}  // namespace coffeeauth
