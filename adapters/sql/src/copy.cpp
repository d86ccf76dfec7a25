#include "coffeeauth/sql/copy.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "adapters/sql/src/copy_target.hpp"
#include "adapters/sql/src/fill_search_text.hpp"
#include "adapters/sql/src/migrator.hpp"
#include "adapters/sql/src/sqlite.hpp"
#include "adapters/sql/src/table_copy.hpp"
#include "adapters/sql/src/with_postgres.hpp"
#include "coffeeauth/error.hpp"

namespace coffeeauth::sql {
namespace {

// The target has its own history of migrations. The other tables are computed again, by the
// statements of Dialect::recount.
constexpr std::array<std::string_view, 4> not_copied{"schema_migrations", "feature_migrations",
                                                     "user_counts", "last_logins"};

// Runs `work`, and puts the name of the database in front of the text of what it throws. The copy
// runs alone, so a conflict is no lost race but a row that the database rejects.
template <class Work>
auto at(const std::string& place, Work&& work) {
  try {
    return work();
  } catch (const TransactionConflict&) {
    throw Unavailable(place + ": the database refused a row that breaks its rules");
  } catch (const Unavailable& failure) {
    throw Unavailable(place + ": " + failure.what());
  } catch (const std::runtime_error& failure) {
    throw std::runtime_error(place + ": " + failure.what());
  }
}

class Snapshot {
 public:
  explicit Snapshot(Connection& connection) : connection_(connection) {
    connection_.begin_snapshot();
  }
  ~Snapshot() { connection_.rollback(); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Connection& connection_;
};

std::unique_ptr<Connection> connect(const Database& database, Access access) {
  if (const auto* const sqlite = std::get_if<SqliteOptions>(&database)) {
    return open_sqlite(*sqlite, access);
  }
  return connect_with_postgres(std::get<PostgresOptions>(database));
}

std::span<const Migration> core_of(const Connection& connection) {
  const bool is_sqlite = connection.dialect().grammar == Grammar::sqlite;
  return is_sqlite ? sqlite_migrations() : postgres_migrations();
}

void require_current(Connection& connection, const std::vector<RoomMigrations>& rooms) {
  const auto known = rooms_for(connection.dialect().grammar, rooms);
  require_current(connection, core_of(connection), known);
  if (const auto unknown = unknown_room(connection, known)) {
    throw std::runtime_error("the database holds the room " + *unknown +
                             ", which is none of this program's: its rows would be lost");
  }
}

const std::vector<RoomMigrations>& rooms_of(const Database& database) {
  return std::visit(
      [](const auto& options) -> const std::vector<RoomMigrations>& { return options.rooms; },
      database);
}

bool is_there(const Database& database) {
  const auto* const sqlite = std::get_if<SqliteOptions>(&database);
  std::error_code error;
  return sqlite == nullptr || std::filesystem::exists(sqlite->path, error);
}

bool are_one(const Database& from, const Database& to) {
  const auto* const one = std::get_if<SqliteOptions>(&from);
  const auto* const other = std::get_if<SqliteOptions>(&to);
  std::error_code error;
  return name_of(from) == name_of(to) ||
         (one != nullptr && other != nullptr &&
          std::filesystem::equivalent(one->path, other->path, error) && !error);
}

bool is_copied(const std::string& table) {
  return std::find(not_copied.begin(), not_copied.end(), table) == not_copied.end();
}

const Table* find(const std::vector<Table>& tables, const std::string& name) {
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&](const Table& table) { return table.name == name; });
  return found == tables.end() ? nullptr : &*found;
}

// The tables of `to` that `from` has as well, each after the tables that it references.
std::vector<const Table*> in_order(const std::vector<Table>& from, const std::vector<Table>& to) {
  std::vector<const Table*> left;
  for (const auto& table : to) {
    if (is_copied(table.name) && find(from, table.name) != nullptr) left.push_back(&table);
  }
  std::vector<const Table*> order;
  std::set<std::string> waiting;
  for (const auto* const table : left) waiting.insert(table->name);
  while (!left.empty()) {
    const auto ready = std::find_if(left.begin(), left.end(), [&](const Table* table) {
      return std::none_of(table->parents.begin(), table->parents.end(),
                          [&](const std::string& parent) { return waiting.contains(parent); });
    });
    // Tables that reference each other in a circle: the database decides whether they can be
    // filled.
    const auto next = ready == left.end() ? left.begin() : ready;
    waiting.erase((*next)->name);
    order.push_back(*next);
    left.erase(next);
  }
  return order;
}

void refuse_rows(Connection& target, const std::vector<const Table*>& tables) {
  for (const auto* const table : tables) {
    if (!has_rows(target, table->name)) continue;
    throw std::runtime_error("the table " + table->name +
                             " is not empty: a copy needs a new database");
  }
}

std::set<std::string> names_of(const std::vector<Table>& tables) {
  std::set<std::string> names;
  for (const auto& table : tables) names.insert(table.name);
  return names;
}

/// One run of copy(): both databases with their tables.
class Copy {
 public:
  Copy(const Database& from, const Database& to, const CopyProgress& progress)
      : to_(to), from_name_(name_of(from)), to_name_(name_of(to)), progress_(progress) {
    at(from_name_, [&] {
      if (!is_there(from)) throw std::runtime_error("there is no such file");
      source_ = connect(from, Access::read);
      snapshot_.emplace(*source_);
      require_current(*source_, rooms_of(from));
      from_tables_ = tables_in(*source_);
    });
    at(to_name_, [&] { prepare_target(); });
  }

  CopyReport run() {
    CopyReport report;
    std::optional<CopyTarget> target;
    std::list<TableCopy> copies;
    at(to_name_, [&] {
      target.emplace(*target_, order_);
      require_current(*target_, rooms_of(to_));
      make_room(*target);
      for (const auto* const table : order_) {
        const auto& from = *find(from_tables_, table->name);
        copies.emplace_back(*source_, *target_, from, *table, copies.size());
      }
    });
    for (auto& table : copies) report.tables.push_back({table.name(), copy_rows(table)});
    report.left_behind = at(from_name_, [&] { return left_behind(); });
    at(to_name_, [&] {
      target->finish();
      target->commit();
    });
    // The copy is committed, so a failure from here on is reported and not thrown.
    report.search_failure = complete_search_texts();
    return report;
  }

 private:
  void prepare_target() {
    target_ = connect(to_, Access::write);
    const auto there = tables_in(*target_);
    refuse_rows(*target_, in_order(from_tables_, there));
    before_ = names_of(there);
    migrate(to_);
    to_tables_ = tables_in(*target_);
    order_ = in_order(from_tables_, to_tables_);
  }

  // Deletes the rows that migrations of rooms wrote into tables that they created: the source has
  // these rows as well. A table that existed before must be empty, and so must `users` and
  // `signing_keys`, since no migration writes them: a row there means that the database is in use.
  void make_room(CopyTarget& target) {
    std::vector<const Table*> kept;
    std::vector<const Table*> made;
    for (const auto* const table : order_) {
      const bool is_kept =
          before_.contains(table->name) || table->name == "users" || table->name == "signing_keys";
      (is_kept ? kept : made).push_back(table);
    }
    refuse_rows(*target_, kept);
    for (auto table = made.rbegin(); table != made.rend(); ++table) {
      if (!has_rows(*target_, (*table)->name)) continue;
      refuse_children(target, (*table)->name);
      target_->run_once({.text = "DELETE FROM " + in_quotes((*table)->name)});
    }
  }

  // On SQLite a table may reference one that does not exist yet; deleting the rows of that one
  // would then delete rows of the older table, too.
  void refuse_children(CopyTarget& target, const std::string& table) {
    for (const auto& child : target.children_of(table)) {
      if (!before_.contains(child) || !has_rows(*target_, child)) continue;
      throw std::runtime_error("the table " + child + " is not empty and refers to " + table +
                               ": a copy needs a new database");
    }
  }

  // Completes the accounts that an older program created and no start has processed since. Returns
  // the reason of a failure; empty if there was none.
  [[nodiscard]] std::string complete_search_texts() {
    try {
      at(to_name_, [&] { fill_search_text(*target_, {}); });
      return {};
    } catch (const std::exception& failure) {
      return failure.what();
    }
  }

  std::size_t copy_rows(TableCopy& table) {
    const auto total = at(from_name_, [&] {
      table.begin_reading();
      return table.count_source();
    });
    const auto of_table = to_name_ + ": the table " + table.name();
    for (std::size_t done = 0;;) {
      if (progress_) progress_(table.name(), done, total);
      const auto batch = at(from_name_, [&] { return table.read(); });
      if (batch.empty()) break;
      at(of_table, [&] { table.write(batch); });
      done += batch.size();
    }
    at(from_name_, [&] { table.end_reading(); });
    const auto there = at(of_table, [&] { return table.count_target(); });
    if (there == total) return total;
    throw std::runtime_error(of_table + " has " + std::to_string(there) + " rows after copying " +
                             std::to_string(total));
  }

  [[nodiscard]] std::vector<std::string> left_behind() {
    std::vector<std::string> names;
    for (const auto& table : from_tables_) {
      const bool is_left = is_copied(table.name) && find(to_tables_, table.name) == nullptr;
      if (is_left && has_rows(*source_, table.name)) names.push_back(table.name);
    }
    return names;
  }

  const Database& to_;
  const std::string from_name_;
  const std::string to_name_;
  const CopyProgress& progress_;
  std::unique_ptr<Connection> source_;
  std::optional<Snapshot> snapshot_;
  std::vector<Table> from_tables_;
  std::unique_ptr<Connection> target_;
  // The tables of the target before its migrations.
  std::set<std::string> before_;
  std::vector<Table> to_tables_;
  // The tables of the target to fill, in this order.
  std::vector<const Table*> order_;
};

}  // namespace

CopyReport copy(const Database& from, const Database& to, const CopyProgress& progress) {
  if (are_one(from, to)) {
    throw std::runtime_error(name_of(to) + ": this is the database to copy from");
  }
  return Copy{from, to, progress}.run();
}

}  // namespace coffeeauth::sql
