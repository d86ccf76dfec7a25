#pragma once
/// DecoratedStore: the memory store behind a layer in which one verb can be made wrong.

#include <memory>
#include <utility>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/ports/forwarding.hpp"
#include "coffeeauth/testing/contract/store.hpp"

namespace coffeeauth::broken {

/// The inner transaction, which a broken verb can roll back and begin again.
class Work final : public Transaction {
 public:
  explicit Work(Store& store) : store_(store), inner_(store.begin()) {}

  UserWrites& users() override { return inner_->users(); }
  SignUps& sign_ups() override { return inner_->sign_ups(); }
  SessionWrites& sessions() override { return inner_->sessions(); }
  OutboxWrites& outbox() override { return inner_->outbox(); }
  KeyWrites& keys() override { return inner_->keys(); }
  void commit() override { inner_->commit(); }
  Transaction& innermost() noexcept override { return inner_->innermost(); }

  Transaction* operator->() const { return inner_.get(); }
  void roll_back() { inner_.reset(); }
  void begin_again() { inner_ = store_.begin(); }

 private:
  Store& store_;
  std::unique_ptr<Transaction> inner_;
};

/// Forwards to a memory store that it owns.
class OverMemory : public ForwardingStore {
 public:
  OverMemory() : OverMemory(memory::make_memory_store()) {}

 private:
  explicit OverMemory(std::unique_ptr<Store> kept)
      : ForwardingStore(*kept), kept_(std::move(kept)) {}

  std::unique_ptr<Store> kept_;
};

/// A memory store with transactions of that kind around its own.
template <class Around>
class StoreWith final : public OverMemory {
 public:
  std::unique_ptr<Transaction> begin() override { return std::make_unique<Around>(inner()); }
};

/// What harnesses of Stores in memory have in common.
class InMemory : public testing::StoreHarness {
 public:
  bool durable() const override { return false; }
  std::unique_ptr<Store> reopen() override { return nullptr; }
};

/// A part that passes on to whichever transaction there is at the moment.
template <class Forwarding>
class Part : public Forwarding {
 public:
  explicit Part(Work& work) : Forwarding(work), work_(work) {}

 protected:
  Work& work_;
};

using Users = Part<ForwardingUsers>;
using Codes = Part<ForwardingSignUps>;
using Sessions = Part<ForwardingSessions>;
using Jobs = Part<ForwardingOutbox>;
using Keys = Part<ForwardingKeys>;

/// How a transaction ends that was not committed.
enum class Uncommitted { rolls_back, commits };

/// The parts a broken Store is made of; it names the one that is wrong.
struct Sound {
  using UsersPart = Users;
  using CodesPart = Codes;
  using SessionsPart = Sessions;
  using JobsPart = Jobs;
  using KeysPart = Keys;
  static constexpr auto uncommitted = Uncommitted::rolls_back;
};

template <class Parts>
class DecoratedTransaction final : public Transaction {
 public:
  explicit DecoratedTransaction(Store& store) : work_(store) {}
  ~DecoratedTransaction() override {
    if (Parts::uncommitted == Uncommitted::commits && !committed_) work_->commit();
  }

  UserWrites& users() override { return users_; }
  SignUps& sign_ups() override { return codes_; }
  SessionWrites& sessions() override { return sessions_; }
  OutboxWrites& outbox() override { return jobs_; }
  KeyWrites& keys() override { return keys_; }
  void commit() override {
    work_->commit();
    committed_ = true;
  }
  Transaction& innermost() noexcept override { return work_->innermost(); }

 private:
  Work work_;
  typename Parts::UsersPart users_{work_};
  typename Parts::CodesPart codes_{work_};
  typename Parts::SessionsPart sessions_{work_};
  typename Parts::JobsPart jobs_{work_};
  typename Parts::KeysPart keys_{work_};
  bool committed_ = false;
};

template <class Parts>
using DecoratedStore = StoreWith<DecoratedTransaction<Parts>>;

template <class Parts>
class Harness final : public InMemory {
 public:
  std::unique_ptr<Store> fresh() override { return std::make_unique<DecoratedStore<Parts>>(); }
};

}  // namespace coffeeauth::broken
