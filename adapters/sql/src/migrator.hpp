#pragma once
/// Migrations: the history of a schema, room by room.
///
/// The library's own steps are rows of `schema_migrations`, those of every other room rows of
/// `feature_migrations`, which is a step of the library's. See docs/decisions/0035.

#include <optional>
#include <span>
#include <string>

#include "adapters/sql/src/connection.hpp"
#include "adapters/sql/src/rooms.hpp"
#include "coffeeauth/sql/sql.hpp"

namespace coffeeauth::sql {

/// Applies what is missing: of `core`, the library's own, and then of each room in its turn, every
/// step in a transaction that shuts out every other writer. Why a statement of a room failed is
/// told to `diagnostics`. Throws as migrate_sqlite().
MigrationReport migrate(Connection& connection, std::span<const Migration> core,
                        std::span<const Room> rooms = {}, const MigrationProgress& progress = {},
                        Diagnostics& diagnostics = stderr_diagnostics());

/// Throws std::runtime_error unless the database is exactly as `core` and `rooms` leave it. Rooms
/// that it has besides are not looked at.
void require_current(Connection& connection, std::span<const Migration> core,
                     std::span<const Room> rooms = {});

/// A room of the database that is none of `rooms`; nothing when there is none.
[[nodiscard]] std::optional<std::string> unknown_room(Connection& connection,
                                                      std::span<const Room> rooms);

}  // namespace coffeeauth::sql
