#include <algorithm>
#include <iostream>

#include "bundles.hpp"
#include "command.hpp"
#include "service.hpp"

namespace coffeeauth::server {

namespace {

sql::MigrationReport migrate_with_place(const Settings& settings, const sql::Database& database) {
  try {
    return sql::migrate(database);
  } catch (const std::runtime_error&) {
    fail_with_place(settings, database);
  }
}

bool did_nothing(const sql::MigrationReport& report) {
  return report.applied.empty() &&
         std::all_of(report.rooms.begin(), report.rooms.end(),
                     [](const sql::RoomReport& room) { return room.applied.empty(); });
}

}  // namespace

int run_migrate(const Arguments& arguments) {
  const auto loaded = settings_of(arguments);
  auto database = prepare_database(loaded.settings);
  add_tables(loaded.bundles, database);
  const auto report = migrate_with_place(loaded.settings, database);
  for (const int version : report.applied) std::cout << "applied migration " << version << "\n";
  for (const auto& room : report.rooms) {
    for (const int version : room.applied) {
      std::cout << "applied migration " << version << " of " << room.feature << "\n";
    }
  }
  std::cout << name_of(database) << " is at version " << report.version
            << (did_nothing(report) ? ": nothing to do" : "") << "\n";
  for (const auto& room : report.rooms) {
    std::cout << room.feature << " is at version " << room.version
              << (room.is_opened ? "" : ", which this program does not have: left alone") << "\n";
  }
  if (arguments.has("--recount")) {
    sql::recount_users(*sql::make_store(database));
    std::cout << "recounted the users\n";
  }
  return 0;
}

}  // namespace coffeeauth::server
