#pragma once
/// SettingSources: where the values of settings come from, and what is said of names that are none.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/config_fields.hpp"
#include "settings.hpp"

namespace coffeeauth::server {

/// What was set for a setting: under which name, and where.
struct Given {
  std::string name;
  std::string value;
  std::string origin;
  bool has_quote_inside = false;
};

/// Throws ConfigError: the name, where it was set, and why it cannot be.
[[noreturn]] void refuse(const Given& given, std::string_view why);

/// The environment and an env file. What it is made of must outlive it.
class SettingSources {
 public:
  /// `fields`: all that can be set.
  SettingSources(const EnvironmentLookup& environment, const std::vector<EnvEntry>& entries,
                 std::string_view file, std::span<const ConfigField> fields)
      : environment_(environment), entries_(entries), file_(file), fields_(fields) {}

  /// What was set for it, by its own name or else by an older one, without the blanks around it; a
  /// secret keeps them, and may also stand in a file that its name with _FILE names. Throws
  /// ConfigError.
  [[nodiscard]] std::optional<Given> find(const ConfigField& field) const;

  /// What was set under that name, without the blanks around it. Empty is as good as not set, so
  /// that a line of a template that nobody filled in hides nothing.
  [[nodiscard]] std::optional<Given> find_trimmed(std::string_view name) const;

  /// Names of the service before that mean nothing here. Throws ConfigError for a name in the file
  /// that nobody knows.
  [[nodiscard]] std::vector<std::string> meaningless() const;

  /// Those of the names that are nearly the names of settings.
  [[nodiscard]] std::vector<NearMiss> near_misses(const std::vector<std::string>& names) const;

 private:
  [[nodiscard]] std::optional<Given> find_untrimmed(std::string_view name) const;
  [[nodiscard]] std::optional<Given> find_secret(std::string_view name) const;
  [[nodiscard]] std::string origin_of(const EnvEntry& entry) const;
  [[nodiscard]] std::string setting_near(std::string_view name) const;
  [[nodiscard]] bool is_known(std::string_view name) const;

  const EnvironmentLookup& environment_;
  const std::vector<EnvEntry>& entries_;
  std::string_view file_;
  std::span<const ConfigField> fields_;
};

}  // namespace coffeeauth::server
