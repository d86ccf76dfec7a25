#include "adapters/sql/src/migrator.hpp"

#include <algorithm>
#include <stdexcept>

#include "adapters/sql/src/fill_search_text.hpp"
#include "adapters/sql/src/statement_body.hpp"
#include "coffeeauth/ports/store.hpp"

namespace coffeeauth::sql {
namespace {

constexpr int most_conflicts = 20;

const Sql create_table_sql{.text = R"(
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version    BIGINT PRIMARY KEY,
    name       TEXT NOT NULL,
    checksum   TEXT NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
  ))"};
const Sql core_applied_sql{
    .text = "SELECT version, checksum FROM schema_migrations ORDER BY version", .columns = "nt"};
const Sql core_record_sql{
    .text = "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)"};
// A load of data may have brought rows that were there.
const Sql applied_sql{.text =
                          "SELECT DISTINCT version, checksum FROM feature_migrations "
                          "WHERE feature = $1 ORDER BY version",
                      .columns = "nt"};
const Sql record_sql{.text =
                         "INSERT INTO feature_migrations (feature, version, name, checksum) "
                         "VALUES ($1, $2, $3, $4)"};
const Sql features_sql{.text =
                           "SELECT feature, max(version) FROM feature_migrations "
                           "GROUP BY feature ORDER BY feature",
                       .columns = "tn"};

bool is_core(const Room& room) { return room.feature == core_feature; }

bool has_table(Connection& connection, std::string_view name) {
  const Sql exists_sql{.text = connection.dialect().table_exists, .columns = "n"};
  return connection.any(exists_sql, name);
}

// "of the database" for the library's own, "of shop in the database" for a room's.
std::string place_of(const Room& room) {
  return is_core(room) ? "of the database" : "of " + std::string(room.feature) + " in the database";
}

std::string state_of(const Room& room, std::int64_t version) {
  return "the database is at schema version " + std::to_string(version) +
         (is_core(room) ? "" : " of " + std::string(room.feature));
}

// How many of the room's migrations the database has; throws when its history is another one.
std::size_t agreed(Connection& connection, const Room& room) {
  const auto applied = is_core(room) ? connection.query(core_applied_sql)
                                     : connection.query(applied_sql, room.feature);
  for (std::size_t i = 0; i < applied.size(); ++i) {
    const auto version = applied[i].number(0);
    if (i >= room.migrations.size()) {
      throw std::runtime_error(state_of(room, version) + ", newer than this program knows (" +
                               std::to_string(room.migrations.size()) + "): use a newer program");
    }
    const auto& known = room.migrations[i];
    if (version != known.version || applied[i].text(1) != checksum_of(known)) {
      throw std::runtime_error("migration " + std::to_string(version) + " " + place_of(room) +
                               " is not the one of this program: it was changed after it had been "
                               "applied");
    }
  }
  return applied.size();
}

// How many there are, seen without waiting for who is at it.
std::size_t count_applied(Connection& connection, const Room& room) {
  const auto* const table = is_core(room) ? "schema_migrations" : "feature_migrations";
  return has_table(connection, table) ? agreed(connection, room) : 0;
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

void run_statements(Connection& connection, const Room& room, const Migration& migration,
                    Diagnostics& diagnostics) {
  const auto statements = split_statements(migration.sql, connection.dialect().grammar);
  for (const auto& statement : statements) {
    if (is_core(room)) {
      connection.run_once({.text = std::string(statement)});
    } else {
      connection.run_own_once({.text = std::string(statement)}, diagnostics);
    }
  }
}

// Applies the next one, if there is one: which that is, is asked under the lock.
std::optional<int> apply_next(Connection& connection, const Room& room, Diagnostics& diagnostics) {
  return in_transaction(connection, [&]() -> std::optional<int> {
    const auto& lock = connection.dialect().schema_lock;
    if (!lock.empty()) connection.run_once({.text = lock, .columns = "t"});
    if (is_core(room)) connection.run_once(create_table_sql);
    const auto count = agreed(connection, room);
    if (count == room.migrations.size()) return std::nullopt;
    const auto& next = room.migrations[count];
    run_statements(connection, room, next, diagnostics);
    const std::int64_t version = next.version;
    if (is_core(room)) {
      connection.query(core_record_sql, version, next.name, checksum_of(next));
    } else {
      connection.query(record_sql, room.feature, version, next.name, checksum_of(next));
    }
    return next.version;
  });
}

// An index of texts that are there is made many times quicker than one that grows with each.
bool wants_search_texts(const Room& room, const Migration& migration) {
  return is_core(room) && migration.name.ends_with("_search_index");
}

// The versions that this call applied.
std::vector<int> bring_up(Connection& connection, const Room& room,
                          const MigrationProgress& progress, Diagnostics& diagnostics) {
  std::vector<int> done;
  int conflicts = 0;
  for (;;) {
    const auto count = count_applied(connection, room);
    if (count == room.migrations.size()) return done;
    if (wants_search_texts(room, room.migrations[count])) fill_search_text(connection, progress);
    try {
      if (const auto version = apply_next(connection, room, diagnostics)) done.push_back(*version);
    } catch (const Unavailable& failure) {
      // Under SERIALIZABLE a transaction sees what was there before it waited for the lock, and
      // fails on what another process did meanwhile: then that is there now.
      const bool is_conflict = dynamic_cast<const TransactionConflict*>(&failure) != nullptr;
      const bool goes_on = connection.usable() && (count_applied(connection, room) > count ||
                                                   (is_conflict && ++conflicts < most_conflicts));
      if (goes_on) continue;
      if (is_core(room)) throw;
      throw Unavailable("migration " + std::to_string(room.migrations[count].version) + " of " +
                        std::string(room.feature) + ": " + failure.what());
    }
  }
}

int last_version(const Room& room) {
  return room.migrations.empty() ? 0 : room.migrations.back().version;
}

// What the database has of rooms that it was not opened with.
void add_others(Connection& connection, std::vector<RoomReport>& rooms) {
  if (!has_table(connection, "feature_migrations")) return;
  const auto opened = rooms.size();
  for (const auto& row : connection.query(features_sql)) {
    const auto last = rooms.begin() + static_cast<std::ptrdiff_t>(opened);
    const auto is_same = [&](const RoomReport& room) { return room.feature == row.text(0); };
    if (std::any_of(rooms.begin(), last, is_same)) continue;
    rooms.push_back(
        {.feature = row.text(0), .version = static_cast<int>(row.number(1)), .is_opened = false});
  }
}

}  // namespace

MigrationReport migrate(Connection& connection, std::span<const Migration> core,
                        std::span<const Room> rooms, const MigrationProgress& progress,
                        Diagnostics& diagnostics) {
  const Room house{.feature = core_feature, .migrations = core};
  MigrationReport report{.applied = bring_up(connection, house, progress, diagnostics),
                         .version = last_version(house)};
  // Those that an older program wrote meanwhile, or that a load of older data brought.
  if (std::any_of(core.begin(), core.end(), [&](const Migration& migration) {
        return wants_search_texts(house, migration);
      })) {
    fill_search_text(connection, progress);
  }
  for (const auto& room : rooms) {
    report.rooms.push_back({.feature = std::string(room.feature),
                            .applied = bring_up(connection, room, progress, diagnostics),
                            .version = last_version(room)});
  }
  add_others(connection, report.rooms);
  return report;
}

void require_current(Connection& connection, std::span<const Migration> core,
                     std::span<const Room> rooms) {
  const auto check = [&](const Room& room) {
    const auto count = count_applied(connection, room);
    if (count == room.migrations.size()) return;
    throw std::runtime_error(state_of(room, static_cast<std::int64_t>(count)) +
                             ", this program needs " + std::to_string(room.migrations.size()) +
                             ": apply the migrations first (coffeeauth migrate)");
  };
  check({.feature = core_feature, .migrations = core});
  for (const auto& room : rooms) check(room);
}

std::optional<std::string> unknown_room(Connection& connection, std::span<const Room> rooms) {
  for (const auto& row : connection.query(features_sql)) {
    const auto is_same = [&](const Room& room) { return room.feature == row.text(0); };
    if (std::none_of(rooms.begin(), rooms.end(), is_same)) return row.text(0);
  }
  return std::nullopt;
}

}  // namespace coffeeauth::sql
