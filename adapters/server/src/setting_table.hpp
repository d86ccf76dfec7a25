#pragma once
/// The names of the server's own settings. Those of the policy numbers are in config_fields.hpp.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/config_fields.hpp"
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

/// Appends the names of the service that this one replaces.
void add_old_settings(std::vector<Setting>& out);

/// Reads a whole number; false, and `out` as it was, when it is none or out of range.
template <class Number>
bool read_number(std::string_view text, Number& out, Number least, Number most) {
  const auto value = parse_whole_number(text);
  if (!value || *value < least || *value > most) return false;
  out = static_cast<Number>(*value);
  return true;
}

/// Whether `text` is that word, in whatever letter case and with blanks around it.
[[nodiscard]] bool is_word(std::string_view text, std::string_view lower_case);

/// With commas between them.
[[nodiscard]] std::string join(const std::vector<std::string>& parts);

}  // namespace coffeeauth::server
