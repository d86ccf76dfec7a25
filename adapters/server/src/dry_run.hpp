#pragma once
/// DryRun: the whole service over a store in memory, for what only the settings decide. Nothing is
/// read or written, and no other part is asked for anything.

#include <memory>

#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/standard/standard.hpp"
#include "settings.hpp"

namespace coffeeauth::server {

class DryRun {
 public:
  /// Throws ConfigError for settings with which `serve` would not start, in the same words. Takes
  /// what it needs of the settings.
  explicit DryRun(LoadedSettings& loaded);

  [[nodiscard]] const std::string& openapi() { return accounts_.api().openapi(); }

 private:
  std::unique_ptr<Store> store_;
  standard::Accounts accounts_;
};

}  // namespace coffeeauth::server
