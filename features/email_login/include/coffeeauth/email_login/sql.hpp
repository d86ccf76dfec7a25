#pragma once
/// The tables of the feature `email_login`, in SQL.

#include <memory>

#include "coffeeauth/email_login/tickets.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/sql/migrations.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace email_login {

/// Returns the tables of the feature, for the options of a SQL store.
[[nodiscard]] sql::RoomMigrations migrations();

/// Stores tickets in the database of a SQL store, which must have been opened with migrations().
/// Stateless: one object can serve several stores.
[[nodiscard]] std::unique_ptr<TicketStore> make_sql_tickets();

}  // namespace email_login
}  // namespace coffeeauth
