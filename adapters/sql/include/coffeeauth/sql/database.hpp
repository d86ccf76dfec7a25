#pragma once
/// Database: a SQLite file or a PostgreSQL server, selected by a URL.

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

/// Options of either database.
using Database = std::variant<SqliteOptions, PostgresOptions>;

/// Parses `sqlite:///relative/path` or `sqlite:////absolute/path`, percent-decoded and without
/// parameters, or a URL of parse_postgres_url(). Opens nothing. Throws std::invalid_argument with a
/// text that contains no part of the URL, also for PostgreSQL if the library was built without it.
[[nodiscard]] Database parse_database_url(std::string_view url);

/// Returns the URL of the SQLite file `file`, percent-encoded, as parse_database_url() reads it.
[[nodiscard]] std::string sqlite_url(const std::filesystem::path& file);

/// Checks that a SQLite file can be opened or created, because SQLite's own error says little; does
/// nothing for PostgreSQL. Throws std::invalid_argument with the path and the reason: its folder is
/// missing or not writable, or it is not a file that can be read and written.
void check_place(const Database& database);

/// Opens the Store. Throws like make_sqlite_store() or make_postgres_store(), and
/// std::invalid_argument for PostgreSQL if the library was built without it.
[[nodiscard]] std::unique_ptr<Store> make_store(const Database& database);

/// Brings the schema up to date. Throws like migrate_sqlite() and make_store().
MigrationReport migrate(const Database& database);

/// Returns the location of the database, for people: `sqlite:/absolute/path` or
/// `postgresql://host:port/database`. Contains no user name or password.
[[nodiscard]] std::string name_of(const Database& database);

}  // namespace sql
}  // namespace coffeeauth
