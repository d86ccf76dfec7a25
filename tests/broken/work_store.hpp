#pragma once
/// look_then_leap(): what verbs that race are made of; and WorkStore, over which the broken rows of
/// the rooms in features/ are made.

#include <chrono>
#include <thread>

#include "tests/broken/decorated_store.hpp"

namespace coffeeauth::broken {

/// A memory store whose transactions a broken verb can roll back and begin again.
using WorkStore = StoreWith<Work>;

/// Lets others in between what a verb has seen and what it does. Wide open, so that the suite is
/// tested and not the scheduler, whatever else the machine does.
inline void let_others_in(Work& work) {
  work.roll_back();
  std::this_thread::sleep_for(std::chrono::milliseconds{10});
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
