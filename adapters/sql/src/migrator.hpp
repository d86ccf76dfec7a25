#pragma once
/// Migrations: the schema's history, built into the program.

#include <span>
#include <string_view>

#include "adapters/sql/src/connection.hpp"
#include "coffeeauth/sql/sql.hpp"

namespace coffeeauth::sql {

/// One step of the schema. `text` is statements that each end with `;` at the end of a line.
struct Migration {
  int version;
  std::string_view name;
  /// SHA-256 of the file, in hexadecimal.
  std::string_view checksum;
  std::string_view text;
};

/// The files of migrations/sqlite, in order; made by embed_migrations.cmake.
[[nodiscard]] std::span<const Migration> sqlite_migrations() noexcept;
/// The same of migrations/postgresql.
[[nodiscard]] std::span<const Migration> postgres_migrations() noexcept;

/// Applies what is missing of `migrations`, which must be in order, each in a
/// transaction that shuts out every other writer. Throws as migrate_sqlite().
MigrationReport migrate(Connection& connection, std::span<const Migration> migrations,
                        const MigrationProgress& progress = {});

/// Throws std::runtime_error unless the database is exactly as `migrations` leave it.
void require_current(Connection& connection, std::span<const Migration> migrations);

/// The statements of a migration, comment lines left out.
[[nodiscard]] std::vector<std::string> split_statements(std::string_view text);

}  // namespace coffeeauth::sql
