#pragma once
/// The contract of PasskeyStore, as a test suite: what an implementation must do to be trusted.
///
/// Needs doctest. Derive a harness that makes your Store and your PasskeyStore, and call the suite
/// from one test case:
///
///     TEST_CASE("my passkeys keep their contract") {
///       MyHarness harness;
///       coffeeauth::passkeys::passkey_contract(harness);
///     }
///
/// Each promise is a SUBCASE that names it. The races run on many threads, for a few rounds each;
/// more rounds find more faults.

#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/passkeys/passkey_store.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace passkeys {

/// Makes the stores that the suite tests. The harness is used on one thread, its stores on many.
class PasskeyHarness {
 public:
  virtual ~PasskeyHarness() = default;
  PasskeyHarness(const PasskeyHarness&) = delete;
  PasskeyHarness& operator=(const PasskeyHarness&) = delete;

  /// Returns a new, empty Store. The suite destroys it before it requests the next one.
  [[nodiscard]] virtual std::unique_ptr<Store> fresh() = 0;
  /// Returns the PasskeyStore over the last fresh() Store; the suite destroys it before the Store.
  [[nodiscard]] virtual std::unique_ptr<PasskeyStore> passkeys_over(Store& store) = 0;

  /// How often each race is run.
  [[nodiscard]] virtual std::size_t rounds() const { return 3; }
  /// How many threads each race has; at least 16. Fewer suit a database that makes every loser of a
  /// race begin again.
  [[nodiscard]] virtual std::size_t threads() const { return 64; }
  /// Called after the rounds of a race, to print figures.
  virtual void raced(std::size_t /*rounds*/, std::size_t /*threads*/) {}

 protected:
  PasskeyHarness() = default;
};

/// Runs the whole suite.
void passkey_contract(PasskeyHarness& harness);

}  // namespace passkeys
}  // namespace coffeeauth
