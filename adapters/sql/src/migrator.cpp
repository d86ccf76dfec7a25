#include "adapters/sql/src/migrator.hpp"

#include <algorithm>
#include <stdexcept>

#include "adapters/sql/src/fill_search_text.hpp"

namespace coffeeauth::sql {
namespace {

const Sql create_table_sql{.text = R"(
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version    BIGINT PRIMARY KEY,
    name       TEXT NOT NULL,
    checksum   TEXT NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
  ))"};
const Sql applied_sql{.text = "SELECT version, checksum FROM schema_migrations ORDER BY version",
                      .columns = "nt"};
const Sql record_sql{
    .text = "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)"};

// How many of `migrations` the database has; throws when its history is another one.
std::size_t agreed(Connection& connection, std::span<const Migration> migrations) {
  const auto applied = connection.query(applied_sql);
  for (std::size_t i = 0; i < applied.size(); ++i) {
    const auto version = applied[i].number(0);
    if (i >= migrations.size()) {
      throw std::runtime_error("the database is at schema version " + std::to_string(version) +
                               ", newer than this program knows (" +
                               std::to_string(migrations.size()) + "): use a newer program");
    }
    if (version != migrations[i].version || applied[i].text(1) != migrations[i].checksum) {
      throw std::runtime_error("migration " + std::to_string(version) +
                               " of the database is not the one of this program: it was changed "
                               "after it had been applied");
    }
  }
  return applied.size();
}

// Runs `work` in a transaction of its own.
template <class Work>
auto in_transaction(Connection& connection, Work&& work) {
  connection.begin();
  try {
    auto result = work();
    connection.commit();
    return result;
  } catch (...) {
    connection.rollback();
    throw;
  }
}

// Applies the next one, if there is one: which that is, is asked under the lock.
std::optional<int> apply_next(Connection& connection, std::span<const Migration> migrations) {
  return in_transaction(connection, [&]() -> std::optional<int> {
    const auto& lock = connection.dialect().schema_lock;
    if (!lock.empty()) connection.run_once({.text = lock, .columns = "t"});
    connection.run_once(create_table_sql);
    const auto count = agreed(connection, migrations);
    if (count == migrations.size()) return std::nullopt;
    const auto& next = migrations[count];
    for (const auto& statement : split_statements(next.text)) {
      connection.run_once({.text = statement});
    }
    connection.query(record_sql, std::int64_t{next.version}, next.name, next.checksum);
    return next.version;
  });
}

// An index of texts that are there is made many times quicker than one that grows with each.
bool wants_search_texts(const Migration& migration) {
  return migration.name.ends_with("_search_index");
}

// How many there are, seen without waiting for who is at it.
std::size_t count_applied(Connection& connection, std::span<const Migration> migrations) {
  const Sql exists_sql{.text = connection.dialect().table_exists, .columns = "n"};
  if (!connection.any(exists_sql, "schema_migrations")) return 0;
  return agreed(connection, migrations);
}

}  // namespace

MigrationReport migrate(Connection& connection, std::span<const Migration> migrations,
                        const MigrationProgress& progress) {
  MigrationReport report;
  for (;;) {
    const auto count = count_applied(connection, migrations);
    if (count < migrations.size() && wants_search_texts(migrations[count])) {
      fill_search_text(connection, progress);
    }
    const auto version = apply_next(connection, migrations);
    if (!version) break;
    report.applied.push_back(*version);
  }
  // Those that an older program wrote meanwhile, or that a load of older data brought.
  if (std::any_of(migrations.begin(), migrations.end(), wants_search_texts)) {
    fill_search_text(connection, progress);
  }
  report.version = migrations.empty() ? 0 : migrations.back().version;
  return report;
}

void require_current(Connection& connection, std::span<const Migration> migrations) {
  std::size_t count = 0;
  const Sql exists_sql{.text = connection.dialect().table_exists, .columns = "n"};
  if (connection.any(exists_sql, "schema_migrations")) count = agreed(connection, migrations);
  if (count < migrations.size()) {
    throw std::runtime_error("the database is at schema version " + std::to_string(count) +
                             ", this program needs " + std::to_string(migrations.size()) +
                             ": apply the migrations first");
  }
}

std::vector<std::string> split_statements(std::string_view text) {
  std::vector<std::string> statements;
  std::string statement;
  bool in_body = false;  // of a function, between two $$
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto first = line.find_first_not_of(' ');
    if (first == std::string_view::npos || line.substr(first, 2) == "--") continue;
    statement += line;
    for (auto at = line.find("$$"); at != std::string_view::npos; at = line.find("$$", at + 2)) {
      in_body = !in_body;
    }
    if (line.back() == ';' && !in_body) {
      statement.pop_back();
      statements.push_back(std::move(statement));
      statement.clear();
    } else {
      statement += '\n';
    }
  }
  if (!statement.empty()) {
    statement.pop_back();
    statements.push_back(std::move(statement));
  }
  return statements;
}

}  // namespace coffeeauth::sql
