#pragma once
/// copy(): copies a whole database to another one, which may be of the other kind.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/sql/database.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sql {

/// Called repeatedly while copying, on the calling thread: `done` rows of `total` in `table` are
/// copied.
using CopyProgress =
    std::function<void(std::string_view table, std::size_t done, std::size_t total)>;

/// A copied table.
struct CopiedTable {
  /// The name of the table in both databases.
  std::string name{};
  /// The number of rows in each database.
  std::size_t rows = 0;
};

/// The result of copy().
struct CopyReport {
  /// All tables of the store, including empty ones, in the order in which they were copied.
  std::vector<CopiedTable> tables{};
  /// Tables with rows that were not copied: `to` has no table of that name, because they belong to
  /// no room of the options.
  std::vector<std::string> left_behind{};
  /// Why the texts that searches read could not be completed, for accounts that an older program
  /// made. Otherwise empty. The copy is whole all the same, and the next start completes them.
  std::string search_failure{};
};

/// Copies all rows of the store in `from` to the database `to`, which must be new or have no rows
/// in any table that is copied: from SQLite to PostgreSQL, from PostgreSQL to SQLite, or to another
/// database of the same kind. Tables that both databases have are copied, including those of an
/// application; rows that `to` had before the call are never changed or deleted.
///
/// Both must be given the same rooms. `from` must have this program's version of each room. It is
/// not changed and may be in use: the copy is a snapshot, without later writes. `to` is migrated
/// first, even if its options forbid that, and filled in a single transaction. If copying fails or
/// the process dies, only the migrations remain, and copy() can be called again; if a migration of
/// a room inserts rows, it needs another new database. Finally the number of rows of each table is
/// compared. Encrypted values are copied as they are, so the copy needs the same secret keys.
///
/// Values are converted to the column types of `to`. Generated columns, counts and the search index
/// are computed again; triggers do not run for the rows. Memory use does not grow with the tables.
///
/// Throws std::runtime_error with a text for the operator that begins with name_of() the database:
/// `from` is missing, has another version, or has a room that the options do not name; `to` has
/// rows in a table that would be copied (nothing is migrated then) or lacks a column of `from`; a
/// value does not fit its column. Throws Unavailable when a database cannot be opened or fails, and
/// std::invalid_argument like migrate().
CopyReport copy(const Database& from, const Database& to, const CopyProgress& progress = {});

}  // namespace sql
}  // namespace coffeeauth
