#include "coffeeauth/testing/faulty_store.hpp"

#include <mutex>
#include <utility>

namespace coffeeauth::testing {
namespace {

[[noreturn]] void fail() { throw Unavailable("the store was told to fail"); }

}  // namespace

/// The faults to come. Shared with the transactions, hence its own lock.
struct FaultyStore::Plan {
  std::mutex mutex;
  std::size_t calls = 0;
  /// The number of the call that fails; 0 for none.
  std::size_t failing_call = 0;
  /// The same of the slow one, and what it waits for.
  std::size_t slow_call = 0;
  std::function<void()> wait;
  bool down = false;
  bool fails_commit = false;
  bool loses_answer = false;

  void count_call() {
    // Waits outside the lock: other calls, and the test, go on meanwhile.
    if (const auto slow = note_call()) slow();
  }
  std::function<void()> note_call() {
    const std::lock_guard lock{mutex};
    ++calls;
    if (down) fail();
    if (calls == failing_call) {
      failing_call = 0;
      fail();
    }
    if (calls != slow_call) return {};
    slow_call = 0;
    return std::exchange(wait, {});
  }
  bool take(bool Plan::*fault) {
    const std::lock_guard lock{mutex};
    return std::exchange(this->*fault, false);
  }
  template <class T>
  void set(T Plan::*fault, T value) {
    const std::lock_guard lock{mutex};
    this->*fault = value;
  }
};

class FaultyStore::FaultyTransaction final : public Transaction {
 public:
  FaultyTransaction(Plan& plan, std::unique_ptr<Transaction> inner)
      : plan_(plan), inner_(std::move(inner)) {}

  UserWrites& users() override { return counted(*inner_).users(); }
  SignUps& sign_ups() override { return counted(*inner_).sign_ups(); }
  SessionWrites& sessions() override { return counted(*inner_).sessions(); }
  OutboxWrites& outbox() override { return counted(*inner_).outbox(); }
  KeyWrites& keys() override { return counted(*inner_).keys(); }

  void commit() override {
    plan_.count_call();
    if (broken_ || plan_.take(&Plan::fails_commit)) fail();
    inner_->commit();
    if (plan_.take(&Plan::loses_answer)) fail();
  }
  Transaction& innermost() noexcept override { return inner_->innermost(); }

 private:
  // A caller who swallows the exception must not be able to commit after all.
  Transaction& counted(Transaction& inner) {
    broken_ = true;
    plan_.count_call();
    broken_ = false;
    return inner;
  }

  Plan& plan_;
  std::unique_ptr<Transaction> inner_;
  bool broken_ = false;
};

FaultyStore::FaultyStore(Store& inner) : inner_(inner), plan_(std::make_unique<Plan>()) {}
FaultyStore::~FaultyStore() = default;

void FaultyStore::fail_call(std::size_t n) {
  const std::lock_guard lock{plan_->mutex};
  plan_->failing_call = plan_->calls + n;
}
void FaultyStore::slow_call(std::size_t n, std::function<void()> wait) {
  const std::lock_guard lock{plan_->mutex};
  plan_->slow_call = plan_->calls + n;
  plan_->wait = std::move(wait);
}
void FaultyStore::fail_next_commit() { plan_->set(&Plan::fails_commit, true); }
void FaultyStore::lose_next_answer() { plan_->set(&Plan::loses_answer, true); }
void FaultyStore::take_down() { plan_->set(&Plan::down, true); }
void FaultyStore::bring_back() { plan_->set(&Plan::down, false); }
std::size_t FaultyStore::calls() const {
  const std::lock_guard lock{plan_->mutex};
  return plan_->calls;
}

UserReads& FaultyStore::users() {
  plan_->count_call();
  return inner_.users();
}
SessionReads& FaultyStore::sessions() {
  plan_->count_call();
  return inner_.sessions();
}
OutboxReads& FaultyStore::outbox() {
  plan_->count_call();
  return inner_.outbox();
}
KeyReads& FaultyStore::keys() {
  plan_->count_call();
  return inner_.keys();
}
void FaultyStore::ping() {
  plan_->count_call();
  inner_.ping();
}
Store& FaultyStore::innermost() noexcept { return inner_.innermost(); }
std::unique_ptr<Transaction> FaultyStore::begin() {
  plan_->count_call();
  return std::make_unique<FaultyTransaction>(*plan_, inner_.begin());
}

}  // namespace coffeeauth::testing
