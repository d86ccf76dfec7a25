#include "adapters/sql/src/postgres.hpp"

#include <Poco/Data/Session.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "adapters/sql/src/migrator.hpp"
#include "adapters/sql/src/postgres_session.hpp"
#include "adapters/sql/src/postgres_statement.hpp"
#include "adapters/sql/src/postgres_url.hpp"
#include "adapters/sql/src/store.hpp"

namespace coffeeauth::sql {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds migration_patience = std::chrono::minutes{10};
constexpr Backoff backoff{.first = milliseconds{50}, .most = milliseconds{1000}};
constexpr std::size_t most_connections = 1000;

constexpr Driver driver{
    .make_statement = make_postgres_statement,
    .describe = describe_postgres,
    .is_alive = is_postgres_alive,
    // To drop one takes a message, which a transaction that failed does not hear.
    .keeps_failed_until_rollback = true,
    .closes_session_first = true,
    .set_sending = set_postgres_sending,
    .keep_words = keep_postgres_words,
    .after_commit = nullptr,
    .words_of = words_of_postgres,
};

const Dialect& dialect(bool serializable) {
  static const Dialect read_committed = postgres_dialect(false);
  static const Dialect strict = postgres_dialect(true);
  return serializable ? strict : read_committed;
}

void check_time(milliseconds time, const char* name) {
  if (time.count() <= 0 || time > migration_patience) {
    throw std::invalid_argument("PostgresOptions::" + std::string(name) +
                                " is not in 1 ms to 10 min");
  }
}

void check_text(std::string_view text, const char* name) {
  // libpq reads to the first NUL.
  if (text.empty() || text.find('\0') != std::string_view::npos) {
    throw std::invalid_argument("PostgresOptions::" + std::string(name) +
                                " is empty or holds a NUL");
  }
}

void check(const PostgresOptions& options) {
  check_text(options.host, "host");
  check_text(options.database, "database");
  check_text(options.user, "user");
  if (options.password.expose_secret().find('\0') != std::string_view::npos) {
    throw std::invalid_argument("PostgresOptions::password holds a NUL");
  }
  if (options.port == 0) throw std::invalid_argument("PostgresOptions::port is 0");
  if (!is_sslmode(options.sslmode)) {
    throw std::invalid_argument(
        "PostgresOptions::sslmode is none of disable, prefer, require, verify-ca, verify-full");
  }
  if (options.connections == 0 || options.connections > most_connections) {
    throw std::invalid_argument("PostgresOptions::connections is not in 1 to 1000");
  }
  check_time(options.connect_timeout, "connect_timeout");
  check_time(options.statement_timeout, "statement_timeout");
  check_time(options.lock_timeout, "lock_timeout");
  check_time(options.pool_timeout, "pool_timeout");
}

// The time zone, the form of bytes and the escapes are what the values are read and written by. A
// commit must be on the disk when it is answered; who asks for more than that gets it.
const Sql set_sql{.text = R"(
  SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
         set_config('idle_in_transaction_session_timeout', $3, false),
         set_config('TimeZone', 'UTC', false), set_config('bytea_output', 'hex', false),
         set_config('standard_conforming_strings', 'on', false),
         set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') = 'off'
           THEN 'on' ELSE current_setting('synchronous_commit') END, false))",
                  .columns = "ttttttt"};

std::string in_milliseconds(milliseconds time) { return std::to_string(time.count()); }

PostgresOptions clone(const PostgresOptions& options) {
  return {.host = options.host,
          .port = options.port,
          .database = options.database,
          .user = options.user,
          .password = options.password.clone(),
          .sslmode = options.sslmode,
          .sslrootcert = options.sslrootcert,
          .connections = options.connections,
          .list_connections = options.list_connections,
          .connect_timeout = options.connect_timeout,
          .statement_timeout = options.statement_timeout,
          .lock_timeout = options.lock_timeout,
          .pool_timeout = options.pool_timeout,
          .serializable = options.serializable,
          .migrate = options.migrate,
          .migration_progress = options.migration_progress,
          .diagnostics = options.diagnostics};
}

}  // namespace

std::unique_ptr<Connection> open_postgres(const PostgresOptions& options, Purpose purpose) {
  const bool migrates = purpose == Purpose::migration;
  const auto statement = migrates ? migration_patience : options.statement_timeout;
  auto connection = std::make_unique<Connection>(
      Poco::Data::Session(
          Poco::AutoPtr<Poco::Data::SessionImpl>(new PostgresSession(options, statement))),
      driver, dialect(options.serializable));
  const auto lock = migrates ? migration_patience : options.lock_timeout;
  // A program that was stopped in the middle of a transaction must not hold its locks for ever.
  const auto idle = 2 * statement;
  connection->query(set_sql, in_milliseconds(statement), in_milliseconds(lock),
                    in_milliseconds(idle));
  return connection;
}

MigrationReport migrate_postgres(const PostgresOptions& options) {
  check(options);
  const auto rooms = rooms_for(Grammar::postgresql, options.rooms);
  return migrate(*open_postgres(options, Purpose::migration), postgres_migrations(), rooms,
                 options.migration_progress,
                 options.diagnostics != nullptr ? *options.diagnostics : stderr_diagnostics());
}

std::unique_ptr<Store> make_postgres_store(const PostgresOptions& options) {
  check(options);
  if (options.migrate) migrate_postgres(options);
  const auto kept = std::make_shared<const PostgresOptions>(clone(options));
  const auto make_pool = [&kept](std::size_t size) {
    return std::make_shared<ConnectionPool>(
        size, kept->pool_timeout, [kept] { return open_postgres(*kept, Purpose::use); }, backoff);
  };
  const auto share = std::min(options.list_connections, options.connections / 2);
  auto pool = make_pool(options.connections - share);
  auto list_pool = share > 0 ? make_pool(share) : pool;
  if (!options.migrate) {
    require_current(*pool->lease(), postgres_migrations(),
                    rooms_for(Grammar::postgresql, options.rooms));
  }
  return std::make_unique<SqlStore>(pool, pool, std::move(list_pool), Engine::postgresql,
                                    options.diagnostics);
}

}  // namespace coffeeauth::sql
