#pragma once
/// SqlStore: a Store over connections for transactions and connections for plain reads.

#include <mutex>
#include <set>
#include <thread>

#include "adapters/sql/src/keys.hpp"
#include "adapters/sql/src/outbox.hpp"
#include "adapters/sql/src/pool.hpp"
#include "adapters/sql/src/sessions.hpp"
#include "adapters/sql/src/sign_ups.hpp"
#include "adapters/sql/src/users.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/sql/query.hpp"

namespace coffeeauth::sql {

/// The threads that are inside a transaction, so that one inside another is an error at once and
/// not a wait for a connection that the thread itself holds.
class BusyThreads {
 public:
  /// Throws std::logic_error when this thread is busy already.
  void enter();
  void leave(std::thread::id thread) noexcept;

 private:
  std::mutex mutex_;
  std::set<std::thread::id> threads_;
};

class SqlStore final : public Store {
 public:
  /// `readers` and `list_readers` may be the same pool as `writers`.
  /// `diagnostics` is borrowed; stderr_diagnostics() when it is null.
  SqlStore(std::shared_ptr<ConnectionPool> writers, std::shared_ptr<ConnectionPool> readers,
           std::shared_ptr<ConnectionPool> list_readers, Engine engine, Diagnostics* diagnostics);

  UserReads& users() override { return users_; }
  SessionReads& sessions() override { return sessions_; }
  OutboxReads& outbox() override { return outbox_; }
  KeyReads& keys() override { return keys_; }
  void ping() override;

  /// See recount_users().
  void recount_users();
  /// See statistics().
  [[nodiscard]] std::vector<NamedPoolStatistics> pools() const;
  [[nodiscard]] Engine engine() const noexcept { return engine_; }
  /// Runs a statement of an embedder's that reads, in a snapshot of its own.
  [[nodiscard]] Rows read(const Sql& sql, std::vector<Value> parameters);

 private:
  std::unique_ptr<Transaction> begin() override;

  BusyThreads busy_;
  const std::shared_ptr<ConnectionPool> writers_;
  const std::shared_ptr<ConnectionPool> readers_;
  const std::shared_ptr<ConnectionPool> list_readers_;
  const Engine engine_;
  Diagnostics& diagnostics_;
  SearchSample sample_;
  SqlUserReads users_;
  SqlSessionReads sessions_;
  SqlOutboxReads outbox_;
  SqlKeyReads keys_;
};

}  // namespace coffeeauth::sql
