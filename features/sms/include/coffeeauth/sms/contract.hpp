#pragma once
/// The contracts of BudgetStore and SmsSender, as test suites: what an implementation must do to be
/// trusted.
///
/// Needs doctest. Derive a harness that makes your implementation, and call the suite from one test
/// case:
///
///     TEST_CASE("my budgets keep their contract") {
///       MyHarness harness;
///       coffeeauth::sms::budget_contract(harness);
///     }
///
/// Each promise is a SUBCASE that names it. The races run on many threads, for a few rounds each;
/// more rounds find more faults.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/sms/budgets.hpp"
#include "coffeeauth/sms/sender.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// Makes the stores that the suite tests. The harness is used on one thread, its stores on many.
class BudgetHarness {
 public:
  virtual ~BudgetHarness() = default;
  BudgetHarness(const BudgetHarness&) = delete;
  BudgetHarness& operator=(const BudgetHarness&) = delete;

  /// Returns a new, empty Store. The suite destroys it before it requests the next one.
  [[nodiscard]] virtual std::unique_ptr<Store> fresh() = 0;
  /// Returns the BudgetStore over the last fresh() Store; the suite destroys it before the Store.
  [[nodiscard]] virtual std::unique_ptr<BudgetStore> budgets_over(Store& store) = 0;

  /// How often each race is run.
  [[nodiscard]] virtual std::size_t rounds() const { return 3; }
  /// How many threads each race has; at least 16. Fewer suit a database that makes every loser of a
  /// race begin again.
  [[nodiscard]] virtual std::size_t threads() const { return 64; }
  /// Called after the rounds of a race, to print figures.
  virtual void raced(std::size_t /*rounds*/, std::size_t /*threads*/) {}

 protected:
  BudgetHarness() = default;
};

/// Runs the whole suite for a BudgetStore.
void budget_contract(BudgetHarness& harness);

/// A message as received.
struct ReceivedSms {
  /// Sms::id.
  JobId id;
  /// The number, with its `+`.
  std::string to;
  /// UTF-8, with `\n` line ends.
  std::string text;
  /// Sms::kind.
  std::string kind;
  /// Sms::expires_at, to the millisecond.
  std::optional<UtcTime> expires_at{};
};

/// Makes the senders that the suite tests, and reads what arrived behind them.
class SmsSenderHarness {
 public:
  virtual ~SmsSenderHarness() = default;
  SmsSenderHarness(const SmsSenderHarness&) = delete;
  SmsSenderHarness& operator=(const SmsSenderHarness&) = delete;

  /// Returns a new sender that can deliver; nothing has arrived.
  [[nodiscard]] virtual std::unique_ptr<SmsSender> fresh() = 0;
  /// Returns the messages received since fresh(), in any order.
  [[nodiscard]] virtual std::vector<ReceivedSms> received() = 0;
  /// Makes delivery impossible for the last sender of fresh(), at least for its next message.
  /// Returns false if the harness cannot: the promise is then not tested.
  [[nodiscard]] virtual bool take_down() { return false; }
  /// Makes the next message be refused permanently. Returns false if the harness cannot.
  [[nodiscard]] virtual bool refuse_next() { return false; }

 protected:
  SmsSenderHarness() = default;
};

/// Runs the whole suite for an SmsSender.
void sms_sender_contract(SmsSenderHarness& harness);

}  // namespace sms
}  // namespace coffeeauth
