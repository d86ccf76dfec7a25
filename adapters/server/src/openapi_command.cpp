#include <iostream>

#include "command.hpp"
#include "dry_run.hpp"

namespace coffeeauth::server {

/// The document is made from the route table and the settings.
int run_openapi(const Arguments& arguments) {
  auto loaded = settings_of(arguments);
  std::cout << DryRun{loaded}.openapi() << "\n";
  return 0;
}

}  // namespace coffeeauth::server
