#include "settings.hpp"

#include <algorithm>
#include <array>

#include "coffeeauth/config_fields.hpp"
#include "setting_table.hpp"

namespace coffeeauth::server {
namespace {

/// Names of the service that this one replaces, for parts that this build does not have.
constexpr std::array<std::string_view, 5> postgres_names{"DB_USER", "DB_PASSWORD", "DB_NAME",
                                                         "DB_HOST", "DB_PORT"};
constexpr std::array<std::string_view, 3> redis_names{"REDIS_URL", "REDIS_HOST", "REDIS_PORT"};
constexpr std::array<std::string_view, 6> smtp_names{"SMTP_URL",        "EMAIL_HOST",
                                                     "EMAIL_PORT",      "EMAIL_USE_TLS",
                                                     "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"};
constexpr std::string_view old_secret_name = "DJANGO_SECRET_KEY";

template <class Names>
bool has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What was set for a name, and where.
struct Given {
  std::string value;
  std::string origin;
};

class Sources {
 public:
  Sources(const EnvironmentLookup& environment, const std::vector<EnvEntry>& entries,
          std::string_view file)
      : environment_(environment), entries_(entries), file_(file) {}

  [[nodiscard]] std::optional<Given> find(std::string_view name) const {
    if (auto value = environment_(std::string{name}))
      return Given{*std::move(value), "environment"};
    for (const auto& entry : entries_) {
      if (entry.name == name) return Given{entry.value, origin_of(entry)};
    }
    return std::nullopt;
  }

  void refuse_unknown() const {
    for (const auto& entry : entries_) {
      if (!is_known(entry.name)) {
        throw ConfigError(origin_of(entry) + ": " + entry.name + " is not a setting");
      }
    }
  }

 private:
  [[nodiscard]] std::string origin_of(const EnvEntry& entry) const {
    return std::string{file_} + ":" + std::to_string(entry.line);
  }
  static bool is_known(std::string_view name) {
    const auto named = [&](const auto& row) { return row.name == name; };
    const auto& own = server_settings();
    const auto& policy = config_fields();
    return std::any_of(own.begin(), own.end(), named) ||
           std::any_of(policy.begin(), policy.end(), named) || has(postgres_names, name) ||
           has(redis_names, name) || has(smtp_names, name) || name == old_secret_name;
  }

  const EnvironmentLookup& environment_;
  const std::vector<EnvEntry>& entries_;
  std::string_view file_;
};

[[noreturn]] void refuse(std::string_view name, const Given& given, std::string_view expects) {
  throw ConfigError(std::string{name} + " (" + given.origin + "): expected " +
                    std::string{expects});
}

/// Nobody should believe to run on PostgreSQL, Redis or SMTP when they do not.
void refuse_missing_parts(const Sources& sources) {
  const auto refuse_any = [&](const auto& names, std::string_view part) {
    for (const auto name : names) {
      const auto given = sources.find(name);
      if (given && !given->value.empty()) {
        throw ConfigError(std::string{name} + " (" + given->origin + "): this build has no " +
                          std::string{part} + " yet; unset it to use the embedded default");
      }
    }
  };
  refuse_any(postgres_names, "PostgreSQL store");
  refuse_any(redis_names, "Redis cache");
  refuse_any(smtp_names, "SMTP mailer");
}

std::optional<Given> find_setting(const Sources& sources, std::string_view name) {
  auto given = sources.find(name);
  if (!given && name == "SECRET_KEY") given = sources.find(old_secret_name);
  return given;
}

void check_policy(const Config& policy, const std::vector<SettingRow>& rows) {
  const auto problems = validate(policy);
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
                             const std::vector<EnvEntry>& file_entries,
                             std::string_view file_name) {
  const Sources sources{environment, file_entries, file_name};
  sources.refuse_unknown();
  refuse_missing_parts(sources);
  LoadedSettings loaded;
  for (const auto& setting : server_settings()) {
    const auto given = find_setting(sources, setting.name);
    if (given && !setting.set(loaded.settings, given->value)) {
      refuse(setting.name, *given, setting.expects);
    }
    loaded.rows.push_back({std::string{setting.name}, setting.get(loaded.settings),
                           given ? given->origin : "default", std::string{setting.description}});
  }
  for (const auto& field : config_fields()) {
    const auto given = sources.find(field.name);
    if (given && !field.set(loaded.settings.policy, given->value)) {
      refuse(field.name, *given, field.expects);
    }
    loaded.rows.push_back({std::string{field.name}, field.get(loaded.settings.policy),
                           given ? given->origin : "default", std::string{field.description}});
  }
  check_policy(loaded.settings.policy, loaded.rows);
  if (!loaded.settings.database_url.empty()) {
    static_cast<void>(sqlite_path(loaded.settings.database_url));
  }
  return loaded;
}

std::filesystem::path sqlite_path(std::string_view url) {
  constexpr std::string_view scheme = "sqlite:///";
  if (url.starts_with("postgres")) {
    throw ConfigError("DATABASE_URL: this build has no PostgreSQL store yet; use sqlite:///path");
  }
  if (!url.starts_with(scheme) || url.size() == scheme.size()) {
    throw ConfigError("DATABASE_URL: expected sqlite:///path");
  }
  return std::filesystem::path{url.substr(scheme.size())};
}

}  // namespace coffeeauth::server
