#pragma once
/// The tables of the feature `passkeys`, in SQL.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/passkeys/passkey_store.hpp"
#include "coffeeauth/sql/migrations.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace passkeys {

/// Returns the tables of the feature, for the options of a SQL store.
[[nodiscard]] sql::RoomMigrations migrations();

/// Stores the rows of the feature in the database of a SQL store, which must have been opened with
/// migrations(). Stateless: one object can serve several stores.
[[nodiscard]] std::unique_ptr<PasskeyStore> make_sql_passkeys();

}  // namespace passkeys
}  // namespace coffeeauth
