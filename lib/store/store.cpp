#include "coffeeauth/ports/store.hpp"

#include <utility>

namespace coffeeauth {

Transaction::~Transaction() {
  // Here, where the derived class has given its connection back.
  for (const auto& hook : hooks_) {
    try {
      hook(end_);
    } catch (...) {
      // What has happened has happened.
    }
  }
}

void Transaction::at_end(std::function<void(TransactionEnd)> hook) {
  innermost().hooks_.push_back(std::move(hook));
}

void Store::commit(Transaction& transaction) {
  auto& end = transaction.innermost().end_;
  end = TransactionEnd::unknown;
  try {
    transaction.commit();
  } catch (const TransactionConflict&) {
    end = TransactionEnd::rolled_back;
    throw;
  }
  end = TransactionEnd::committed;
}

}  // namespace coffeeauth
