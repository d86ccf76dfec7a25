#pragma once
/// FaultyStore: any Store, failing when a test wants it to.

#include <cstddef>
#include <functional>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Passes everything on to another Store, but for the faults that were asked for.
///
/// A *call* is: the beginning of a transaction, its commit, a ping, and each time that a part
/// (`users()`, `outbox()`, ...) of the Store or of a transaction is asked for. Faults are thrown as
/// Unavailable and are spent by the call they hit. Callable from any thread.
class FaultyStore final : public Store {
 public:
  /// Borrows `inner`.
  explicit FaultyStore(Store& inner);
  ~FaultyStore() override;

  /// The n-th call from now fails; 1 is the next one. Nothing that its transaction wrote stays.
  void fail_call(std::size_t n);
  /// The n-th call from now is slow: it runs `wait`, which may sleep, move a ManualClock or hold
  /// the call for as long as the test wants, before it goes on. At most one call is slow at a time.
  void slow_call(std::size_t n, std::function<void()> wait);
  /// The next commit fails, and what was written is rolled back.
  void fail_next_commit();
  /// The next commit happens, but its answer is lost: it throws as if it had failed.
  void lose_next_answer();
  /// Every call fails, until bring_back().
  void take_down();
  /// Ends take_down().
  void bring_back();
  /// How many calls were made so far: what fail_call() can be looped over.
  [[nodiscard]] std::size_t calls() const;

  [[nodiscard]] UserReads& users() override;
  /// Reads of the inner Store, unless a fault hits the call.
  [[nodiscard]] SessionReads& sessions() override;
  /// The same.
  [[nodiscard]] OutboxReads& outbox() override;
  /// The same.
  [[nodiscard]] KeyReads& keys() override;
  void ping() override;
  [[nodiscard]] std::unique_ptr<Transaction> begin() override;
  [[nodiscard]] Store& innermost() noexcept override;

 private:
  class FaultyTransaction;
  struct Plan;

  Store& inner_;
  std::unique_ptr<Plan> plan_;
};

}  // namespace testing
}  // namespace coffeeauth
