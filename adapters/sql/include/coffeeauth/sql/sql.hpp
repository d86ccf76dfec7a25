#pragma once
/// SQL stores: a Store in a SQLite file or on a PostgreSQL server. Exposes no type of a database
/// library.

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

/// Called by a long migration with the number of users done, of `total`.
using MigrationProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Options of a SQLite database.
struct SqliteOptions {
  /// The file; created with mode 0600 in an existing folder. SQLite keeps `<path>-wal` and
  /// `<path>-shm` beside it. Use a local disk only: network file systems break its locks.
  std::string path{};
  /// Connections that read, beside the one that writes. At least 1.
  std::size_t readers = 4;
  /// How long a call waits for another process's lock, and for a free connection of this store,
  /// before it throws Unavailable.
  std::chrono::milliseconds busy_timeout{2000};
  /// Whether opening applies missing migrations. If false, opening a database that is not up to
  /// date throws std::runtime_error.
  bool migrate = true;
  /// Called on the thread that migrates.
  MigrationProgress migration_progress{};
  /// Additional connections for lists of users, so that searches never delay other reads. At least
  /// 1.
  std::size_t list_readers = 2;
  /// Maximum size of the file in pages of 4 KiB; 0 for no limit.
  std::size_t max_pages = 0;
  /// Octets of `<path>-wal` above which a commit truncates it, once no reader needs it. 1 MiB to 4
  /// GiB.
  std::size_t wal_limit = 16 * 1024 * 1024;
  /// Told why an embedder's own statements fail. Borrowed; must outlive the Store. Null writes to
  /// standard error.
  Diagnostics* diagnostics = nullptr;
  /// Rooms whose tables the database should have beside the library's; their migrations follow the
  /// library's, in this order. Rooms that the database has but that are not named here are left
  /// alone. Read only while the Store is opened.
  std::vector<RoomMigrations> rooms{};
};

/// Options of a PostgreSQL server, version 13 or later, with a database encoded in UTF-8.
struct PostgresOptions {
  /// A host name, an IP address, or the folder of a Unix socket (begins with `/`).
  std::string host = "127.0.0.1";
  /// PostgreSQL's default is 5432.
  std::uint16_t port = 5432;
  /// The database, which must exist; migrations create its tables.
  std::string database{};
  /// The role to log in as. Only migrations need more than permission to read and write rows.
  std::string user{};
  /// Empty if the server requires none.
  Secret password{};
  /// A libpq mode: disable, prefer, require, verify-ca or verify-full. Only verify-full proves the
  /// identity of the server.
  std::string sslmode = "prefer";
  /// A file of trusted certificates; empty for libpq's default.
  std::string sslrootcert{};
  /// Maximum number of connections, opened on demand. 1 to 1000.
  std::size_t connections = 10;
  /// How many of them are reserved for lists of users, so that searches do not delay other calls.
  /// At most half of them; with 0 lists use all connections.
  std::size_t list_connections = 2;
  /// Maximum time to connect, excluding the name lookup.
  std::chrono::milliseconds connect_timeout{5000};
  /// Maximum time that the server works on one statement.
  std::chrono::milliseconds statement_timeout{10'000};
  /// Maximum time that a statement waits for a lock.
  std::chrono::milliseconds lock_timeout{5000};
  /// Maximum time that a call waits for a free connection.
  std::chrono::milliseconds pool_timeout{2000};
  /// Whether writing transactions run as SERIALIZABLE instead of READ COMMITTED, for a
  /// PostgreSQL-compatible server that offers nothing else. Both are correct; this one retries more
  /// often.
  bool serializable = false;
  /// Whether opening applies missing migrations; see SqliteOptions::migrate.
  bool migrate = true;
  /// Called on the thread that migrates.
  MigrationProgress migration_progress{};
  /// Told why an embedder's own statements fail. Borrowed; must outlive the Store. Null writes to
  /// standard error.
  Diagnostics* diagnostics = nullptr;
  /// Rooms whose tables the database should have; see SqliteOptions::rooms.
  std::vector<RoomMigrations> rooms{};
};

/// Parses `postgresql://user:password@host:port/database`, or `postgres://`, percent-encoded, with
/// `?sslmode=`, `sslrootcert=` and `connect_timeout=` (seconds), and `?host=` for the folder of a
/// socket. Throws std::invalid_argument with a text that contains no part of the URL.
[[nodiscard]] PostgresOptions parse_postgres_url(std::string_view url);

/// The state of one room in a database.
struct RoomReport {
  /// RoomMigrations::feature.
  std::string feature{};
  /// The versions applied by this call, in order.
  std::vector<int> applied{};
  /// The current version of the room's tables.
  int version = 0;
  /// Whether the options name the room. Other rooms are left alone.
  bool is_opened = true;
};

/// The result of a migration.
struct MigrationReport {
  /// The library's versions applied by this call, in order; empty when none was missing.
  std::vector<int> applied{};
  /// The current version of the library's schema.
  int version = 0;
  /// The rooms in the options, in their order, followed by other rooms in the database.
  std::vector<RoomReport> rooms{};
};

/// Brings the schema up to date, first the library's and then that of each room: each missing
/// migration in its own transaction under a lock, so that only one of many processes applies it.
///
/// Throws std::runtime_error with a text for the operator, which names the room, when the database
/// is newer than this program, or an applied migration has changed since; Unavailable when the
/// database cannot be opened or locked, or rejects a statement of a room (Diagnostics gets the
/// details); std::invalid_argument for invalid options, rooms included.
MigrationReport migrate_sqlite(const SqliteOptions& options);

/// Opens the Store. Thread-safe, also beside other processes on the same machine.
///
/// One connection writes (BEGIN IMMEDIATE, first come first served), the others read concurrently
/// from the write-ahead log. A commit is on the disk when it returns (synchronous=FULL). Texts with
/// a NUL are rejected with std::invalid_argument, since SQLite would return them truncated. Throws
/// like migrate_sqlite().
[[nodiscard]] std::unique_ptr<Store> make_sqlite_store(const SqliteOptions& options);

/// Like migrate_sqlite(), under an advisory lock; waits for another process up to ten minutes.
MigrationReport migrate_postgres(const PostgresOptions& options);

/// Opens the Store. Thread-safe, also beside other processes on other machines.
///
/// When the server goes down, calls throw Unavailable at once, and work again within a second of
/// its return; a lost connection is never reused. A commit whose answer was lost throws. Texts with
/// a NUL are rejected with std::invalid_argument. A transaction that lost a race in the server
/// throws TransactionConflict, which transact() retries. Every wait is bounded (see
/// PostgresOptions), except when the server's process is stopped while its machine still responds.
/// Throws like migrate_postgres().
[[nodiscard]] std::unique_ptr<Store> make_postgres_store(const PostgresOptions& options);

/// Recounts the users. Lists take their `count` from totals kept by triggers, which miss rows
/// loaded with triggers disabled (`pg_restore --disable-triggers`). Blocks writers of users
/// meanwhile. Throws Unavailable, and std::invalid_argument for a Store that is not a SQL store.
void recount_users(Store& store);

/// Counts of one connection pool, for metrics.
struct PoolStatistics {
  /// Maximum number of connections.
  std::size_t size = 0;
  /// Connections in use.
  std::size_t in_use = 0;
  /// Callers waiting for a connection.
  std::size_t waiting = 0;
  /// Callers that have had to wait.
  std::uint64_t waits = 0;
  /// The total time they waited.
  std::chrono::nanoseconds waited{0};
  /// The total time that connections were in use.
  std::chrono::nanoseconds used{0};
  /// Failed attempts to open a connection.
  std::uint64_t failures = 0;
  /// Why the last attempt to open a connection failed; empty if it succeeded.
  std::optional<DownReason> down{};
};

/// The name of a pool in metrics, and its counts.
using NamedPoolStatistics = std::pair<std::string_view, PoolStatistics>;

/// Returns the counts of the pools of a Store made here: `writers`, and `readers` and `lists` if
/// these have their own connections. Throws std::invalid_argument for any other Store.
[[nodiscard]] std::vector<NamedPoolStatistics> statistics(Store& store);

}  // namespace sql
}  // namespace coffeeauth
