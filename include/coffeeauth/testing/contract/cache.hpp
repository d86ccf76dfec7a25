#pragma once
/// The contract of Cache, as a test suite. Needs doctest; used as testing/contract/store.hpp says.

#include <chrono>
#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/cache.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Makes the Caches that the suite tries out.
class CacheHarness {
 public:
  virtual ~CacheHarness() = default;
  CacheHarness(const CacheHarness&) = delete;
  CacheHarness& operator=(const CacheHarness&) = delete;

  /// A new Cache that is up, and holds nothing.
  [[nodiscard]] virtual std::unique_ptr<Cache> fresh() = 0;
  /// Lets time pass for the last fresh() one: moves its clock, or waits.
  virtual void pass(std::chrono::milliseconds time) = 0;
  /// How often each race is run.
  [[nodiscard]] virtual std::size_t rounds() const { return 3; }
  /// Told when the rounds of a race are over, for who prints figures.
  virtual void raced(std::size_t /*rounds*/, std::size_t /*threads*/) {}

 protected:
  CacheHarness() = default;
};

void cache_contract(CacheHarness& harness);

}  // namespace testing
}  // namespace coffeeauth
