#pragma once
/// ConfigField: the policy numbers of Config by name, for whatever reads or shows them as text
/// (environment, command line, documentation).

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/result.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// One policy number. Durations are written `500ms`, `90s`, `10min`, `1h`, `14d` (a bare number is
/// seconds); switches `true` or `false` (also 1/0, yes/no, on/off, in any letter case). Blanks
/// around a value do not count, except in a text.
struct ConfigField {
  /// As in the environment: `CODE_LIFETIME`.
  std::string_view name;
  /// What it is and what it may be, in one sentence.
  /// `How long a verification code is good; 5min to 24h.`
  std::string description;
  /// What set() reads: `a whole number`, `a duration such as 90s or 10min`, ...
  std::string_view expects;
  /// The present value as text that set() reads back.
  std::function<std::string(const Config&)> get;
  /// Reads a value; false, and nothing changed, when it is malformed. Ranges are validate()'s
  /// business, because some depend on another field.
  std::function<bool(Config&, std::string_view)> set;
};

/// Every field, in the order of Config. Made once; the reference is good for the life of the
/// program.
[[nodiscard]] const std::vector<ConfigField>& config_fields();

/// Sets the field of that name. Errors: validation_failed on `name` with code `unknown_field`, or
/// `invalid` with a message that says what is expected and does not quote `text`.
[[nodiscard]] Result<void> set_config_field(Config& config, std::string_view name,
                                            std::string_view text);

/// Drops blanks (space and tab) at both ends. Every reader below does so first.
[[nodiscard]] std::string_view trim_blanks(std::string_view text) noexcept;
/// Reads `true`, `yes`, `on` or `1`, and `false`, `no`, `off` or `0`, in any letter case.
[[nodiscard]] std::optional<bool> parse_switch(std::string_view text) noexcept;
/// Reads decimal digits without a sign.
[[nodiscard]] std::optional<std::uint64_t> parse_whole_number(std::string_view text) noexcept;
/// Reads parts between commas and drops the blanks around each; an empty part is left out.
[[nodiscard]] std::vector<std::string> parse_list(std::string_view text);
/// Reads `500ms`, `90s`, `10min`, `1h`, `14d` or a bare number of seconds: a whole number without
/// sign, at most a hundred years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text) noexcept;
/// Writes the largest unit that is exact.
[[nodiscard]] std::string to_duration_text(std::chrono::milliseconds duration);

}  // namespace coffeeauth
