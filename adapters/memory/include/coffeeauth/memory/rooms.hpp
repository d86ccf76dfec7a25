#pragma once
/// Data of a feature of your own over a memory store, as part of its transactions.
///
/// Keep it in maps of your own. The store's one lock is held from the begin of a transaction to its
/// end, and guards them, too: read and write them inside a transaction only, and call keep() before
/// each change.

#include <functional>
#include <utility>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace memory {

/// Calls `undo` when `transaction` is rolled back, the last one given first. Throws
/// std::invalid_argument for a transaction of another kind of Store.
void on_rollback(Transaction& transaction, std::function<void()> undo);

/// From now on calls `erase` in each transaction that deletes a user, as `ON DELETE CASCADE` would;
/// `erase` must keep() what it erases, and must outlive the store. Throws std::invalid_argument for
/// another kind of Store.
void on_user_deleted(Store& store, std::function<void(Transaction&, const UserId&)> erase);

/// To be called before the row `key` of `map` is inserted, changed or erased: puts it back as it
/// was when `transaction` is rolled back. `map` must outlive the transaction.
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

}  // namespace memory
}  // namespace coffeeauth
