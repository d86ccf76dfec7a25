#pragma once
/// The room `sms` over a SQL store.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/sms/budgets.hpp"
#include "coffeeauth/sql/migrations.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// Returns the tables of the room, for the options of a SQL store.
[[nodiscard]] sql::RoomMigrations migrations();

/// Counts messages in the database of a SQL store, which must have been opened with migrations().
/// Stateless: one object can serve several stores.
[[nodiscard]] std::unique_ptr<BudgetStore> make_sql_budgets();

}  // namespace sms
}  // namespace coffeeauth
