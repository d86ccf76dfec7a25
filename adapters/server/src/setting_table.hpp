#pragma once
/// The names of the server's own settings. Those of the policy numbers are in config_fields.hpp.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "settings.hpp"

namespace coffeeauth::server {

struct Setting {
  std::string_view name;
  std::string_view description;
  /// Reads a value; false when it is malformed.
  std::function<bool(Settings&, std::string_view)> set;
  /// The value in force as text; secrets are masked here already.
  std::function<std::string(const Settings&)> get;
  std::string_view expects;
  /// Whether it may hold a secret: then NAME_FILE may name a file that holds the value.
  bool secret = false;
  /// What it was called by the service before; read when the own name is not set.
  std::string_view older_name{};
};

[[nodiscard]] const std::vector<Setting>& server_settings();

/// With commas between them.
[[nodiscard]] std::string join(const std::vector<std::string>& parts);

}  // namespace coffeeauth::server
