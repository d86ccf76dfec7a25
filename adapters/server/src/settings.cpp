#include "settings.hpp"

#include <algorithm>
#include <set>

#include "coffeeauth/config_fields.hpp"
#include "setting_sources.hpp"
#include "setting_table.hpp"

namespace coffeeauth::server {
namespace {

/// Of the old file, settings that another one of its lines made idle there, too: leaving them out
/// is no mistake that somebody has to mend.
struct IdleSettings {
  std::string_view because;
  bool (*makes_idle)(const std::string& value);
  /// With this one set they are not idle.
  std::string_view unless;
  std::vector<std::string_view> names;
};

const std::vector<IdleSettings>& idle_settings() {
  static const std::vector<IdleSettings> all{
      {"DB_ENGINE",
       [](const std::string& engine) { return engine.find("sqlite") != std::string::npos; },
       "",
       {"DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD"}},
      {"EMAIL_BACKEND",
       [](const std::string& backend) { return backend.find("smtp") == std::string::npos; },
       "EMAIL_HOST",
       {"EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"}},
      {"CELERY_BROKER_URL",
       [](const std::string&) { return true; },
       "REDIS_HOST",
       {"REDIS_PASSWORD"}}};
  return all;
}

void leave_idle(const SettingSources& sources, LoadedSettings& loaded) {
  auto& given = loaded.settings.old_names;
  for (const auto& idle : idle_settings()) {
    const auto reason = sources.find_trimmed(idle.because);
    if (!reason || !idle.makes_idle(reason->value) || given.contains(idle.unless)) continue;
    for (const auto name : idle.names) {
      const auto found = given.find(name);
      if (found == given.end()) continue;
      given.erase(found);
      loaded.meaningless.emplace_back(name);
      const auto row = std::find_if(loaded.rows.begin(), loaded.rows.end(),
                                    [&](const SettingRow& each) { return each.name == name; });
      if (row != loaded.rows.end()) row->value.clear();
    }
  }
}

/// A program in which two features have a setting of one name cannot be told which is meant.
void check_names(const std::vector<ConfigField>& fields) {
  std::set<std::string_view> names;
  for (const auto& field : fields) {
    if (names.insert(field.name).second) continue;
    throw std::logic_error("two settings are called " + field.name);
  }
}

void check_values(const std::vector<ConfigField>& fields, const std::vector<SettingRow>& rows) {
  const auto problems = validate(fields);
  if (problems.empty()) return;
  const auto& problem = problems.front();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const SettingRow& candidate) {
    return candidate.name == problem.field;
  });
  const auto origin = row == rows.end() ? std::string{"default"} : row->origin;
  throw ConfigError(problem.field + " (" + origin + "): " + problem.message);
}

}  // namespace

LoadedSettings load_settings(const EnvironmentLookup& environment,
                             const std::vector<EnvEntry>& file_entries, std::string_view file_name,
                             const std::vector<std::string>& environment_names,
                             std::vector<ConfigField> rooms) {
  LoadedSettings loaded;
  const auto fields = program_fields(loaded.settings, std::move(rooms));
  check_names(fields);
  const SettingSources sources{environment, file_entries, file_name, fields};
  loaded.meaningless = sources.meaningless();
  loaded.near_misses = sources.near_misses(environment_names);
  for (const auto& field : fields) {
    const auto given = sources.find(field);
    if (given) {
      const auto done = set_field(field, given->value);
      if (!done) refuse(*given, done.error().fields.front().message);
    }
    loaded.rows.push_back(
        {field.name, field.get(), given ? given->origin : "default", field.description});
  }
  leave_idle(sources, loaded);
  check_values(fields, loaded.rows);
  return loaded;
}

}  // namespace coffeeauth::server
