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
/// Each promise is a SUBCASE that names it. The races run on many threads, each a few rounds; more
/// rounds find more.

#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Makes the Stores that the suite tries out. Used from one thread; the Stores from many.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;
  StoreHarness(const StoreHarness&) = delete;
  StoreHarness& operator=(const StoreHarness&) = delete;

  /// A new, empty Store. The suite destroys it before it asks for the next one.
  [[nodiscard]] virtual std::unique_ptr<Store> fresh() = 0;

  /// Whether what is committed outlives the Store object. A deviation is printed, not hidden.
  [[nodiscard]] virtual bool durable() const { return true; }
  /// Opens again what the last fresh() wrote to, while that one may still be open, as another
  /// process would. Asked for only when durable().
  [[nodiscard]] virtual std::unique_ptr<Store> reopen() = 0;

  /// How often each race is run.
  [[nodiscard]] virtual std::size_t rounds() const { return 3; }
  /// Told when the rounds of a race are over, for who prints figures.
  virtual void raced(std::size_t /*rounds*/, std::size_t /*threads*/) {}

 protected:
  StoreHarness() = default;
};

/// All of it.
void store_contract(StoreHarness& harness);

/// The parts, for who is at work on one of them.
void user_contract(StoreHarness& harness);
void admin_contract(StoreHarness& harness);
void address_contract(StoreHarness& harness);
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
