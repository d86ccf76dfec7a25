#include <iostream>

#include "coffeeauth/standard/standard.hpp"
#include "command.hpp"

namespace coffeeauth::server {

/// The document is made from the route table and the settings, so the parts are never asked for
/// anything.
int run_openapi(const Arguments& arguments) {
  auto settings = settings_of(arguments).settings;
  auto accounts = standard::open({.database_url = "memory:",
                                  .secret_key = Secret{std::string(32, 'x')},
                                  .config = std::move(settings.policy),
                                  .delivers_mails = false,
                                  .public_url = settings.public_url});
  std::cout << accounts.api().openapi() << "\n";
  return 0;
}

}  // namespace coffeeauth::server
