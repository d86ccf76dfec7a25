#pragma once
/// The contract of Cache, as a test suite. Needs doctest; for its use see contract/store.hpp.

#include <chrono>
#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/cache.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Makes the Caches that the suite tests.
class CacheHarness {
 public:
  virtual ~CacheHarness() = default;
  CacheHarness(const CacheHarness&) = delete;
  CacheHarness& operator=(const CacheHarness&) = delete;

  /// Returns a new Cache that is up and empty.
  [[nodiscard]] virtual std::unique_ptr<Cache> fresh() = 0;
  /// Lets time pass for the last Cache of fresh(): moves its clock, or waits.
  virtual void pass(std::chrono::milliseconds time) = 0;
  /// How often each race is run.
  [[nodiscard]] virtual std::size_t rounds() const { return 3; }
  /// Called after the rounds of a race, to print figures.
  virtual void raced(std::size_t /*rounds*/, std::size_t /*threads*/) {}

 protected:
  CacheHarness() = default;
};

void cache_contract(CacheHarness& harness);

}  // namespace testing
}  // namespace coffeeauth
