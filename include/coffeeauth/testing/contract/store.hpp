#pragma once
/// The contract of Store, as a test suite: what an implementation must do to be trusted.
///
/// Needs doctest. Derive a harness that makes your Store, and call the suite from one test case:
///
///     TEST_CASE("MyStore keeps the Store contract") {
///       MyHarness harness;
///       coffeeauth::testing::store_contract(harness);
///     }
///
/// Each promise is a SUBCASE that names it. The races run on many threads, for a few rounds each;
/// more rounds find more faults.

#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Makes the Stores that the suite tests. The harness is used on one thread, its Stores on many.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;
  StoreHarness(const StoreHarness&) = delete;
  StoreHarness& operator=(const StoreHarness&) = delete;

  /// Returns a new, empty Store. The suite destroys it before it requests the next one.
  [[nodiscard]] virtual std::unique_ptr<Store> fresh() = 0;

  /// Whether committed data outlives the Store object. A deviation is printed, not hidden.
  [[nodiscard]] virtual bool durable() const { return true; }
  /// Opens the data of the last fresh() again, while that Store may still be open, as another
  /// process would. Called only if durable().
  [[nodiscard]] virtual std::unique_ptr<Store> reopen() = 0;

  /// How often each race is run.
  [[nodiscard]] virtual std::size_t rounds() const { return 3; }
  /// How many threads each race has; at least 16. Fewer suit a database that makes every loser of a
  /// race begin again.
  [[nodiscard]] virtual std::size_t threads() const { return 64; }
  /// Called after the rounds of a race, to print figures.
  virtual void raced(std::size_t /*rounds*/, std::size_t /*threads*/) {}

 protected:
  StoreHarness() = default;
};

/// Runs the whole suite.
void store_contract(StoreHarness& harness);

/// The parts of the suite, to run one of them alone.
void user_contract(StoreHarness& harness);
void admin_contract(StoreHarness& harness);
void address_contract(StoreHarness& harness);
void language_contract(StoreHarness& harness);
void second_factor_contract(StoreHarness& harness);
void user_list_contract(StoreHarness& harness);
void sign_up_contract(StoreHarness& harness);
void clean_up_contract(StoreHarness& harness);
void code_contract(StoreHarness& harness);
void activation_contract(StoreHarness& harness);
void session_contract(StoreHarness& harness);
void refresh_contract(StoreHarness& harness);
void outbox_contract(StoreHarness& harness);
void key_contract(StoreHarness& harness);
void reseal_contract(StoreHarness& harness);
void transaction_contract(StoreHarness& harness);

}  // namespace testing
}  // namespace coffeeauth
