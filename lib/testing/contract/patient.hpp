#pragma once
/// patiently(): a transaction of a caller who tries again when told to.

#include <utility>

#include "coffeeauth/ports/store.hpp"

namespace coffeeauth::testing {

/// Runs `work` as Store::transact() does, and once more whenever that has given up on conflicts, as
/// it does where many threads want one row of a SERIALIZABLE database. What a lost try leaves
/// behind would be counted twice, so that races see it.
template <class Work>
auto patiently(Store& store, Work work) {
  constexpr int enough = 1'000;
  for (int tries = 1;; ++tries) {
    try {
      return store.transact(work);
    } catch (const TransactionConflict&) {
      if (tries == enough) throw;
    }
  }
}

}  // namespace coffeeauth::testing
