#include <iostream>

#include "bundles.hpp"
#include "coffeeauth/value_text.hpp"
#include "command.hpp"
#include "dry_run.hpp"
#include "setting_report.hpp"
#include "settings.hpp"

namespace coffeeauth::server {
int run_config(const Arguments& arguments) {
  if (arguments.has("--markdown")) {
    // The defaults alone: documentation must not depend on who prints it.
    const auto nothing = [](const std::string&) { return std::optional<std::string>{}; };
    const auto bundles = make_bundles();
    std::cout << as_markdown(load_settings(nothing, {}, "", {}, fields_of(bundles)).rows);
  } else {
    auto loaded = settings_of(arguments, mails_of(arguments));
    // What the features refuse together is known only when they are.
    static_cast<void>(DryRun{loaded});
    std::cout << as_columns(loaded.rows);
    if (!loaded.meaningless.empty()) {
      std::cerr << "coffeeauth: no meaning here: " << to_list_text(loaded.meaningless) << "\n";
    }
    for (const auto& [name, meant] : loaded.near_misses) {
      std::cerr << "coffeeauth: " << name << " (environment) is not a setting; " << meant
                << " is\n";
    }
  }
  return 0;
}

int run_version(const Arguments&) {
  std::cout << "coffeeauth " << COFFEEAUTH_VERSION << "\n";
  return 0;
}

}  // namespace coffeeauth::server
