#include "adapters/sql/src/store.hpp"

#include <stdexcept>
#include <utility>

namespace coffeeauth::sql {
namespace {

// The mark that a thread is in a transaction; made before the connection is asked for, and taken
// away after it is given back.
class BusyMark {
 public:
  explicit BusyMark(BusyThreads& threads) : threads_(threads) { threads_.enter(); }
  ~BusyMark() { threads_.leave(thread_); }
  BusyMark(const BusyMark&) = delete;
  BusyMark& operator=(const BusyMark&) = delete;

 private:
  BusyThreads& threads_;
  // Not asked for at the end: a transaction may be destroyed by another thread after a bug.
  const std::thread::id thread_ = std::this_thread::get_id();
};

class SqlTransaction final : public Transaction, private ConnectionSource {
 public:
  SqlTransaction(BusyThreads& threads, ConnectionPool& writers, SearchSample& sample, Engine engine,
                 Diagnostics& diagnostics)
      : mark_(threads),
        connection_(writers.lease()),
        engine_(engine),
        diagnostics_(diagnostics),
        users_(*this, *this, sample) {
    connection_->begin();
  }
  ~SqlTransaction() override { connection_->rollback(); }

  UserWrites& users() override { return users_; }
  SignUps& sign_ups() override { return sign_ups_; }
  SessionWrites& sessions() override { return sessions_; }
  OutboxWrites& outbox() override { return outbox_; }
  KeyWrites& keys() override { return keys_; }

  [[nodiscard]] Engine engine() const noexcept { return engine_; }
  Rows run(const Sql& sql, std::vector<Value> parameters) {
    refuse_after_commit();
    return connection_->run_own(sql, std::move(parameters), OwnUse::transaction, diagnostics_);
  }

  void commit() override {
    refuse_after_commit();
    connection_->commit();
    committed_ = true;
  }

 private:
  Lease lease() override {
    refuse_after_commit();
    return Lease(*connection_);
  }
  void refuse_after_commit() const {
    if (committed_) throw std::logic_error("the transaction was committed already");
  }

  BusyMark mark_;
  Lease connection_;
  const Engine engine_;
  Diagnostics& diagnostics_;
  bool committed_ = false;
  SqlUserWrites users_;
  SqlSignUps sign_ups_{*this};
  SqlSessionWrites sessions_{*this};
  SqlOutboxWrites outbox_{*this};
  SqlKeyWrites keys_{*this};
};

const Sql ping_sql{.text = "SELECT count(*) FROM schema_migrations", .columns = "n"};

SqlTransaction& ours(Transaction& transaction) {
  auto* const found = dynamic_cast<SqlTransaction*>(&transaction.innermost());
  if (found == nullptr) throw std::invalid_argument("the transaction is not one of a SQL store");
  return *found;
}

SqlStore& ours(Store& store) {
  auto* const found = dynamic_cast<SqlStore*>(&store.innermost());
  if (found == nullptr) throw std::invalid_argument("the store is not a SQL store");
  return *found;
}

}  // namespace

void BusyThreads::enter() {
  const std::lock_guard lock(mutex_);
  if (!threads_.insert(std::this_thread::get_id()).second) {
    throw std::logic_error("a transaction inside a transaction of the same thread");
  }
}

void BusyThreads::leave(std::thread::id thread) noexcept {
  const std::lock_guard lock(mutex_);
  threads_.erase(thread);
}

SqlStore::SqlStore(std::shared_ptr<ConnectionPool> writers, std::shared_ptr<ConnectionPool> readers,
                   std::shared_ptr<ConnectionPool> list_readers, Engine engine,
                   Diagnostics* diagnostics)
    : writers_(std::move(writers)),
      readers_(std::move(readers)),
      list_readers_(std::move(list_readers)),
      engine_(engine),
      diagnostics_(diagnostics != nullptr ? *diagnostics : stderr_diagnostics()),
      users_(*readers_, *list_readers_, sample_),
      sessions_(*readers_),
      outbox_(*readers_),
      keys_(*readers_) {}

std::unique_ptr<Transaction> SqlStore::begin() {
  return std::make_unique<SqlTransaction>(busy_, *writers_, sample_, engine_, diagnostics_);
}

void SqlStore::ping() {
  // A table, and not a constant: only this touches the file.
  readers_->lease()->query(ping_sql);
}

Rows SqlStore::read(const Sql& sql, std::vector<Value> parameters) {
  return readers_->lease()->run_own(sql, std::move(parameters), OwnUse::read, diagnostics_);
}

void SqlStore::recount_users() {
  const auto connection = writers_->lease();
  connection->begin();
  try {
    for (const auto& statement : connection->dialect().recount) {
      connection->run_once({.text = statement});
    }
    connection->commit();
  } catch (...) {
    connection->rollback();
    throw;
  }
}

void recount_users(Store& store) { ours(store).recount_users(); }

std::vector<NamedPoolStatistics> SqlStore::pools() const {
  std::vector<NamedPoolStatistics> all{{"writers", writers_->statistics()}};
  if (readers_ != writers_) all.emplace_back("readers", readers_->statistics());
  if (list_readers_ != readers_) all.emplace_back("lists", list_readers_->statistics());
  return all;
}

std::vector<NamedPoolStatistics> statistics(Store& store) { return ours(store).pools(); }

Rows query(Transaction& transaction, const Sql& sql, std::vector<Value> parameters) {
  return ours(transaction).run(sql, std::move(parameters));
}

Rows query(Store& store, const Sql& sql, std::vector<Value> parameters) {
  return ours(store).read(sql, std::move(parameters));
}

Engine engine_of(Transaction& transaction) { return ours(transaction).engine(); }

Engine engine_of(Store& store) { return ours(store).engine(); }

bool is_sql_store(Store& store) noexcept {
  return dynamic_cast<SqlStore*>(&store.innermost()) != nullptr;
}

}  // namespace coffeeauth::sql
