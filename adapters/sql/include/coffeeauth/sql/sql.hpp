#pragma once
/// SQL stores: a Store in a SQLite file or on a PostgreSQL server. No type of a database library
/// shows here.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/part_down.hpp"
#include "coffeeauth/ports/diagnostics.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/sql/migrations.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sql {

/// Told by a migration that takes its time how many users it has done, of how many.
using MigrationProgress = std::function<void(std::size_t done, std::size_t total)>;

/// How to open a SQLite database.
struct SqliteOptions {
  /// The file; made with mode 0600 when it is not there. Its folder must exist. Beside it SQLite
  /// keeps `<path>-wal` and `<path>-shm`. A local disk only: network file systems break its locks.
  std::string path{};
  /// Connections for reads, beside the one that writes. At least 1.
  std::size_t readers = 4;
  /// How long a call waits for another process's lock, and for a free connection of this store,
  /// before it throws Unavailable.
  std::chrono::milliseconds busy_timeout{2000};
  /// Whether opening applies the migrations that are missing. Without it, a database that is not
  /// up to date stops the opening with std::runtime_error.
  bool migrate = true;
  /// Called on the thread that migrates.
  MigrationProgress migration_progress{};
  /// Connections for lists of users, beside those above: no number of searches keeps other reads
  /// waiting. At least 1.
  std::size_t list_readers = 2;
  /// The largest size of the file in pages of 4 KiB; 0 for no limit but the disk.
  std::size_t max_pages = 0;
  /// Octets of `<path>-wal` above which a commit empties it, as soon as no reader still needs it.
  /// 1 MiB to 4 GiB.
  std::size_t wal_limit = 16 * 1024 * 1024;
  /// Told why an embedder's own statements fail. Borrowed, must outlive the Store; null for the
  /// standard error output.
  Diagnostics* diagnostics = nullptr;
  /// The rooms whose tables the database is to hold beside the library's; their migrations come
  /// behind the library's, in this order. A room that the database has and that is not named here
  /// is left alone. Read while the Store is opened.
  std::vector<RoomMigrations> rooms{};
};

/// How to reach a PostgreSQL server, 13 or later, with a database encoded in UTF-8.
struct PostgresOptions {
  /// A name, an address, or the folder of a Unix socket (begins with `/`).
  std::string host = "127.0.0.1";
  /// 5432 is PostgreSQL's own.
  std::uint16_t port = 5432;
  /// The database; it must exist, its tables are made by the migrations.
  std::string database{};
  /// The role to log in as. Only migrations need more than to read and write rows.
  std::string user{};
  /// Empty when the server asks for none.
  Secret password{};
  /// One of the words of libpq: disable, prefer, require, verify-ca or verify-full. Only
  /// verify-full proves that the server is the one that is meant.
  std::string sslmode = "prefer";
  /// The file with the certificates to trust; empty for libpq's default.
  std::string sslrootcert{};
  /// Connections in all, opened when they are needed. 1 to 1000.
  std::size_t connections = 10;
  /// How many of those are for lists of users alone, so that no number of searches keeps others
  /// waiting. At most half of them are; with 0 lists take part in all.
  std::size_t list_connections = 2;
  /// The longest that connecting may take, the look-up of the name left out.
  std::chrono::milliseconds connect_timeout{5000};
  /// The longest that the server works on one statement.
  std::chrono::milliseconds statement_timeout{10'000};
  /// The longest that a statement waits for another's lock.
  std::chrono::milliseconds lock_timeout{5000};
  /// The longest that a call waits for a free connection.
  std::chrono::milliseconds pool_timeout{2000};
  /// Transactions that write run as SERIALIZABLE and not as READ COMMITTED, for a server that
  /// speaks PostgreSQL and has nothing else. Both are right; this one tries again more often.
  bool serializable = false;
  /// What SqliteOptions::migrate is.
  bool migrate = true;
  /// Called on the thread that migrates.
  MigrationProgress migration_progress{};
  /// Told why an embedder's own statements fail. Borrowed, must outlive the Store; null for the
  /// standard error output.
  Diagnostics* diagnostics = nullptr;
  /// What SqliteOptions::rooms is.
  std::vector<RoomMigrations> rooms{};
};

/// Reads `postgresql://user:password@host:port/database`, or `postgres://`, with percent-encoding,
/// `?sslmode=`, `sslrootcert=` and `connect_timeout=` (seconds), and `?host=` for the folder of a
/// socket. Throws std::invalid_argument with a text that holds no part of the URL.
[[nodiscard]] PostgresOptions parse_postgres_url(std::string_view url);

/// The migrations of one room in a database.
struct RoomReport {
  /// RoomMigrations::feature.
  std::string feature{};
  /// The versions that this call applied, in order.
  std::vector<int> applied{};
  /// The version of the room's tables now.
  int version = 0;
  /// Whether the options name the room. One that they do not name is left alone.
  bool is_opened = true;
};

/// What a migration did.
struct MigrationReport {
  /// The library's own versions that this call applied, in order; empty when none was missing.
  std::vector<int> applied{};
  /// The version of the library's schema now.
  int version = 0;
  /// The rooms of the options, in their order, and behind them those that the database has besides.
  std::vector<RoomReport> rooms{};
};

/// Brings the schema up to date, the library's first and then that of each room: each missing
/// migration in a transaction of its own under a lock, so that of many processes at once one
/// applies it.
///
/// Throws std::runtime_error with a text for the operator, which names the room, when the database
/// is newer than this program, or when a migration it was made with has changed since; Unavailable
/// when it cannot be opened or locked, or refuses a statement of a room, of which the Diagnostics
/// are told more; std::invalid_argument for options that mean nothing, rooms included.
MigrationReport migrate_sqlite(const SqliteOptions& options);

/// Opens the Store. Callable from many threads and beside other processes on the same machine.
///
/// One connection writes (BEGIN IMMEDIATE, first come first served), the others read beside it from
/// the write-ahead log. A commit is on the disk when it returns (synchronous=FULL). Every text with
/// a NUL is refused with std::invalid_argument, since SQLite would give it back cut.
/// Throws as migrate_sqlite().
[[nodiscard]] std::unique_ptr<Store> make_sqlite_store(const SqliteOptions& options);

/// As migrate_sqlite(): an advisory lock lets one process at a time do it, for ten minutes at most.
MigrationReport migrate_postgres(const PostgresOptions& options);

/// Opens the Store. Callable from many threads and beside other processes on other machines.
///
/// When the server goes away, calls throw Unavailable at once and after it is back they work again,
/// within a second; a connection that was lost is never used again. A commit whose answer was lost
/// throws. Every text with a NUL is refused with std::invalid_argument. A transaction that lost a
/// race inside the server throws TransactionConflict, which transact() tries again. Every wait has
/// an end, see PostgresOptions; a server whose process is stopped while its machine goes on
/// answering is the exception. Throws as migrate_postgres().
[[nodiscard]] std::unique_ptr<Store> make_postgres_store(const PostgresOptions& options);

/// Counts the users anew. Lists take their `count` from totals that triggers keep; rows that were
/// loaded with triggers switched off (`pg_restore --disable-triggers`) are missing there until
/// this runs. Writers of users wait meanwhile. Throws Unavailable, and std::invalid_argument for a
/// Store that is no SQL store.
void recount_users(Store& store);

/// What became of the connections of one pool, for metrics.
struct PoolStatistics {
  /// Connections at most.
  std::size_t size = 0;
  /// Of these, those in a caller's hands.
  std::size_t in_use = 0;
  /// Callers that wait for one now.
  std::size_t waiting = 0;
  /// Callers that had to wait so far.
  std::uint64_t waits = 0;
  /// How long they waited, all together.
  std::chrono::nanoseconds waited{0};
  /// How long connections were in use, all together.
  std::chrono::nanoseconds used{0};
  /// Tries to open a connection that failed.
  std::uint64_t failures = 0;
  /// Why the last try to open one failed; nothing when it did not.
  std::optional<DownReason> down{};
};

/// A name for its metrics, and the counts of one pool.
using NamedPoolStatistics = std::pair<std::string_view, PoolStatistics>;

/// The counts of the pools of a Store that was made here: `writers`, and where they have
/// connections of their own `readers` and `lists`. Throws std::invalid_argument for any other
/// Store.
[[nodiscard]] std::vector<NamedPoolStatistics> statistics(Store& store);

}  // namespace sql
}  // namespace coffeeauth
