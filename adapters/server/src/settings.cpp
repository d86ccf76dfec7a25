#include "settings.hpp"

#include <algorithm>

#include "coffeeauth/config_fields.hpp"
#include "setting_table.hpp"

namespace coffeeauth::server {
namespace {

constexpr std::string_view old_secret_name = "DJANGO_SECRET_KEY";

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
           std::any_of(policy.begin(), policy.end(), named) || name == old_secret_name;
  }

  const EnvironmentLookup& environment_;
  const std::vector<EnvEntry>& entries_;
  std::string_view file_;
};

[[noreturn]] void refuse(std::string_view name, const Given& given, std::string_view expects) {
  throw ConfigError(std::string{name} + " (" + given.origin + "): expected " +
                    std::string{expects});
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
  return loaded;
}

std::string masked_url(std::string_view url) {
  constexpr std::string_view parameter = "password=";
  // All places are found in the URL as it is: any of them may be a part of another's password.
  std::vector<bool> hidden(url.size(), false);
  const auto hide = [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < std::min(end, url.size()); ++i) hidden[i] = true;
  };
  const auto scheme = url.find("://");
  const auto at = url.rfind('@');
  const auto colon = url.find(':', scheme == std::string_view::npos ? 0 : scheme + 3);
  if (at != std::string_view::npos && colon < at) hide(colon + 1, at);
  // PostgreSQL reads it from the query and from its own key=value form, too.
  for (auto named = url.find(parameter); named != std::string_view::npos;
       named = url.find(parameter, named + 1)) {
    hide(named + parameter.size(),
         scheme == std::string_view::npos ? url.size() : url.find('&', named));
  }
  std::string shown;
  for (std::size_t i = 0; i < url.size(); ++i) {
    if (!hidden[i]) {
      shown += url[i];
    } else if (i == 0 || !hidden[i - 1]) {
      shown += "********";
    }
  }
  return shown;
}

std::filesystem::path sqlite_path(std::string_view url) {
  constexpr std::string_view scheme = "sqlite:///";
  if (!url.starts_with(scheme) || url.size() == scheme.size()) {
    throw ConfigError(
        "DATABASE_URL: expected sqlite:///path or postgresql://user:password@host/name");
  }
  return std::filesystem::path{url.substr(scheme.size())};
}

}  // namespace coffeeauth::server
