#pragma once
/// WorkStore: what the broken rows of the rooms in features/ are made over.

#include <chrono>
#include <memory>
#include <thread>

#include "coffeeauth/memory/memory.hpp"
#include "tests/broken/decorated_store.hpp"

namespace coffeeauth::broken {

/// A memory store whose transactions a broken verb can roll back and begin again.
class WorkStore final : public Store {
 public:
  UserReads& users() override { return inner_->users(); }
  SessionReads& sessions() override { return inner_->sessions(); }
  OutboxReads& outbox() override { return inner_->outbox(); }
  KeyReads& keys() override { return inner_->keys(); }
  void ping() override { inner_->ping(); }
  Store& innermost() noexcept override { return inner_->innermost(); }
  std::unique_ptr<Transaction> begin() override { return std::make_unique<Work>(*inner_); }

 private:
  std::unique_ptr<Store> inner_ = memory::make_memory_store();
};

/// Lets others in between what a verb has seen and what it does. Wide open, so that the suite is
/// tested and not the scheduler.
inline void let_others_in(Work& work) {
  work.roll_back();
  std::this_thread::sleep_for(std::chrono::milliseconds{2});
  work.begin_again();
}

/// Says what `verb` would have answered, lets others in, and only then does it.
template <class Verb>
auto look_then_leap(Work& work, Verb verb) {
  auto seen = verb();
  let_others_in(work);
  static_cast<void>(verb());
  return seen;
}

}  // namespace coffeeauth::broken
