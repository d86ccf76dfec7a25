#include <iostream>
#include <utility>
#include <vector>

#include "bundles.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/standard/standard.hpp"
#include "command.hpp"

namespace coffeeauth::server {

/// The document is made from the route table and the settings, so the parts are never asked for
/// anything.
int run_openapi(const Arguments& arguments) {
  auto loaded = settings_of(arguments);
  auto& settings = loaded.settings;
  const auto at = surroundings_of(settings);
  // Before what borrows it.
  const auto store = memory::make_memory_store();
  std::vector<Feature*> features;
  for (const auto& bundle : loaded.bundles) features.push_back(&bundle->open(*store, at));
  auto accounts = standard::open(
      {.secret_key = Secret{std::string(32, 'x')},
       .config = std::move(settings.policy),
       .delivers_mails = false,
       .features = std::move(features),
       .api = {.public_url = settings.public_url},
       .routes = [&](Auth& auth) { return standard::routes_of(loaded.bundles, auth); },
       .store = store.get()});
  std::cout << accounts.api().openapi() << "\n";
  return 0;
}

}  // namespace coffeeauth::server
