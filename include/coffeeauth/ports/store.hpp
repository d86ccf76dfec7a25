#pragma once
/// Store: keeps everything that must survive a restart. Implementers read user_store.hpp,
/// signup_store.hpp, session_store.hpp, outbox.hpp and key_store.hpp, then
/// testing/contract/store.hpp, which proves an implementation right.
///
/// Callers: every method throws Unavailable when the Store cannot be reached; nothing was decided
/// then, except that a commit whose answer was lost may have happened. Implementations must be
/// thread-safe, keep text byte for byte (no truncation at NUL, no folding), and decide every race
/// within the call that names it.

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

/// The transaction conflicted with another inside the database and may be retried from its start.
class TransactionConflict : public Unavailable {
 public:
  /// `text` says what happened, without data of users.
  explicit TransactionConflict(const std::string& text = "the transaction conflicted with another")
      : Unavailable(text) {}
};

class Store;

/// How a transaction ended.
enum class TransactionEnd {
  /// All its writes are stored.
  committed,
  /// None of its writes are stored.
  rolled_back,
  /// The answer to its commit was lost, or it was committed other than by Store::transact().
  unknown,
};

/// One unit of work, which happens completely or not at all. The destructor rolls back unless
/// committed. Confined to one thread. A call that returns nothing may report its failure at a later
/// call, or at commit(): a Store may batch them.
class Transaction {
 public:
  /// Ends the transaction, and then runs the hooks of at_end().
  virtual ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Accounts.
  [[nodiscard]] virtual UserWrites& users() = 0;
  /// Pending sign-ups and verification codes.
  [[nodiscard]] virtual SignUps& sign_ups() = 0;
  /// Sessions and their refresh tokens.
  [[nodiscard]] virtual SessionWrites& sessions() = 0;
  /// Mails to send, written together with the change they report.
  [[nodiscard]] virtual OutboxWrites& outbox() = 0;
  /// Signing keys, and leases between processes.
  [[nodiscard]] virtual KeyWrites& keys() = 0;

  /// Makes the transaction durable: once this returns, neither kill -9 nor a power failure undoes
  /// it. Throws when any earlier call of the transaction failed; never reports success for a
  /// transaction that did not happen.
  virtual void commit() = 0;

  /// The transaction that the Store itself created, behind any number of decorators: feature ports
  /// and query() for an embedder's own statements work on it. A decorator returns innermost() of
  /// what it decorates; any other transaction returns itself.
  [[nodiscard]] virtual Transaction& innermost() noexcept { return *this; }

  /// Runs `hook` once this transaction has ended and its connection is free again, so that the hook
  /// may begin another. Hooks run in order, on the thread of the transaction; exceptions are
  /// ignored. Each attempt of Store::transact() is a separate transaction: hooks of an attempt that
  /// lost a conflict get `rolled_back`.
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

/// Everything that the library stores, behind transactions. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Runs `work(tx)` in one transaction: commits when it returns normally, rolls back when it
  /// returns a Result with an error or throws.
  ///
  /// When the database reports a conflict, `work` is called again, up to three times in all, so it
  /// must change nothing but `tx`. Do not send mails or draw random codes in it: do so before, or
  /// write to the outbox. Do not call transact() within it: that throws std::logic_error.
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

  /// Reads users outside of a transaction; each call reads its own snapshot.
  [[nodiscard]] virtual UserReads& users() = 0;
  /// Reads sessions outside of a transaction.
  [[nodiscard]] virtual SessionReads& sessions() = 0;
  /// Reads mail jobs outside of a transaction.
  [[nodiscard]] virtual OutboxReads& outbox() = 0;
  /// Reads signing keys outside of a transaction.
  [[nodiscard]] virtual KeyReads& keys() = 0;

  /// The Store that keeps the rows, behind any number of decorators. See Transaction::innermost().
  [[nodiscard]] virtual Store& innermost() noexcept { return *this; }

  /// Returns when the Store is reachable; throws Unavailable otherwise.
  virtual void ping() = 0;

  /// Begins a transaction that can write. Call transact() instead, which also commits and retries;
  /// begin() is for Stores that decorate another. Throws std::logic_error within another
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
