#pragma once
/// The contract of TicketStore, as a test suite: what an implementation must do to be trusted.
///
/// Needs doctest. Derive a harness that makes your Store and your TicketStore, and call the suite
/// from one test case:
///
///     TEST_CASE("my tickets keep their contract") {
///       MyHarness harness;
///       coffeeauth::email_login::ticket_contract(harness);
///     }
///
/// Each promise is a SUBCASE that names it. The races run on many threads, for a few rounds each;
/// more rounds find more faults.

#include <cstddef>
#include <memory>

#include "coffeeauth/email_login/tickets.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace email_login {

/// Makes the stores that the suite tests. The harness is used on one thread, its stores on many.
class TicketHarness {
 public:
  virtual ~TicketHarness() = default;
  TicketHarness(const TicketHarness&) = delete;
  TicketHarness& operator=(const TicketHarness&) = delete;

  /// Returns a new, empty Store. The suite destroys it before it requests the next one.
  [[nodiscard]] virtual std::unique_ptr<Store> fresh() = 0;
  /// Returns the TicketStore over the last fresh() Store; the suite destroys it before the Store.
  [[nodiscard]] virtual std::unique_ptr<TicketStore> tickets_over(Store& store) = 0;

  /// How often each race is run.
  [[nodiscard]] virtual std::size_t rounds() const { return 3; }
  /// How many threads each race has; at least 16. Fewer suit a database that makes every loser of a
  /// race begin again.
  [[nodiscard]] virtual std::size_t threads() const { return 64; }
  /// Called after the rounds of a race, to print figures.
  virtual void raced(std::size_t /*rounds*/, std::size_t /*threads*/) {}

 protected:
  TicketHarness() = default;
};

/// Runs the whole suite.
void ticket_contract(TicketHarness& harness);

}  // namespace email_login
}  // namespace coffeeauth
