#include <iostream>

#include "command.hpp"
#include "service.hpp"

namespace coffeeauth::server {

namespace {

sql::MigrationReport migrate_with_place(const Settings& settings, const Database& database) {
  try {
    return migrate(database);
  } catch (const std::runtime_error&) {
    fail_with_place(settings, database);
  }
}

}  // namespace

int run_migrate(const Arguments& arguments) {
  const auto loaded = settings_of(arguments);
  const auto database = prepare_database(loaded.settings);
  const auto report = migrate_with_place(loaded.settings, database);
  for (const int version : report.applied) std::cout << "applied migration " << version << "\n";
  std::cout << name_of(database) << " is at version " << report.version
            << (report.applied.empty() ? ": nothing to do" : "") << "\n";
  if (arguments.has("--recount")) {
    sql::recount_users(*open_store(database));
    std::cout << "counted the users anew\n";
  }
  return 0;
}

}  // namespace coffeeauth::server
