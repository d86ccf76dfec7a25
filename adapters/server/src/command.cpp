#include "command.hpp"

#include "bundles.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "backends.hpp"
#include "text_file.hpp"

namespace coffeeauth::server {
namespace {

constexpr OptionSpec no_worker{"--no-worker", "", "deliver no mails in this process"};
constexpr OptionSpec env_file{"--env-file", "FILE", "read settings from FILE (default: .env)"};

std::optional<std::string> environment(const std::string& name) {
  // Nothing in this program changes the environment.
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

std::vector<std::string> environment_names() {
  std::vector<std::string> names;
  for (const char* const* entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    if (const auto name = text.substr(0, text.find('=')); !name.empty()) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The kinds of mail are those of the library and of the bundles, so their fields cannot say it.
void check_left_out(const LoadedSettings& loaded) {
  const auto wrong =
      check_notices(loaded.settings.policy.notices, standard::mails_of(loaded.bundles));
  if (!wrong) return;
  const auto row = std::find_if(loaded.rows.begin(), loaded.rows.end(),
                                [&](const SettingRow& one) { return one.name == wrong->field; });
  const auto origin = row == loaded.rows.end() ? std::string{"default"} : row->origin;
  throw ConfigError(wrong->field + " (" + origin + "): " + wrong->message);
}

}  // namespace

Arguments::Arguments(const std::vector<std::string>& words, const std::vector<OptionSpec>& specs) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--") {
      words_.insert(words_.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      return;
    }
    if (!word.starts_with("-") || word == "-") {
      words_.push_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const OptionSpec& candidate) {
      return candidate.name == name;
    });
    if (spec == specs.end()) {
      // One in 64 names of keys begins so.
      throw UsageError(
          "unknown option " + name +
          (name.starts_with("--") ? "" : "; -- stands before a word that begins with -"));
    }
    if (has(name)) throw UsageError(name + " is given twice");
    if (spec->argument.empty()) {
      if (equals != std::string::npos) throw UsageError(name + " takes no value");
      options_.emplace_back(name, "");
    } else if (equals != std::string::npos) {
      options_.emplace_back(name, word.substr(equals + 1));
    } else if (i + 1 < words.size()) {
      options_.emplace_back(name, words[++i]);
    } else {
      throw UsageError(name + " needs " + std::string{spec->argument});
    }
  }
}

bool Arguments::has(std::string_view name) const { return value(name).has_value(); }

std::optional<std::string> Arguments::value(std::string_view name) const {
  for (const auto& [option, value] : options_) {
    if (option == name) return value;
  }
  return std::nullopt;
}

namespace {

// What a feature brings as this program has it; `brought` stays where it is.
Command as_command(const standard::Command& brought) {
  Command command{.name = brought.name, .summary = brought.summary};
  command.run = [&brought](const Arguments& typed) { return run_feature_command(brought, typed); };
  for (const auto& option : brought.options) {
    command.options.push_back({option.name, option.argument, option.description});
  }
  command.options.push_back(env_file);
  return command;
}

std::vector<Command> own_commands() {
  return {
      {"serve",
       "serves the REST API, with worker and scheduler inside",
       "",
       {no_worker, {"--no-scheduler", "", "run no clean-up in this process"}, env_file},
       run_serve},
      {"worker", "delivers the mails of the outbox", "", {env_file}, run_worker},
      {"scheduler", "deletes data that is no longer needed", "", {env_file}, run_scheduler},
      {"migrate",
       "brings the database up to date",
       "",
       {{"--recount", "", "recount the users, after a load with triggers disabled"}, env_file},
       run_migrate},
      {"copy",
       "copies everything into another, empty database, such as from SQLite to PostgreSQL",
       "",
       {{"--from", "URL", "the database to copy, written as DATABASE_URL (default: the settings')"},
        {"--to", "URL", "the database to fill; it is migrated first (default: the settings')"},
        env_file},
       run_copy},
      {"create-admin",
       "makes a verified administrator",
       "",
       {{"--email", "E", "the email address (required)"},
        {"--password-stdin", "", "read the password from one line of standard input"},
        {"--promote", "", "promote an existing account instead"},
        {"--first-name", "NAME", "the first name"},
        {"--last-name", "NAME", "the last name"},
        {"--language", "TAG", "the language of mails to the account, such as de or pt-BR"},
        env_file},
       run_create_admin},
      {"config",
       "shows the settings in force and their sources",
       "",
       {{"--markdown", "", "print the table of all settings for the documentation"},
        {no_worker.name, "", "check as for `serve --no-worker`, which needs no mail server"},
        env_file},
       run_config},
      {"health",
       "checks that the server with these settings is alive",
       "",
       {{"--worker", "", "check a worker or a scheduler, on METRICS_PORT"}, env_file},
       run_health},
      {"openapi", "prints the OpenAPI document", "", {env_file}, run_openapi},
      {"keys",
       "lists, rotates or revokes signing keys; re-encrypts under a new SECRET_KEY",
       "list|rotate|revoke [--] KID|rewrap",
       {{"--now", "", "rotate: sign with the new key at once, before other services can fetch it"},
        env_file},
       run_keys,
       {{"list", "", "shows each key, when it starts to sign and stops verifying"},
        {"rotate", "[--now]", "makes a new key, which signs once other services could fetch it"},
        {"revoke", "[--] KID", "deletes a key at once, which invalidates its access tokens"},
        {"rewrap", "",
         "re-encrypts, under SECRET_KEY, data encrypted under SECRET_KEY_PREVIOUS, while servers "
         "run; exits with 1 when data is left that no key decrypts"}}},
      {"outbox",
       "lists, retries or deletes mails, and jobs of features such as text messages, that are "
       "waiting or were given up",
       "list|retry [ID...]|delete [ID...]",
       {env_file},
       run_outbox,
       {{"list", "", "shows what waits and what was given up, by id and kind, without addresses"},
        {"retry", "[ID...]", "retries the given ones now, or all that were given up"},
        {"delete", "[ID...]", "deletes the given ones, or all that were given up"}}},
      {"version", "prints the version", "", {}, run_version}};
}

}  // namespace

const std::vector<Command>& commands() {
  static const auto bundles = make_bundles();
  static const auto brought = standard::commands_of(bundles);
  static const auto all = [] {
    auto list = own_commands();
    for (const auto& command : brought) list.push_back(as_command(command));
    return list;
  }();
  return all;
}

LoadedSettings settings_of(const Arguments& arguments, Mails mails) {
  const auto asked = arguments.value("--env-file");
  const std::string file = asked.value_or(".env");
  const auto text = asked ? read_text_file(file) : read_text_file_if_there(file);
  const auto entries = text ? parse_env_file(text->expose_secret(), file) : std::vector<EnvEntry>{};
  auto bundles = make_bundles();
  auto loaded = load_settings(environment, entries, file, environment_names(), fields_of(bundles));
  loaded.bundles = std::move(bundles);
  check_left_out(loaded);
  check_settings(loaded.settings, mails);
  return loaded;
}

Mails mails_of(const Arguments& arguments) {
  return arguments.has(no_worker.name) ? Mails::left_to_others : Mails::delivered;
}

}  // namespace coffeeauth::server
