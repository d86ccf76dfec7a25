#include <algorithm>
#include <iostream>

#include "command.hpp"
#include "setting_table.hpp"
#include "settings.hpp"

namespace coffeeauth::server {
namespace {

void print_table(const std::vector<SettingRow>& rows) {
  std::cout << "| variable | default | what it is |\n| --- | --- | --- |\n";
  for (const auto& row : rows) {
    std::cout << "| `" << row.name << "` | ";
    if (!row.value.empty()) std::cout << "`" << row.value << "`";
    std::cout << " | " << row.description << " |\n";
  }
}

void print_rows(const std::vector<SettingRow>& rows) {
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (const auto& row : rows) {
    name_width = std::max(name_width, row.name.size());
    value_width = std::max(value_width, row.value.size());
  }
  const auto padded = [](const std::string& text, std::size_t width) {
    return text + std::string(width + 2 - text.size(), ' ');
  };
  for (const auto& row : rows) {
    std::cout << padded(row.name, name_width) << padded(row.value, value_width) << row.origin
              << "\n";
  }
}

}  // namespace

int run_config(const Arguments& arguments) {
  if (arguments.has("--markdown")) {
    // The defaults alone: documentation must not depend on who prints it.
    const auto nothing = [](const std::string&) { return std::optional<std::string>{}; };
    print_table(load_settings(nothing, {}, "").rows);
  } else {
    const auto loaded = settings_of(arguments, mails_of(arguments));
    print_rows(loaded.rows);
    if (!loaded.meaningless.empty()) {
      std::cerr << "coffeeauth: no meaning here: " << join(loaded.meaningless) << "\n";
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
