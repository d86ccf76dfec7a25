#pragma once
/// RoomMigrations: tables of a feature or an embedder, beside the library's.

#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sql {

/// One step of a schema. Never change a released migration: a database that applied it refuses to
/// open if the text under its version differs. Add another migration.
struct Migration {
  /// 1 for the first of its room; then consecutive.
  int version = 0;
  /// A name for people, such as `0001_profiles`. Must outlive the call it is passed to.
  std::string_view name{};
  /// SQL statements, each ended by a semicolon, and comments in the database's syntax. They run in
  /// one transaction and must not begin or end one. Must outlive the call.
  std::string_view sql{};
};

/// The migrations of one feature, numbered separately from the library's and other rooms'.
///
/// Tables should reference `users (id) ON DELETE CASCADE` and have a prefix of the room.
/// coffeeauth_embed_migrations() of the CMake package makes a RoomMigrations from a folder of SQL
/// files.
struct RoomMigrations {
  /// Identifies the room in the database permanently: at most 40 of a-z, 0-9 and _, starting with a
  /// letter. `core` is reserved for the library.
  std::string feature{};
  /// In order. A SQLite store cannot be opened with a room that has none.
  std::vector<Migration> sqlite{};
  /// In order. A PostgreSQL store cannot be opened with a room that has none.
  std::vector<Migration> postgresql{};
};

}  // namespace sql
}  // namespace coffeeauth
