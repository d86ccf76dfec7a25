#pragma once
/// FaultyStore: a Store that fails when a test asks for it.

#include <cstddef>
#include <functional>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Forwards to another Store, with the faults that a test requests.
///
/// These count as a *call*: the beginning of a transaction, its commit, a ping, and each access to
/// a part (`users()`, `outbox()`, ...) of the Store or of a transaction. Faults throw Unavailable
/// and are used up by the call they hit. Thread-safe.
class FaultyStore final : public Store {
 public:
  /// Borrows `inner`.
  explicit FaultyStore(Store& inner);
  ~FaultyStore() override;

  /// Makes the n-th call from now fail; 1 is the next one. Its transaction is rolled back.
  void fail_call(std::size_t n);
  /// Makes the n-th call from now slow: it first runs `wait`, which may sleep, move a ManualClock
  /// or block for as long as the test needs. At most one call is slow at a time.
  void slow_call(std::size_t n, std::function<void()> wait);
  /// Makes the next commit fail and roll back.
  void fail_next_commit();
  /// Makes the next commit succeed but lose its answer: it throws as if it had failed.
  void lose_next_answer();
  /// Makes every call fail, until bring_back().
  void take_down();
  /// Ends take_down().
  void bring_back();
  /// Number of calls so far: the range to loop fail_call() over.
  [[nodiscard]] std::size_t calls() const;

  [[nodiscard]] UserReads& users() override;
  /// Reads of the inner Store, unless a fault hits the call.
  [[nodiscard]] SessionReads& sessions() override;
  /// Reads of the inner Store, unless a fault hits the call.
  [[nodiscard]] OutboxReads& outbox() override;
  /// Reads of the inner Store, unless a fault hits the call.
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
