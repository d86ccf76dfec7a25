#pragma once
/// RoomMigrations: the tables of a feature, or of an embedder's own, beside the library's.

#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sql {

/// One step of a schema. Never change a migration that was released: a database that has it refuses
/// to be opened with another text under its version. Write the next one.
struct Migration {
  /// 1 for the first of its room, each of the others one more than the one before it.
  int version = 0;
  /// For people, such as `0001_profiles`. Must outlive the call that it is given to.
  std::string_view name{};
  /// SQL statements, each ended by a semicolon, with comments as the database has them. All run in
  /// one transaction, so none of them may begin or end one. Must outlive the call.
  std::string_view sql{};
};

/// The migrations of one feature, counted by themselves: what another room, or the library, adds
/// changes none of its numbers.
///
/// Tables should hang on `users (id) ON DELETE CASCADE` and carry a prefix that is the room's.
/// coffeeauth_embed_migrations() of the CMake package makes a RoomMigrations out of a folder with
/// SQL files.
struct RoomMigrations {
  /// Names the room in the database, for ever: at most 40 of a-z, 0-9 and _, a letter first. Not
  /// `core`, which is the library's own.
  std::string feature{};
  /// In order. A SQLite store cannot be opened with a room that has none.
  std::vector<Migration> sqlite{};
  /// In order. A PostgreSQL store cannot be opened with a room that has none.
  std::vector<Migration> postgresql{};
};

}  // namespace sql
}  // namespace coffeeauth
