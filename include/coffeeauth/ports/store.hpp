#pragma once
/// Store: where everything that must survive lives. The reading list for implementers:
/// user_store.hpp, signup_store.hpp, session_store.hpp, outbox.hpp, key_store.hpp, then
/// testing/contract/store.hpp, which proves an implementation right.
///
/// Callers: every method throws Unavailable when the Store cannot be asked; nothing was decided
/// then, except that a commit whose answer was lost may have happened. Implementations must be
/// callable from many threads, keep text byte for byte (no cut at NUL, no folding), and decide
/// every race inside the one call that names it.

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/key_store.hpp"
#include "coffeeauth/ports/outbox.hpp"
#include "coffeeauth/ports/session_store.hpp"
#include "coffeeauth/ports/signup_store.hpp"
#include "coffeeauth/ports/user_store.hpp"
#include "coffeeauth/result.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The transaction lost a race inside the database and may be tried again from its start.
class TransactionConflict : public Unavailable {
 public:
  TransactionConflict() : Unavailable("the transaction conflicted with another") {}
};

class Store;

/// How a transaction ended.
enum class TransactionEnd {
  /// Everything that it wrote is there.
  committed,
  /// Nothing of it is there.
  rolled_back,
  /// The answer to its commit was lost, or it was committed by other means than Store::transact().
  unknown,
};

/// One unit of work: all of it happens, or none. Rolled back in the destructor unless committed.
/// Belongs to one thread. A verb that returns nothing may throw what came of it at a later verb, or
/// at commit(): a Store may send it together with that.
class Transaction {
 public:
  /// Ends it, and then runs what at_end() was given.
  virtual ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Accounts.
  [[nodiscard]] virtual UserWrites& users() = 0;
  /// Pending sign-ups, and the codes that settle them.
  [[nodiscard]] virtual SignUps& sign_ups() = 0;
  /// Logins and their refresh tokens.
  [[nodiscard]] virtual SessionWrites& sessions() = 0;
  /// Mails to be sent: written with what they tell of, or not at all.
  [[nodiscard]] virtual OutboxWrites& outbox() = 0;
  /// Signing keys, and leases between processes.
  [[nodiscard]] virtual KeyWrites& keys() = 0;

  /// Makes it durable: when this returns, a kill -9 or a power cut does not undo it. Throws when
  /// any earlier call of this transaction failed; never reports success for a transaction that did
  /// not happen.
  virtual void commit() = 0;

  /// The transaction that the Store itself made, behind any number of decorators: what a port of a
  /// feature, or query() of an embedder's own statements, works on. A decorator gives the
  /// innermost() of what it decorates; what wraps nothing gives itself.
  [[nodiscard]] virtual Transaction& innermost() noexcept { return *this; }

  /// Runs `hook` once when this transaction has ended and its connection is free again, so that the
  /// hook may begin another. Hooks run in the order in which they were given, on the thread of the
  /// transaction; what they throw is dropped. Each try of Store::transact() is a transaction of its
  /// own: hooks of a try that lost a conflict are told `rolled_back`.
  void at_end(std::function<void(TransactionEnd)> hook);

 protected:
  Transaction() = default;

 private:
  friend class Store;

  std::vector<std::function<void(TransactionEnd)>> hooks_;
  TransactionEnd end_ = TransactionEnd::unknown;
};

namespace detail {
template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<Result<T>> : std::true_type {};
}  // namespace detail

/// All that the library keeps, behind transactions. Callable from any thread.
class Store {
 public:
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Runs `work(tx)` in one transaction: commits if it returns normally, rolls back if it returns a
  /// Result with an error or throws.
  ///
  /// `work` is called again, up to three times in all, when the database reports a conflict, so it
  /// must touch nothing but `tx`. Sending a mail or drawing a random code in here is a bug; do it
  /// before, or write to the outbox. Do not call transact() from within: it throws
  /// std::logic_error.
  template <class F>
  auto transact(F&& work) -> std::invoke_result_t<F&, Transaction&> {
    for (int remaining = max_tries - 1;; --remaining) {
      try {
        return run_once(work);
      } catch (const TransactionConflict&) {
        if (remaining == 0) throw;
      }
    }
  }

  /// Reads, each in a snapshot of its own.
  [[nodiscard]] virtual UserReads& users() = 0;
  /// Sessions, outside of a transaction.
  [[nodiscard]] virtual SessionReads& sessions() = 0;
  /// Mail jobs, outside of a transaction.
  [[nodiscard]] virtual OutboxReads& outbox() = 0;
  /// Signing keys, outside of a transaction.
  [[nodiscard]] virtual KeyReads& keys() = 0;

  /// The Store that keeps the rows, behind any number of decorators. As Transaction::innermost().
  [[nodiscard]] virtual Store& innermost() noexcept { return *this; }

  /// Returns when the Store can be asked; throws Unavailable when it cannot.
  virtual void ping() = 0;

  /// Begins a transaction that can write. Callers use transact(), which also commits and tries
  /// again; this is for Stores that decorate another. Throws std::logic_error inside another
  /// transaction of this thread.
  [[nodiscard]] virtual std::unique_ptr<Transaction> begin() = 0;

 protected:
  Store() = default;

 private:
  static constexpr int max_tries = 3;

  static void commit(Transaction& transaction);

  template <class F>
  auto run_once(F& work) -> std::invoke_result_t<F&, Transaction&> {
    using R = std::invoke_result_t<F&, Transaction&>;
    const auto transaction = begin();
    transaction->innermost().end_ = TransactionEnd::rolled_back;
    if constexpr (std::is_void_v<R>) {
      work(*transaction);
      commit(*transaction);
    } else {
      R result = work(*transaction);
      bool keep = true;
      if constexpr (detail::IsResult<R>::value) keep = result.has_value();
      if (keep) commit(*transaction);
      return result;
    }
  }
};

}  // namespace coffeeauth
