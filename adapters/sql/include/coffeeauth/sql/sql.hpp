#pragma once
/// SQL stores: a Store in a SQLite file. No type of a data base library shows here.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/ports/store.hpp"

namespace coffeeauth::sql {

/// How to open a SQLite data base.
struct SqliteOptions {
  /// The file; made with mode 0600 when it is not there. Its folder must exist. Beside it SQLite
  /// keeps `<path>-wal` and `<path>-shm`. A local disk only: network file systems break its locks.
  std::string path{};
  /// Connections for reads, beside the one that writes. At least 1.
  std::size_t readers = 4;
  /// How long a call waits for another process's lock, and for a free connection of this store,
  /// before it throws Unavailable.
  std::chrono::milliseconds busy_timeout{2000};
  /// Whether opening applies the migrations that are missing. Without it, a data base that is not
  /// up to date stops the opening with std::runtime_error.
  bool migrate = true;
  /// The largest size of the file in pages of 4 KiB; 0 for no limit but the disk.
  std::size_t max_pages = 0;
};

/// What migrate_sqlite() did.
struct MigrationReport {
  /// The versions that this call applied, in order; empty when nothing was missing.
  std::vector<int> applied{};
  /// The version of the schema now.
  int version = 0;
};

/// Brings the schema up to date: each missing migration in a transaction of its own under a lock,
/// so that of many processes at once one applies it.
///
/// Throws std::runtime_error with a text for the operator when the data base is newer than this
/// program, or when a migration it was made with has changed since; Unavailable when it cannot be
/// opened or locked; std::invalid_argument for options that mean nothing.
MigrationReport migrate_sqlite(const SqliteOptions& options);

/// Opens the Store. Callable from many threads and beside other processes on the same machine.
///
/// One connection writes (BEGIN IMMEDIATE, first come first served), the others read beside it from
/// the write-ahead log. A commit is on the disk when it returns (synchronous=FULL). Every text with
/// a NUL is refused with std::invalid_argument, since SQLite would give it back cut.
/// Throws as migrate_sqlite().
[[nodiscard]] std::unique_ptr<Store> make_sqlite_store(const SqliteOptions& options);

}  // namespace coffeeauth::sql
