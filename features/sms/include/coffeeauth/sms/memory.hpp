#pragma once
/// The room `sms` over a memory store.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/sms/budgets.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// Counts messages alongside the users of `store`, which must be a memory store or a decorator of
/// one and must outlive the result. Throws std::invalid_argument for another kind of store.
[[nodiscard]] std::unique_ptr<BudgetStore> make_memory_budgets(Store& store);

}  // namespace sms
}  // namespace coffeeauth
