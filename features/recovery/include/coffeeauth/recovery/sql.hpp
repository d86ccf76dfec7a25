#pragma once
/// The tables of the feature `recovery`, in SQL.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/recovery/tickets.hpp"
#include "coffeeauth/sql/migrations.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// Returns the tables of the feature, for the options of a SQL store.
[[nodiscard]] sql::RoomMigrations migrations();

/// Stores tickets in the database of a SQL store, which must have been opened with migrations().
/// Stateless: one object can serve several stores.
[[nodiscard]] std::unique_ptr<TicketStore> make_sql_tickets();

}  // namespace recovery
}  // namespace coffeeauth
