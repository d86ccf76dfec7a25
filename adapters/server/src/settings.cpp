#include "settings.hpp"

#include <algorithm>

#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/url.hpp"
#include "old_names.hpp"
#include "setting_table.hpp"
#include "text_file.hpp"

namespace coffeeauth::server {
namespace {

/// What was set for a setting: under which name, and where.
struct Given {
  std::string name;
  std::string value;
  std::string origin;
  bool has_quote_inside = false;
};

[[noreturn]] void refuse(const Given& given, std::string_view why) {
  throw ConfigError(given.name + " (" + given.origin + "): " + std::string{why});
}

/// What Kubernetes puts into the environment for a service that happens to be called `redis`.
bool is_a_service_link(std::string_view name, std::string_view value) {
  return name.ends_with("_PORT") && value.starts_with("tcp://");
}

class Sources {
 public:
  Sources(const EnvironmentLookup& environment, const std::vector<EnvEntry>& entries,
          std::string_view file)
      : environment_(environment), entries_(entries), file_(file) {}

  /// Empty is as good as not set, so that a line of a template that nobody filled in hides
  /// nothing.
  [[nodiscard]] std::optional<Given> find(std::string_view name) const {
    const auto value = environment_(std::string{name});
    if (value && !trim_blanks(*value).empty() && !is_a_service_link(name, *value)) {
      return Given{std::string{name}, *value, "environment"};
    }
    for (const auto& entry : entries_) {
      if (entry.name != name || trim_blanks(entry.value).empty()) continue;
      return Given{entry.name, entry.value, origin_of(entry), entry.has_quote_inside};
    }
    return std::nullopt;
  }

  /// As find(), without blanks around it; a secret keeps its own.
  [[nodiscard]] std::optional<Given> find_trimmed(std::string_view name) const {
    auto given = find(name);
    if (given) given->value = trim_blanks(given->value);
    return given;
  }

  /// As find(); a secret may also stand in a file that `name`_FILE names.
  [[nodiscard]] std::optional<Given> find_secret(std::string_view name) const {
    auto given = find(name);
    // A slip behind the quote would be a part of the secret, and be noticed much later.
    if (given && given->has_quote_inside) refuse(*given, "text after the closing quote");
    const auto file = find(std::string{name} + "_FILE");
    if (!file) return given;
    if (given) refuse(*file, std::string{name} + " is set, too; only one of them can be");
    return Given{file->name, secret_in(*file), file->origin};
  }

  /// What was set for it, by its own name or else by an older one.
  [[nodiscard]] std::optional<Given> find(const Setting& setting) const {
    if (!setting.secret) return find_trimmed(setting.name);
    auto given = find_secret(setting.name);
    if (!given && !setting.older_name.empty()) given = find_secret(setting.older_name);
    return given;
  }

  /// Names of the service before that mean nothing here; throws for what nobody knows.
  [[nodiscard]] std::vector<std::string> meaningless() const {
    std::vector<std::string> names;
    for (const auto& entry : entries_) {
      if (is_known(entry.name)) continue;
      const auto meant = setting_near(entry.name);
      if (!meant.empty() || !is_of_the_service_before(entry.name)) {
        throw ConfigError(origin_of(entry) + ": " + why_unknown(entry.name, meant));
      }
      names.push_back(entry.name);
    }
    for (const auto name : common_names_of_the_service_before()) {
      const bool is_there = std::find(names.begin(), names.end(), name) != names.end();
      if (!is_there && environment_(std::string{name})) names.emplace_back(name);
    }
    return names;
  }

  [[nodiscard]] static std::vector<NearMiss> near_misses(const std::vector<std::string>& names) {
    std::vector<NearMiss> found;
    for (const auto& name : names) {
      if (auto meant = setting_near(name); !meant.empty())
        found.push_back({name, std::move(meant)});
    }
    return found;
  }

 private:
  [[nodiscard]] std::string origin_of(const EnvEntry& entry) const {
    return std::string{file_} + ":" + std::to_string(entry.line);
  }
  static std::string why_unknown(const std::string& name, const std::string& meant) {
    if (!meant.empty()) return name + " is not a setting; " + meant + " is";
    // What is not written like a name may be the rest of a secret that was wrapped.
    const auto is_one_of = [&](char first, char last) {
      return std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= first && c <= last) || (c >= '0' && c <= '9') || c == '_';
      });
    };
    const bool has_parts = name.find('_') != std::string::npos;
    const bool is_short =
        name.size() <= 12 && name.find_first_of("0123456789") == std::string::npos;
    const bool is_name =
        (is_one_of('A', 'Z') && (has_parts || is_short)) || (is_one_of('a', 'z') && has_parts);
    return is_name ? name + " is not a setting" : "this is no setting; a value stands on one line";
  }
  static std::string secret_in(const Given& file) {
    const auto text = text_of(file);
    auto line = text.expose_secret();
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) refuse(file, "the file is empty");
    return std::string{line};
  }
  static Secret text_of(const Given& file) {
    try {
      return read_text_file(file.value);
    } catch (const ConfigError& error) {
      throw ConfigError(file.name + " (" + file.origin + "): " + error.what());
    }
  }
  /// The setting whose name that one nearly is; empty for none, and for a name of another program.
  static std::string setting_near(std::string_view name) {
    if (is_known(name) || is_exactly_of_the_service_before(name)) return {};
    std::string nearest;
    std::size_t least = 3;
    const auto look_at = [&](std::string_view setting) {
      // A slip in the first letter is rare, and SMTP_PORT would be taken for HTTP_PORT.
      if (setting.empty() || setting.front() != name.front()) return;
      const auto distance = edit_distance(name, setting);
      // The service before may have had one of that name.
      const bool is_family = is_of_the_service_before(name);
      const std::size_t most = setting.size() < 9 || is_family ? 1 : 2;
      if (distance > most || distance >= least) return;
      least = distance;
      nearest = setting;
    };
    for (const auto& row : server_settings()) {
      look_at(row.name);
      look_at(row.older_name);
      if (row.secret) look_at(std::string{row.name} + "_FILE");
    }
    for (const auto& field : config_fields()) look_at(field.name);
    return nearest;
  }
  static bool is_known(std::string_view name) {
    const auto& own = server_settings();
    const auto& policy = config_fields();
    const auto names = [&](const Setting& row) {
      if (row.name == name || row.older_name == name) return true;
      return row.secret && name.ends_with("_FILE") &&
             (row.name == name.substr(0, name.size() - 5) ||
              row.older_name == name.substr(0, name.size() - 5));
    };
    return std::any_of(own.begin(), own.end(), names) ||
           std::any_of(policy.begin(), policy.end(),
                       [&](const ConfigField& field) { return field.name == name; });
  }

  const EnvironmentLookup& environment_;
  const std::vector<EnvEntry>& entries_;
  std::string_view file_;
};

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

void leave_idle(const Sources& sources, LoadedSettings& loaded) {
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
                             const std::vector<EnvEntry>& file_entries, std::string_view file_name,
                             const std::vector<std::string>& environment_names) {
  const Sources sources{environment, file_entries, file_name};
  LoadedSettings loaded;
  loaded.meaningless = sources.meaningless();
  loaded.near_misses = Sources::near_misses(environment_names);
  for (const auto& setting : server_settings()) {
    const auto given = sources.find(setting);
    if (given && !setting.set(loaded.settings, given->value)) {
      refuse(*given, "expected " + std::string{setting.expects});
    }
    loaded.rows.push_back({std::string{setting.name}, setting.get(loaded.settings),
                           given ? given->origin : "default", std::string{setting.description}});
  }
  for (const auto& field : config_fields()) {
    const auto given = sources.find_trimmed(field.name);
    if (given && !field.set(loaded.settings.policy, given->value)) {
      refuse(*given, "expected " + std::string{field.expects});
    }
    loaded.rows.push_back({std::string{field.name}, field.get(loaded.settings.policy),
                           given ? given->origin : "default", std::string{field.description}});
  }
  leave_idle(sources, loaded);
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
  const auto refuse_url = [](std::string_view why) {
    throw ConfigError("DATABASE_URL: " + std::string{why});
  };
  if (!url.starts_with("sqlite:///")) {
    refuse_url("expected sqlite:///path or postgresql://user:password@host/name");
  }
  Url parts;
  try {
    parts = parse_url(url);
  } catch (const std::invalid_argument& error) {
    refuse_url(error.what());
  }
  if (!parts.parameters.empty() || url.find('?') != std::string_view::npos) {
    refuse_url("a sqlite URL takes no parameters; a question mark in a file's name is %3F");
  }
  if (parts.path.empty() || parts.path.ends_with('/')) refuse_url("the URL names no file");
  // SQLite would open something else than a file of that name.
  if (parts.path.starts_with(':') || parts.path.starts_with("file:")) {
    refuse_url("the database must be a file; write ./ before a name that begins with a colon");
  }
  return std::filesystem::path{parts.path};
}

}  // namespace coffeeauth::server
