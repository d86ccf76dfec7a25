#include <stdexcept>

#include "adapters/memory/src/keys.hpp"
#include "adapters/memory/src/outbox.hpp"
#include "adapters/memory/src/sessions.hpp"
#include "adapters/memory/src/sign_ups.hpp"
#include "adapters/memory/src/users.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/memory/rooms.hpp"

namespace coffeeauth::memory {
namespace {

class MemoryTransaction final : public Transaction {
 public:
  MemoryTransaction(Database& database, std::unique_lock<std::recursive_mutex> lock)
      : lock_(std::move(lock)), unit_{database, *this} {
    database.in_transaction = true;
  }
  ~MemoryTransaction() override {
    if (!lock_.owns_lock()) return;
    unit_.undo.roll_back();
    end();
  }

  UserWrites& users() override { return while_open(users_); }
  SignUps& sign_ups() override { return while_open(sign_ups_); }
  SessionWrites& sessions() override { return while_open(sessions_); }
  OutboxWrites& outbox() override { return while_open(outbox_); }
  KeyWrites& keys() override { return while_open(keys_); }

  void on_rollback(std::function<void()> undo) { while_open(unit_).undo.add(std::move(undo)); }

  void commit() override {
    if (while_open(unit_).broken) {
      throw std::logic_error("a transaction with a failed call cannot be committed");
    }
    end();
  }

 private:
  template <class T>
  T& while_open(T& part) {
    if (!lock_.owns_lock()) throw std::logic_error("the transaction has ended");
    return part;
  }
  void end() noexcept {
    unit_.database.in_transaction = false;
    lock_.unlock();
  }

  std::unique_lock<std::recursive_mutex> lock_;
  Unit unit_;
  MemoryUserWrites users_{unit_};
  MemorySignUps sign_ups_{unit_};
  MemorySessionWrites sessions_{unit_};
  MemoryOutboxWrites outbox_{unit_};
  MemoryKeyWrites keys_{unit_};
};

class MemoryStore final : public Store {
 public:
  UserReads& users() override { return users_; }
  SessionReads& sessions() override { return sessions_; }
  OutboxReads& outbox() override { return outbox_; }
  KeyReads& keys() override { return keys_; }
  void ping() override {}
  std::unique_ptr<Transaction> begin() override {
    std::unique_lock lock{database_.mutex};
    // The mutex is recursive: who gets here while the flag is set is the transaction's own thread.
    if (database_.in_transaction) {
      throw std::logic_error("a transaction was begun inside another of the same thread");
    }
    return std::make_unique<MemoryTransaction>(database_, std::move(lock));
  }

  void add_cascade(std::function<void(Transaction&, const UserId&)> erase) {
    const Lock lock{database_.mutex};
    database_.cascades.push_back(std::move(erase));
  }

 private:
  Database database_;
  MemoryUserReads users_{database_};
  MemorySessionReads sessions_{database_};
  MemoryOutboxReads outbox_{database_};
  MemoryKeyReads keys_{database_};
};

}  // namespace

void on_rollback(Transaction& transaction, std::function<void()> undo) {
  auto* const ours = dynamic_cast<MemoryTransaction*>(&transaction.innermost());
  if (ours == nullptr) throw std::invalid_argument("this transaction is of no memory store");
  ours->on_rollback(std::move(undo));
}

void on_user_deleted(Store& store, std::function<void(Transaction&, const UserId&)> erase) {
  auto* const ours = dynamic_cast<MemoryStore*>(&store.innermost());
  if (ours == nullptr) throw std::invalid_argument("this is no memory store");
  ours->add_cascade(std::move(erase));
}

std::unique_ptr<Store> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace coffeeauth::memory
