#pragma once
/// Database: a SQLite file or a PostgreSQL server, whichever a URL names.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/sql/sql.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sql {

/// How to open either of the two databases.
using Database = std::variant<SqliteOptions, PostgresOptions>;

/// Reads `sqlite:///relative/path` or `sqlite:////absolute/path`, percent-decoded and without
/// parameters, or a URL of parse_postgres_url(). Opens nothing. Throws std::invalid_argument with a
/// text that holds no part of the URL, also for PostgreSQL when the library was built without it.
[[nodiscard]] Database parse_database_url(std::string_view url);

/// Writes the URL of the SQLite file `file`, percent-encoded: what parse_database_url() reads.
[[nodiscard]] std::string sqlite_url(const std::filesystem::path& file);

/// Checks that a SQLite file can be where it is to be, which the database itself would only call a
/// failure; does nothing for PostgreSQL. Throws std::invalid_argument with the path, and with why:
/// its folder is missing or cannot be written to, or it is no file that can be read and written.
void check_place(const Database& database);

/// Opens the Store. Throws as make_sqlite_store() or make_postgres_store(), and
/// std::invalid_argument for PostgreSQL when the library was built without it.
[[nodiscard]] std::unique_ptr<Store> make_store(const Database& database);

/// Brings the schema up to date. Throws as migrate_sqlite(), and as make_store().
MigrationReport migrate(const Database& database);

/// Returns where the database is, for people: `sqlite:/absolute/path` or
/// `postgresql://host:port/database`. Holds no user and no password.
[[nodiscard]] std::string name_of(const Database& database);

}  // namespace sql
}  // namespace coffeeauth
