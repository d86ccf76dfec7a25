#include "dry_run.hpp"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bundles.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/secret.hpp"

namespace coffeeauth::server {
namespace {

standard::Accounts open_dry(LoadedSettings& loaded, Store& store) {
  auto& settings = loaded.settings;
  const auto at = surroundings_of(settings, loaded.bundles);
  std::vector<Feature*> features;
  for (const auto& bundle : loaded.bundles) features.push_back(&bundle->open(store, at));
  return standard::open(
      {.secret_key = Secret{std::string(32, 'x')},
       .config = std::move(settings.policy),
       .delivers_mails = false,
       .features = std::move(features),
       .api = {.public_url = settings.public_url},
       .routes = [&](Auth& auth) { return standard::routes_of(loaded.bundles, auth); },
       .store = &store});
}

standard::Accounts open_or_refuse(LoadedSettings& loaded, Store& store) {
  try {
    return open_dry(loaded, store);
  } catch (const std::invalid_argument& fault) {
    throw ConfigError(fault.what());
  }
}

}  // namespace

DryRun::DryRun(LoadedSettings& loaded)
    : store_(memory::make_memory_store()), accounts_(open_or_refuse(loaded, *store_)) {}

}  // namespace coffeeauth::server
