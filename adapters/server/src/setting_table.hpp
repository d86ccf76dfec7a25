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
};

[[nodiscard]] const std::vector<Setting>& server_settings();

}  // namespace coffeeauth::server
