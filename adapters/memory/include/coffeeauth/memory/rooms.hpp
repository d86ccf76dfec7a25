#pragma once
/// Data of your own feature over a memory store, as part of its transactions.
///
/// Keep it in your own maps. The store's only lock is held during a transaction and protects them,
/// too: access them inside a transaction only, and call keep() before each change.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace memory {

/// Calls `undo` when `transaction` is rolled back, the latest first. Throws std::invalid_argument
/// for a transaction of another kind of Store.
void on_rollback(Transaction& transaction, std::function<void()> undo);

/// Calls `erase` in each transaction that deletes a user, as `ON DELETE CASCADE` would; `erase`
/// must call keep() before it erases, and must outlive the store. Throws std::invalid_argument for
/// another kind of Store.
void on_user_deleted(Store& store, std::function<void(Transaction&, const UserId&)> erase);

/// Call it before you insert, change or erase the row `key` of `map`: restores the row when
/// `transaction` is rolled back. `map` must outlive the transaction.
template <class Map>
void keep(Transaction& transaction, Map& map, const typename Map::key_type& key) {
  const auto row = map.find(key);
  if (row == map.end()) {
    on_rollback(transaction, [&map, key] { map.erase(key); });
  } else {
    on_rollback(transaction,
                [&map, key, before = row->second] { map.insert_or_assign(key, before); });
  }
}

/// Erases the row `key` of `map`, if there is one, and restores it when `transaction` is rolled
/// back. `map` must outlive the transaction.
template <class Map>
void erase(Transaction& transaction, Map& map, const typename Map::key_type& key) {
  keep(transaction, map, key);
  map.erase(key);
}

/// Erases at most `limit` rows of `map` whose values are `wanted`, in the order of the map, and
/// restores them when `transaction` is rolled back; returns their number. `map` must outlive the
/// transaction.
template <class Map, class Wanted>
std::size_t erase_if(Transaction& transaction, Map& map, Wanted wanted,
                     std::size_t limit = SIZE_MAX) {
  std::size_t erased = 0;
  for (auto row = map.begin(); row != map.end() && erased < limit;) {
    if (!wanted(row->second)) {
      ++row;
      continue;
    }
    keep(transaction, map, row->first);
    row = map.erase(row);
    ++erased;
  }
  return erased;
}

}  // namespace memory
}  // namespace coffeeauth
