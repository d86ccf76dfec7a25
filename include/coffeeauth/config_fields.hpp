#pragma once
/// ConfigField: the policy numbers of Config by name, for whatever reads or shows them as text
/// (environment, command line, documentation).

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/config.hpp"

namespace coffeeauth {

/// One policy number. Durations are written `500ms`, `90s`, `10min`, `1h`, `14d` (a bare number is
/// seconds); switches `true` or `false` (also 1/0, yes/no, on/off).
struct ConfigField {
  /// As in the environment: `CODE_LIFETIME`.
  std::string_view name;
  /// One sentence with unit and range.
  std::string_view description;
  /// The present value as text.
  std::function<std::string(const Config&)> get;
  /// Reads a value; false, and nothing changed, when it is malformed. Ranges are validate()'s
  /// business.
  std::function<bool(Config&, std::string_view)> set;
  /// What set() reads: `a duration`, `a whole number`, ...
  std::string_view expects;
};

/// Every field, in the order of Config. Made once; the reference is good for the life of the
/// program.
[[nodiscard]] const std::vector<ConfigField>& config_fields();

/// Reads `500ms`, `90s`, `10min`, `1h`, `14d` or a bare number of seconds.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text) noexcept;
/// Writes the largest unit that is exact.
[[nodiscard]] std::string to_duration_text(std::chrono::milliseconds duration);

}  // namespace coffeeauth
