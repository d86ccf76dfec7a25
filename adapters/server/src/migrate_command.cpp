#include <iostream>

#include "coffeeauth/sql/sql.hpp"
#include "command.hpp"
#include "service.hpp"

namespace coffeeauth::server {

int run_migrate(const Arguments& arguments) {
  const auto loaded = settings_of(arguments);
  const auto path = prepare_database_path(loaded.settings);
  const auto report = sql::migrate_sqlite({.path = path.string()});
  for (const int version : report.applied) std::cout << "applied migration " << version << "\n";
  std::cout << path.string() << " is at version " << report.version
            << (report.applied.empty() ? ": nothing to do" : "") << "\n";
  return 0;
}

}  // namespace coffeeauth::server
