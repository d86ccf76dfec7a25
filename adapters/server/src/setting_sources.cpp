#include "setting_sources.hpp"

#include <algorithm>

#include "old_names.hpp"
#include "text_file.hpp"

namespace coffeeauth::server {
namespace {

/// What Kubernetes puts into the environment for a service that happens to be called `redis`.
bool is_a_service_link(std::string_view name, std::string_view value) {
  return name.ends_with("_PORT") && value.starts_with("tcp://");
}

std::string why_unknown(const std::string& name, const std::string& meant) {
  if (!meant.empty()) return name + " is not a setting; " + meant + " is";
  // What is not written like a name may be the rest of a secret that was wrapped.
  const auto is_one_of = [&](char first, char last) {
    return std::all_of(name.begin(), name.end(), [&](char c) {
      return (c >= first && c <= last) || (c >= '0' && c <= '9') || c == '_';
    });
  };
  const bool has_parts = name.find('_') != std::string::npos;
  const bool is_short = name.size() <= 12 && name.find_first_of("0123456789") == std::string::npos;
  const bool is_name =
      (is_one_of('A', 'Z') && (has_parts || is_short)) || (is_one_of('a', 'z') && has_parts);
  return is_name ? name + " is not a setting"
                 : "this is not a setting; a value must be on one line";
}

Secret text_of(const Given& file) {
  try {
    return read_text_file(file.value);
  } catch (const ConfigError& error) {
    throw ConfigError(file.name + " (" + file.origin + "): " + error.what());
  }
}

std::string secret_in(const Given& file) {
  const auto text = text_of(file);
  auto line = text.expose_secret();
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) refuse(file, "the file is empty");
  return std::string{line};
}

}  // namespace

void refuse(const Given& given, std::string_view why) {
  throw ConfigError(given.name + " (" + given.origin + "): " + std::string{why});
}

std::optional<Given> SettingSources::find(const ConfigField& field) const {
  const auto look_up = [&](std::string_view name) {
    return field.secret ? find_secret(name) : find_trimmed(name);
  };
  auto given = look_up(field.name);
  if (!given && !field.older_name.empty()) given = look_up(field.older_name);
  return given;
}

std::optional<Given> SettingSources::find_trimmed(std::string_view name) const {
  auto given = find_untrimmed(name);
  if (given) given->value = trim_blanks(given->value);
  return given;
}

std::vector<std::string> SettingSources::meaningless() const {
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

std::vector<NearMiss> SettingSources::near_misses(const std::vector<std::string>& names) const {
  std::vector<NearMiss> found;
  for (const auto& name : names) {
    if (auto meant = setting_near(name); !meant.empty()) found.push_back({name, std::move(meant)});
  }
  return found;
}

std::optional<Given> SettingSources::find_untrimmed(std::string_view name) const {
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

std::optional<Given> SettingSources::find_secret(std::string_view name) const {
  auto given = find_untrimmed(name);
  // A slip behind the quote would be a part of the secret, and be noticed much later.
  if (given && given->has_quote_inside) refuse(*given, "text after the closing quote");
  const auto file = find_untrimmed(std::string{name} + "_FILE");
  if (!file) return given;
  if (given) refuse(*file, std::string{name} + " is set, too; only one of them can be");
  return Given{file->name, secret_in(*file), file->origin};
}

std::string SettingSources::origin_of(const EnvEntry& entry) const {
  return std::string{file_} + ":" + std::to_string(entry.line);
}

/// The setting whose name that one nearly is; empty for none, and for a name of another program.
std::string SettingSources::setting_near(std::string_view name) const {
  if (is_known(name) || is_exactly_of_the_service_before(name)) return {};
  std::string nearest;
  std::size_t least = 3;
  const auto look_at = [&](std::string_view setting) {
    // A slip in the first letter is rare, and SMTP_PORT would be taken for HTTP_PORT.
    if (setting.empty() || name.empty() || setting.front() != name.front()) return;
    const auto distance = edit_distance(name, setting);
    // The service before may have had one of that name.
    const bool is_family = is_of_the_service_before(name);
    const std::size_t most = setting.size() < 9 || is_family ? 1 : 2;
    if (distance > most || distance >= least) return;
    least = distance;
    nearest = setting;
  };
  for (const auto& field : fields_) {
    look_at(field.name);
    look_at(field.older_name);
    if (field.secret) look_at(field.name + "_FILE");
  }
  return nearest;
}

bool SettingSources::is_known(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const ConfigField& field) {
    const auto is_its_name = [&](std::string_view one) {
      return field.name == one || (!one.empty() && field.older_name == one);
    };
    return is_its_name(name) || (field.secret && name.ends_with("_FILE") &&
                                 is_its_name(name.substr(0, name.size() - 5)));
  });
}

}  // namespace coffeeauth::server
