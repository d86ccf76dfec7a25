#pragma once
/// copy(): everything that a database holds, into another one, which may be of the other kind.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/sql/database.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sql {

/// Told how many rows of a table are copied, of how many; often, on the thread that copies.
using CopyProgress =
    std::function<void(std::string_view table, std::size_t done, std::size_t total)>;

/// One table that was copied.
struct CopiedTable {
  /// Its name, the same in both databases.
  std::string name{};
  /// How many rows it has, in both.
  std::size_t rows = 0;
};

/// What copy() did.
struct CopyReport {
  /// All tables of the store, the empty ones too, in the order in which they were copied.
  std::vector<CopiedTable> tables{};
  /// Tables with rows that were left behind: `to` has no table of the name, since they belong to no
  /// room of the options.
  std::vector<std::string> left_behind{};
  /// Why the texts that searches read could not be completed, for accounts that an older program
  /// made. Otherwise empty. The copy is whole all the same, and the next start completes them.
  std::string search_failure{};
};

/// Copies every row of the store in `from` into the database `to`, which must be new or hold no row
/// in any table that is copied: from SQLite to PostgreSQL, the other way round, or to another
/// database of the same kind. Tables that both have are copied, also those of an application; rows
/// that `to` had before the call are never changed or deleted.
///
/// Both need the same rooms. `from` must be at this program's version of each, and is not changed;
/// it may be in use, and what is copied is one moment of it: what is written to it later is not in
/// the copy. `to` is migrated first, whatever its options say, and is filled in one transaction:
/// when copying fails, or the process dies, it is as its migrations left it, and the call may be
/// repeated. Where a migration of a room writes rows, `to` holds them then and is refused: repeat
/// the call with another new database. In the end the number of rows is compared table by table.
/// What is sealed stays sealed, so the copy needs the same secret keys.
///
/// Values take the types of the columns in `to`. Columns that a database generates are made anew,
/// as are counts and the index of searches; no trigger runs for the rows. Memory does not grow with
/// the tables.
///
/// Throws std::runtime_error with a text for the operator, which begins with name_of() one of the
/// two: `from` is missing, or at another version, or holds a room that the options do not name;
/// `to` holds a row in a table that would be copied (nothing is migrated then), or no column for
/// one of `from`; a value does not fit. Throws Unavailable when one of them cannot be opened or
/// fails, and std::invalid_argument as migrate().
CopyReport copy(const Database& from, const Database& to, const CopyProgress& progress = {});

}  // namespace sql
}  // namespace coffeeauth
