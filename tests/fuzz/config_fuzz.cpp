// Settings: env files, and the values in them.

#include <algorithm>
#include <string>

#include "adapters/server/src/env_file.hpp"
#include "adapters/server/src/setting_table.hpp"
#include "adapters/server/src/settings.hpp"
#include "coffeeauth/config_fields.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth::server {
namespace {

using fuzz::hold;

std::string in_quotes(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == '$') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\0'; });
}

void check_file(std::string_view input, std::vector<EnvEntry>& entries) {
  try {
    entries = parse_env_file(input, "test.env");
  } catch (const ConfigError& error) {
    hold(std::string_view{error.what()}.starts_with("test.env:"), "a refusal names the line");
    return;
  }
  std::string written;
  for (const auto& entry : entries) written += entry.name + "=" + in_quotes(entry.value) + "\n";
  const auto again = parse_env_file(written, "test.env");
  hold(std::equal(entries.begin(), entries.end(), again.begin(), again.end(),
                  [](const EnvEntry& a, const EnvEntry& b) {
                    return a.name == b.name && a.value == b.value;
                  }),
       "an env file that is written again reads as the same");
}

/// One value for every setting there is.
void check_value(std::string_view text) {
  Settings settings;
  Settings others;
  const auto fields = program_fields(settings);
  const auto again = program_fields(others);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& field = fields[i];
    const auto before = field.get();
    if (!field.set(text)) {
      hold(field.get() == before, "a value that is refused changes nothing");
      continue;
    }
    const auto shown = field.get();
    if (field.secret && !field.name.ends_with("_URL")) {
      hold(shown.empty() || shown == masked_text, "a secret is not shown");
    } else if (shown != masked_text && !field.secret && !shown.empty()) {
      if (field.expects.starts_with("a duration")) {
        hold(parse_duration(shown) == parse_duration(text), "a time is kept as it was meant");
      }
      hold(again[i].set(shown) && again[i].get() == shown, "what is shown reads back");
    }
  }
  for (const auto& problem : validate(fields)) {
    hold(is_one_line(problem.message), "a complaint is one line");
  }
}

void check_settings(const std::vector<EnvEntry>& entries) {
  const auto nothing = [](const std::string&) { return std::nullopt; };
  try {
    const auto loaded = load_settings(nothing, entries, "test.env");
    hold(validate(loaded.settings.policy).empty(), "settings that load are valid");
    for (const auto& entry : entries) {
      if (entry.name != "SECRET_KEY" && !entry.name.ends_with("PASSWORD")) continue;
      if (entry.value.size() < 12) continue;
      for (const auto& row : loaded.rows) {
        const bool elsewhere =
            std::any_of(entries.begin(), entries.end(), [&](const EnvEntry& other) {
              return &other != &entry && other.value.find(entry.value) != std::string::npos;
            });
        hold(elsewhere || row.value.find(entry.value) == std::string::npos,
             "no row shows a secret");
      }
    }
  } catch (const ConfigError& error) {
    hold(is_one_line(error.what()), "a refusal is one line");
    for (const auto& entry : entries) {
      hold(entry.value.size() < 24 ||
               std::string_view{error.what()}.find(entry.value) == std::string_view::npos,
           "a refusal does not quote the value");
    }
  }
}

}  // namespace
}  // namespace coffeeauth::server

COFFEEAUTH_FUZZ_TARGET(config) {
  using namespace coffeeauth::server;
  std::vector<EnvEntry> entries;
  check_file(input, entries);
  check_settings(entries);
  check_value(input);
}
