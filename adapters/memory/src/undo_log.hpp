#pragma once
/// UndoLog: what a transaction changed, so that it can be put back.

#include <functional>
#include <utility>
#include <vector>

namespace coffeeauth::memory {

/// Keeps rows as they were before a change. Costs in proportion to what is changed, never to what
/// is stored.
class UndoLog {
 public:
  /// To be called before the row `key` of `map` is inserted, changed or erased. `map` must outlive
  /// the log.
  template <class Map>
  void keep(Map& map, const typename Map::key_type& key) {
    const auto row = map.find(key);
    if (row == map.end()) {
      steps_.emplace_back([&map, key] { map.erase(key); });
    } else {
      steps_.emplace_back([&map, key, before = row->second] { map.insert_or_assign(key, before); });
    }
  }

  /// To be called before a change that `undo` takes back.
  void add(std::function<void()> undo) { steps_.push_back(std::move(undo)); }

  /// Puts every kept row back, the last kept first.
  void roll_back() {
    while (!steps_.empty()) {
      steps_.back()();
      steps_.pop_back();
    }
  }
  void forget() noexcept { steps_.clear(); }

 private:
  std::vector<std::function<void()>> steps_;
};

}  // namespace coffeeauth::memory
