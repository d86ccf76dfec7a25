#pragma once
/// Rooms: the migrations of features, as the migrator takes them.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sql/src/own_statement.hpp"
#include "coffeeauth/sql/migrations.hpp"

namespace coffeeauth::sql {

/// The migrations of one room for one database, in order.
struct Room {
  std::string_view feature;
  std::span<const Migration> migrations;
};

/// The library's own, migrations/sqlite and migrations/postgresql.
[[nodiscard]] std::span<const Migration> sqlite_migrations();
[[nodiscard]] std::span<const Migration> postgres_migrations();

/// Those of `rooms` for that database, which must outlive what is given back. Throws
/// std::invalid_argument, naming room and migration, for rooms that cannot be: see RoomMigrations.
[[nodiscard]] std::vector<Room> rooms_for(Grammar database,
                                          const std::vector<RoomMigrations>& rooms);

/// SHA-256 of the text, in hexadecimal: by it a migration that was applied is known again.
[[nodiscard]] std::string checksum_of(const Migration& migration);

/// The name of the library's own room, which it may not be given as one of `rooms`.
inline constexpr std::string_view core_feature = "core";

}  // namespace coffeeauth::sql
