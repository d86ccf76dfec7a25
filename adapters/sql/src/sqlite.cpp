#include "adapters/sql/src/sqlite.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Exception.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "adapters/sql/src/migrator.hpp"
#include "adapters/sql/src/sqlite_failure.hpp"
#include "adapters/sql/src/sqlite_log.hpp"
#include "adapters/sql/src/sqlite_statement.hpp"
#include "adapters/sql/src/store.hpp"

namespace coffeeauth::sql {
namespace {

const Dialect& dialect() {
  static const Dialect instance = sqlite_dialect();
  return instance;
}

// A file is always there.
bool is_alive(Poco::Data::Session&) { return true; }

constexpr Driver driver{
    .make_statement = make_sqlite_statement,
    .describe = describe_sqlite,
    .is_alive = is_alive,
    .keeps_failed_until_rollback = false,
    .closes_session_first = false,
    .set_sending = nullptr,
    .keep_words = nullptr,
    .after_commit = empty_long_log,
    .words_of = words_of_sqlite,
};

void check(const SqliteOptions& options) {
  if (options.path.empty() || options.path.find('\0') != std::string::npos) {
    throw std::invalid_argument("SqliteOptions::path is empty or holds a NUL");
  }
  // Poco hands the name on as a URI, and each connection would open a memory of its own.
  if (options.path.starts_with("file:") || options.path == ":memory:") {
    throw std::invalid_argument("SqliteOptions::path must name a file");
  }
  if (options.readers == 0) throw std::invalid_argument("SqliteOptions::readers is 0");
  if (options.list_readers == 0) throw std::invalid_argument("SqliteOptions::list_readers is 0");
  constexpr std::size_t mebibyte = 1024 * 1024;
  if (options.wal_limit < mebibyte || options.wal_limit > 4096 * mebibyte) {
    throw std::invalid_argument("SqliteOptions::wal_limit is not in 1 MiB to 4 GiB");
  }
  if (options.busy_timeout.count() <= 0 || options.busy_timeout > std::chrono::minutes{10}) {
    throw std::invalid_argument("SqliteOptions::busy_timeout is not in 1 ms to 10 min");
  }
}

// SQLite would make it readable for everybody; the files beside it take over the mode.
void make_private_file(const std::string& path) {
  // Closing any descriptor of a file drops every lock that the process has on it (POSIX), those of
  // SQLite too, and another process would then take the log away under us. So the file is opened
  // here only when it is not there, and nobody opens it in between.
  static std::mutex making;
  const std::lock_guard lock(making);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
  } else if (errno != EEXIST) {
    throw Unavailable("the database file cannot be created");
  }
}

Poco::Data::Session open_session(const SqliteOptions& options) {
  static const bool registered = [] {
    Poco::Data::SQLite::Connector::registerConnector();
    return true;
  }();
  static_cast<void>(registered);
  try {
    // Poco tries again and again for a minute unless it is told otherwise.
    const auto patience = std::chrono::ceil<std::chrono::seconds>(options.busy_timeout);
    return {Poco::Data::SQLite::Connector::KEY, options.path,
            static_cast<std::size_t>(patience.count())};
  } catch (const Poco::Exception& cause) {
    throw Unavailable(describe_sqlite(cause).text);
  }
}

void set(Connection& connection, std::string_view pragma, std::string_view value) {
  connection.run_once({.text = "PRAGMA " + std::string(pragma) + " = " + std::string(value)});
}

// Changing the mode does not wait for locks however long the busy timeout is.
void use_write_ahead_log(Connection& connection, std::chrono::milliseconds patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  for (;;) {
    try {
      const auto rows = connection.run_once({.text = "PRAGMA journal_mode = WAL", .columns = "t"});
      if (!rows.empty() && rows.front().text(0) == "wal") return;
      throw Unavailable("the database cannot use a write-ahead log");
    } catch (const Unavailable&) {
      if (!connection.usable() || std::chrono::steady_clock::now() >= give_up) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }
}

MigrationReport migrate(Connection& connection, const std::vector<Room>& rooms,
                        const SqliteOptions& options) {
  return migrate(connection, sqlite_migrations(), rooms, options.migration_progress,
                 options.diagnostics != nullptr ? *options.diagnostics : stderr_diagnostics());
}

}  // namespace

std::unique_ptr<Connection> open_sqlite(const SqliteOptions& options, Access access) {
  make_private_file(options.path);
  auto connection = std::make_unique<Connection>(open_session(options), driver, dialect());
  set(*connection, "busy_timeout", std::to_string(options.busy_timeout.count()));
  use_write_ahead_log(*connection, options.busy_timeout);
  // The outbox and every spent token must survive a power cut, not only a crash of the process.
  set(*connection, "synchronous", "FULL");
  set(*connection, "foreign_keys", "ON");
  // Triggers keep the index of searches, and SQLite 3.40 lets them write to FTS5 only so.
  set(*connection, "trusted_schema", access == Access::write ? "ON" : "OFF");
  set(*connection, "temp_store", "MEMORY");
  // How long the log may be is asked for again after commits, see sqlite_log.hpp.
  set(*connection, "journal_size_limit", std::to_string(options.wal_limit));
  if (options.max_pages > 0) {
    set(*connection, "max_page_count", std::to_string(options.max_pages));
  }
  if (access == Access::read) set(*connection, "query_only", "ON");
  return connection;
}

MigrationReport migrate_sqlite(const SqliteOptions& options) {
  check(options);
  const auto rooms = rooms_for(Grammar::sqlite, options.rooms);
  return migrate(*open_sqlite(options, Access::write), rooms, options);
}

std::unique_ptr<Store> make_sqlite_store(const SqliteOptions& options) {
  check(options);
  const auto rooms = rooms_for(Grammar::sqlite, options.rooms);
  const auto pool = [&options](std::size_t size, Access access) {
    return std::make_unique<ConnectionPool>(
        size, options.busy_timeout, [options, access] { return open_sqlite(options, access); });
  };
  auto writers = pool(1, Access::write);
  {
    const auto connection = writers->lease();
    if (options.migrate) {
      migrate(*connection, rooms, options);
    } else {
      require_current(*connection, sqlite_migrations(), rooms);
    }
  }
  return std::make_unique<SqlStore>(std::move(writers), pool(options.readers, Access::read),
                                    pool(options.list_readers, Access::read), Engine::sqlite,
                                    options.diagnostics);
}

}  // namespace coffeeauth::sql
