#include "settings.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "coffeeauth/config_fields.hpp"
#include "setting_report.hpp"
#include "setting_table.hpp"
#include "tests/exposed.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/unit/config/room.hpp"

namespace coffeeauth::server {
namespace {

using Environment = std::map<std::string, std::string>;

LoadedSettings load(const Environment& environment, const std::vector<EnvEntry>& file = {}) {
  const auto look_up = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional{found->second};
  };
  return load_settings(look_up, file, ".env");
}

/// What is said of settings that cannot be used; empty when they can.
std::string complaint(const Environment& environment, const std::vector<EnvEntry>& file = {}) {
  try {
    static_cast<void>(load(environment, file));
    return {};
  } catch (const ConfigError& error) {
    return error.what();
  }
}

const SettingRow& row(const LoadedSettings& loaded, std::string_view name) {
  const auto found = std::find_if(loaded.rows.begin(), loaded.rows.end(),
                                  [&](const SettingRow& one) { return one.name == name; });
  REQUIRE_MESSAGE(found != loaded.rows.end(), name);
  return *found;
}

const std::string long_secret = "s3cret-s3cret-s3cret-s3cret-s3cret";

TEST_CASE("with nothing set the defaults are in force, and are said to be") {
  const auto loaded = load({});
  CHECK(loaded.settings.http_host == "127.0.0.1");
  CHECK(loaded.settings.http_port == 8000);
  CHECK(loaded.settings.database_url.empty());
  CHECK(loaded.settings.secret_key.empty());
  CHECK(loaded.settings.trusted_proxies.empty());
  for (const auto& one : loaded.rows) CHECK(one.origin == "default");
}

TEST_CASE(
    "of a secret nothing stands behind the closing quote; elsewhere the quotes are part of it") {
  const auto file = [](std::string_view line) { return parse_env_file(line, ".env"); };
  for (const std::string name : {"SECRET_KEY", "DB_PASSWORD", "OPERATOR_TOKEN"}) {
    CHECK(complaint({}, file(name + "=\"" + long_secret + "\";")) ==
          name + " (.env:1): text after the closing quote");
    CHECK(complaint({}, file(name + "='" + long_secret + "' x")).find(long_secret) ==
          std::string::npos);
    CHECK(complaint({}, file(name + "=\"" + long_secret + "\"")).empty());
  }
  CHECK(load({}, file("DEFAULT_FROM_EMAIL=\"Coffee\" <coffee@example.com>")).settings.from_email ==
        "\"Coffee\" <coffee@example.com>");
}

TEST_CASE("what a line of the old file makes idle is told and stops nothing") {
  auto loaded = load({{"DB_ENGINE", "django.db.backends.sqlite3"}, {"DB_NAME", "db.sqlite3"}});
  CHECK(loaded.settings.old_names.empty());
  CHECK(loaded.meaningless == std::vector<std::string>{"DB_NAME"});
  CHECK(row(loaded, "DB_NAME").value.empty());
  loaded = load({{"EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend"},
                 {"EMAIL_HOST_USER", "ada"},
                 {"CELERY_BROKER_URL", "redis://cache/0"},
                 {"REDIS_PASSWORD", "s3cret"}});
  CHECK(loaded.settings.old_names.empty());
  loaded = load({{"DB_ENGINE", "django.db.backends.postgresql"},
                 {"DB_NAME", "app"},
                 {"EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend"},
                 {"EMAIL_HOST_USER", "ada"},
                 {"CELERY_BROKER_URL", "redis://cache/0"},
                 {"REDIS_HOST", "cache"},
                 {"REDIS_PASSWORD", "s3cret"}});
  CHECK(loaded.settings.old_names.size() == 4);
}

TEST_CASE("a kind of mail login is one of two words, whatever else is set") {
  for (const auto* const text : {"xoauth2", " XOAUTH2", "Xoauth2\t"}) {
    CHECK(load({{"EMAIL_AUTH", text}}).settings.old_names.at("EMAIL_AUTH") == "xoauth2");
  }
  CHECK(load({{"EMAIL_AUTH", "Password"}}).settings.old_names.at("EMAIL_AUTH") == "password");
  for (const auto* const text : {"oauth", "xoauth2 password", "plain"}) {
    CHECK(complaint({{"EMAIL_AUTH", text}}).find("EMAIL_AUTH") != std::string::npos);
  }
}

TEST_CASE("every setting has one row, a name of its own and a sentence") {
  Settings settings;
  const auto fields = program_fields(settings);
  const auto loaded = load({});
  CHECK(loaded.rows.size() == fields.size());
  std::set<std::string> names;
  for (const auto& one : loaded.rows) {
    CAPTURE(one.name);
    CHECK(names.insert(one.name).second);
    CHECK(one.description.size() > 10);
    CHECK(one.description.back() == '.');
  }
}

TEST_CASE("what is shown by default can be set, and changes nothing") {
  const auto defaults = load({});
  for (const auto& one : defaults.rows) {
    if (one.value.empty()) continue;
    CAPTURE(one.name);
    const auto loaded = load({{one.name, one.value}});
    CHECK(row(loaded, one.name).value == one.value);
    CHECK(row(loaded, one.name).origin == "environment");
  }
}

TEST_CASE("the environment goes before the file, and the file before the default") {
  const std::vector<EnvEntry> file{{"HTTP_PORT", "9000", 3}, {"CODE_ATTEMPTS", "7", 4}};
  const auto from_file = load({}, file);
  CHECK(from_file.settings.http_port == 9000);
  CHECK(from_file.settings.policy.codes.attempts == 7);
  CHECK(row(from_file, "HTTP_PORT").origin == ".env:3");
  CHECK(row(from_file, "CODE_ATTEMPTS").origin == ".env:4");

  const auto both = load({{"HTTP_PORT", "9001"}, {"CODE_ATTEMPTS", "6"}}, file);
  CHECK(both.settings.http_port == 9001);
  CHECK(both.settings.policy.codes.attempts == 6);
  CHECK(row(both, "HTTP_PORT").origin == "environment");
}

TEST_CASE("a name that nobody knows is refused in the file and overlooked in the environment") {
  CHECK(complaint({}, {{"HTTP_PROT", "9000", 12}}) ==
        ".env:12: HTTP_PROT is not a setting; HTTP_PORT is");
  CHECK(complaint({}, {{"http_port", "9000", 1}}) == ".env:1: http_port is not a setting");
  // The second line of a secret that was wrapped.
  CHECK(complaint({}, {{"Q29mZmVlU2VjcmV0UGFydFR3bw", "=", 2}}) ==
        ".env:2: this is not a setting; a value must be on one line");
  for (const auto* const rest : {"MFRGGZDFMZTWQ2LK", "A1B2"}) {
    CHECK(complaint({}, {{rest, "===", 2}}) ==
          ".env:2: this is not a setting; a value must be on one line");
  }
  CHECK(complaint({}, {{"LOGGING", "yes", 3}}) == ".env:3: LOGGING is not a setting");
  CHECK(complaint({{"HTTP_PROT", "9000"}, {"PATH", "/bin"}}) == "");
}

TEST_CASE("MAIL_HOSTNAME is a name or an address in brackets, and its refusal says so") {
  for (const auto* const good : {"mail.example.com", "[192.0.2.1]", "[IPv6:2001:db8::1]", ""}) {
    CHECK(complaint({{"MAIL_HOSTNAME", good}}).empty());
  }
  for (const auto* const bad :
       {"-x.example", "bad_host", "1.2.3.4", "localhost", "[1]", "[1.2.3]", "[0x7f.1]"}) {
    CHECK(complaint({{"MAIL_HOSTNAME", bad}}) ==
          "MAIL_HOSTNAME (environment): must be a host name with a dot, as mail.example.com, or "
          "an address in brackets, as [192.0.2.1]");
  }
}

TEST_CASE("a malformed value says which setting, where, and what is expected") {
  CHECK(complaint({{"HTTP_PORT", "eighty"}}) == "HTTP_PORT (environment): must be 0 to 65535");
  CHECK(complaint({}, {{"HTTP_PORT", "65536", 2}}) == "HTTP_PORT (.env:2): must be 0 to 65535");
  CHECK(complaint({{"CODE_LIFETIME", "soon"}})
            .starts_with("CODE_LIFETIME (environment): must be a duration"));
}

TEST_CASE("a value out of its range says which setting, where, and the range") {
  CHECK(complaint({{"CODE_ATTEMPTS", "11"}}) == "CODE_ATTEMPTS (environment): must be 1 to 10");
  CHECK(complaint({}, {{"MAIL_LEASE", "1s", 9}}).starts_with("MAIL_LEASE (.env:9): must be "));
  // The one that was not set is at fault only because of the one that was.
  CHECK(complaint({{"LIST_PAGE_SIZE", "200"}}) ==
        "LIST_MAX_PAGE_SIZE (default): must be at least LIST_PAGE_SIZE");
}

TEST_CASE("values that each setting must refuse are refused") {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"HTTP_PORT", "-1"},
      {"HTTP_PORT", "+80"},
      {"HTTP_PORT", "0x50"},
      {"MAX_CONNECTIONS", "0"},
      {"MAX_CONNECTIONS", "100001"},
      {"HTTP_HOST", "*"},
      {"HTTP_HOST", "http://a"},
      {"HTTP_HOST", "127.0.0.1:80"},
      {"CORS_ORIGINS", "x"},
      {"CORS_ORIGINS", "https://a.example,https://*.example"},
      {"CORS_ORIGINS", "https://a.example/path"},
      {"DB_HOST", "a b"},
      {"DB_PORT", "abc"},
      {"DB_PORT", "0"},
      {"REDIS_HOST", "redis://a"},
      {"REDIS_PORT", "65536"},
      {"REDIS_DB", "x"},
      {"EMAIL_HOST", "mail:25"},
      {"EMAIL_PORT", "99999"},
      {"EMAIL_USE_TLS", "maybe"},
      {"EMAIL_USE_SSL", "2"},
      {"MAX_CONNECTIONS_PER_ADDRESS", "many"},
      {"TRUSTED_PROXIES", "10.0.0.0/33"},
      {"TRUSTED_PROXIES", "10.0.0.0/8,everyone"},
      {"TRUSTED_PROXIES", "*"},
      {"OPERATOR_NETWORKS", "localhost"},
      {"OPERATOR_TOKEN", "fifteen letters"},
      {"OPERATOR_TOKEN", "sixteen  letters"},
      {"OPERATOR_TOKEN", std::string(257, 'x')},
      {"HTTP_IDLE_TIMEOUT", "0s"},
      {"HTTP_IDLE_TIMEOUT", "61min"},
      {"HTTP_IDLE_TIMEOUT", "long"},
      {"PASSWORD_MIN_STRENGTH", "5"},
      {"PASSWORD_MIN_STRENGTH", "strong"},
      {"SECRET_KEY", std::string(31, 'x')},
      {"DEV_MAIL", "maybe"},
      {"LOG_FORMAT", "xml"},
      {"LOG_LEVEL", "verbose"},
      {"DEFAULT_FROM_EMAIL", "nobody"},
      {"DEFAULT_FROM_EMAIL", "a@example.com\r\nBcc: b@example.com"}};
  for (const auto& each : bad) {
    CAPTURE(each.first);
    CAPTURE(each.second);
    const auto& [name, text] = each;
    CHECK(complaint({{name, text}}).starts_with(name + " (environment): must be "));
  }
}

TEST_CASE("values that each setting must take are taken") {
  const auto loaded = load({{"HTTP_PORT", "0"},
                            {"HTTP_HOST", "[::1]"},
                            {"MAX_CONNECTIONS", "100000"},
                            {"TRUSTED_PROXIES", " 10.0.0.0/8 ,, 2001:db8::/32,192.0.2.1"},
                            {"OPERATOR_NETWORKS", ""},
                            {"OPERATOR_TOKEN", "0123456789abc-._~+/"},
                            {"HTTP_IDLE_TIMEOUT", "11min"},
                            {"CORS_ORIGINS", "https://A.example:443, https://b.example/"},
                            {"DATA_DIR", "/var/lib/coffee auth"},
                            {"DEV_MAIL", " ON"},
                            {"ACCESS_LOG", "True"},
                            {"LOG_FORMAT", "TEXT"},
                            {"LOG_LEVEL", "Error"},
                            {"DEFAULT_FROM_EMAIL", "Coffee <no-reply@example.com>"},
                            {"TOKEN_ALGORITHM", "EdDSA"}});
  const auto& settings = loaded.settings;
  CHECK(settings.http_port == 0);
  CHECK(settings.trusted_proxies ==
        std::vector<std::string>{"10.0.0.0/8", "2001:db8::/32", "192.0.2.1"});
  CHECK(settings.operator_networks.empty());
  CHECK(settings.operator_token.expose_secret() == "0123456789abc-._~+/");
  CHECK(row(loaded, "OPERATOR_TOKEN").value == "********");
  CHECK(settings.http_idle_timeout == std::chrono::minutes{11});
  CHECK(settings.http_host == "::1");
  CHECK(settings.cors_origins ==
        std::vector<std::string>{"https://a.example", "https://b.example"});
  CHECK(settings.data_dir == "/var/lib/coffee auth");
  CHECK(settings.dev_mail);
  CHECK(settings.access_log);
  CHECK(settings.log_format == LogFormat::text);
  CHECK(settings.log_level == LogLevel::error);
  CHECK(settings.policy.tokens.algorithm == SigningAlgorithm::eddsa);
  CHECK(row(loaded, "TRUSTED_PROXIES").value == "10.0.0.0/8,2001:db8::/32,192.0.2.1");
}

TEST_CASE("the secret key has an older name, and the newer one wins") {
  const auto old = load({{"DJANGO_SECRET_KEY", long_secret}});
  CHECK(old.settings.secret_key.expose_secret() == long_secret);
  CHECK(load({}, {{"DJANGO_SECRET_KEY", long_secret, 1}}).settings.secret_key.size() ==
        long_secret.size());
  const auto both = load({{"SECRET_KEY", long_secret + "!"}, {"DJANGO_SECRET_KEY", long_secret}});
  CHECK(both.settings.secret_key.expose_secret() == long_secret + "!");
  CHECK(complaint({{"DJANGO_SECRET_KEY", "short"}}) ==
        "DJANGO_SECRET_KEY (environment): must be 32 bytes at least");
}

TEST_CASE("an empty value is as good as none, for every setting") {
  const std::vector<EnvEntry> file{{"HTTP_PORT", "9000", 1}, {"DJANGO_SECRET_KEY", long_secret, 2}};
  const auto defaults = load({});
  for (const auto& one : defaults.rows) {
    for (const std::string empty : {"", "  ", "\t"}) {
      CAPTURE(one.name);
      const auto loaded = load({{one.name, empty}});
      CHECK(row(loaded, one.name).value == one.value);
      CHECK(row(loaded, one.name).origin == "default");
      CHECK(complaint({}, {{one.name, empty, 1}}) == "");
    }
  }
  // Nor does it hide what stands elsewhere.
  const auto loaded = load({{"HTTP_PORT", ""}, {"SECRET_KEY", ""}}, file);
  CHECK(loaded.settings.http_port == 9000);
  CHECK(loaded.settings.secret_key.expose_secret() == long_secret);
}

TEST_CASE("every switch of the program has the same words") {
  const auto defaults = load({});
  std::size_t switches = 0;
  for (const auto& one : defaults.rows) {
    const bool is_switch =
        one.value == "true" || one.value == "false" || one.name.starts_with("EMAIL_USE_");
    if (!is_switch) continue;
    ++switches;
    CAPTURE(one.name);
    for (const std::string yes :
         {"true", "TRUE", "True", "yes", "Yes", "on", "ON", "1", " true "}) {
      CHECK(row(load({{one.name, yes}}), one.name).value == "true");
    }
    for (const std::string no :
         {"false", "FALSE", "False", "no", "NO", "off", "Off", "0", "\tno"}) {
      CHECK(row(load({{one.name, no}}), one.name).value == "false");
    }
    for (const std::string neither : {"maybe", "y", "2", "truth", "enabled", "-"}) {
      CHECK(complaint({{one.name, neither}}) == one.name + " (environment): must be true or false");
    }
  }
  CHECK(switches >= 6);
}

TEST_CASE("names of the service before are read, or named as meaningless, and stop nothing") {
  const auto loaded = load({{"EMAIL_BACKEND", "x"}, {"PATH", "/bin"}},
                           {{"CELERY_BROKER_URL", "redis://redis:6379/0", 1},
                            {"CELERY_TASK_ALWAYS_EAGER", "", 2},
                            {"DJANGO_DEBUG", "False", 3},
                            {"DJANGO_ALLOWED_HOSTS", "*", 4},
                            {"EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend", 5},
                            {"EMAIL_USE_SSL", "True", 6},
                            {"DB_ENGINE", "django.db.backends.postgresql", 7},
                            {"REDIS_DB", "1", 8},
                            {"DEBUG", "0", 9}});
  CHECK(loaded.meaningless ==
        std::vector<std::string>{"CELERY_BROKER_URL", "CELERY_TASK_ALWAYS_EAGER", "DJANGO_DEBUG",
                                 "DJANGO_ALLOWED_HOSTS", "EMAIL_BACKEND", "DB_ENGINE", "DEBUG"});
  CHECK(loaded.settings.old_names.at("EMAIL_USE_SSL") == "true");
  CHECK(loaded.settings.old_names.at("REDIS_DB") == "1");
}

TEST_CASE("a name that is nearly that of a setting is told, and no other one") {
  const auto nothing = [](const std::string&) { return std::optional<std::string>{}; };
  const auto found =
      load_settings(nothing, {}, ".env",
                    {"HTTP_PROT", "DATABSE_URL", "SECRET_KEYS", "DJANGO_SECRET_KEY_FIL", "DB_HSOT",
                     "CODE_ATEMPTS", "HTTP_PORT", "SECRET_KEY_FILE", "HTTP_PROXY", "SMTP_PORT",
                     "PATH", "HOME", "EMAIL_TIMEOUT", "PORT", "LOGNAME", "DB_PASS", ""})
          .near_misses;
  CHECK(found == std::vector<NearMiss>{{"HTTP_PROT", "HTTP_PORT"},
                                       {"DATABSE_URL", "DATABASE_URL"},
                                       {"SECRET_KEYS", "SECRET_KEY"},
                                       {"DB_HSOT", "DB_HOST"},
                                       {"CODE_ATEMPTS", "CODE_ATTEMPTS"}});
  // In an env file it is refused, also where other names that begin so are let through.
  CHECK(complaint({}, {{"DB_PASWORD", "x", 1}}) ==
        ".env:1: DB_PASWORD is not a setting; DB_PASSWORD is");
  CHECK(complaint({}, {{"REDIS_HOSTS", "x", 1}}) ==
        ".env:1: REDIS_HOSTS is not a setting; REDIS_HOST is");
  for (const auto* const name : {"DB_ENGINE", "DB_CONN_MAX_AGE", "EMAIL_TIMEOUT", "EMAIL_BACKEND",
                                 "EMAIL_SUBJECT_PREFIX", "REDIS_USER", "DJANGO_DEBUG", "PGHOST",
                                 "REDIS_SSL", "REDIS_TTL", "REDIS_POOL", "EMAIL_AUTHOR"}) {
    CHECK(complaint({}, {{name, "x", 1}}) == "");
  }
}

TEST_CASE("what Kubernetes says of a service called redis is no port") {
  CHECK(complaint({{"REDIS_PORT", "tcp://10.0.0.7:6379"}}) == "");
  CHECK(load({{"HTTP_PORT", "tcp://10.0.0.7:80"}}).settings.http_port == 8000);
}

struct Room {
  coffeeauth::testing::RoomOptions options;

  LoadedSettings load(const Environment& environment, const std::vector<EnvEntry>& file = {}) {
    const auto look_up = [&](const std::string& name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      return found == environment.end() ? std::nullopt : std::optional{found->second};
    };
    return load_settings(look_up, file, ".env", {"RESET_LIFETIMES", "RESET_TOKEN_FILES"},
                         room_fields(options));
  }

  std::string complaint(const Environment& environment, const std::vector<EnvEntry>& file = {}) {
    options = {};
    try {
      static_cast<void>(load(environment, file));
      return {};
    } catch (const ConfigError& error) {
      return error.what();
    }
  }
};

TEST_CASE_FIXTURE(Room, "the settings of a room are rows like any other, behind all others") {
  const auto loaded = load({});
  Settings settings;
  const auto first = program_fields(settings).size();
  REQUIRE(loaded.rows.size() == first + room_fields(options).size());
  CHECK(loaded.rows.at(first).name == "RESET_ENABLED");
  const auto markdown = as_markdown(loaded.rows);
  CHECK(markdown.starts_with("| variable | default | meaning |\n| --- | --- | --- |\n"));
  for (const auto* const line :
       {"| `RESET_TRIES` | `3` | Wrong guesses until a link is dead; 1 to 10. |\n",
        "| `RESET_LIFETIME` | `1h` | How long a link is good; 5min to 1d. |\n",
        "| `RESET_REVEAL` | `link` | What a mail holds: off, link, code or both. |\n",
        "| `RESET_TOKEN` |  | What the hook is opened with. |\n"}) {
    CHECK(markdown.find(line) != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Room, "the settings of a room come from the environment and the env file") {
  const auto loaded = load({{"RESET_TRIES", "7"}, {"RESET_HOOK", "https://u:s3cret@h/x"}},
                           {{"RESET_LIFETIME", "10min", 2}, {"RESET_REVEAL", "Both", 3}});
  CHECK(options.tries == 7);
  CHECK(options.lifetime == std::chrono::minutes{10});
  CHECK(options.reveal == coffeeauth::testing::Reveal::both);
  CHECK(options.hook == "https://u:s3cret@h/x");
  CHECK(row(loaded, "RESET_LIFETIME").origin == ".env:2");
  CHECK(row(loaded, "RESET_ENABLED").origin == "default");
  const auto columns = as_columns(loaded.rows);
  CHECK(columns.find("s3cret") == std::string::npos);
  CHECK(columns.find("\nRESET_TRIES ") != std::string::npos);
}

TEST_CASE_FIXTURE(Room, "a bad value of a room's setting stops the start with a sentence") {
  CHECK(complaint({{"RESET_TRIES", "s3cret"}}) == "RESET_TRIES (environment): must be 1 to 10");
  CHECK(complaint({{"RESET_TRIES", "11"}}) == "RESET_TRIES (environment): must be 1 to 10");
  CHECK(complaint({}, {{"RESET_REVEAL", "all", 4}}) ==
        "RESET_REVEAL (.env:4): must be off, link, code or both");
  CHECK(complaint({{"RESET_PAUSE", "1h"}, {"RESET_LIFETIME", "10min"}}) ==
        "RESET_LIFETIME (environment): must be at least RESET_PAUSE");
  CHECK(complaint({{"RESET_TOKEN", "s3cret"}}) ==
        "RESET_TOKEN (environment): must be 16 bytes at least");
  CHECK(complaint({{"RESET_HOOK", "s3cret"}}) == "RESET_HOOK (environment): must be a URL");
}

TEST_CASE_FIXTURE(Room,
                  "names that are nearly those of a room's settings are told, without it none") {
  CHECK(load({}).near_misses == std::vector<NearMiss>{{"RESET_LIFETIMES", "RESET_LIFETIME"},
                                                      {"RESET_TOKEN_FILES", "RESET_TOKEN_FILE"}});
  CHECK(complaint({}, {{"RESET_TRYS", "1", 1}}) ==
        ".env:1: RESET_TRYS is not a setting; RESET_TRIES is");
  CHECK(server::complaint({}, {{"RESET_TRIES", "1", 1}}) == ".env:1: RESET_TRIES is not a setting");
}

TEST_CASE("two settings of one name are a mistake of the program") {
  coffeeauth::testing::RoomOptions one;
  coffeeauth::testing::RoomOptions other;
  auto fields = room_fields(one);
  fields.push_back(room_fields(other).front());
  const auto nothing = [](const std::string&) { return std::optional<std::string>{}; };
  CHECK_THROWS_AS(static_cast<void>(load_settings(nothing, {}, "", {}, fields)), std::logic_error);
}

struct SecretFiles : coffeeauth::testing::TemporaryFolder {
  [[nodiscard]] std::string with(std::string_view text) const {
    const auto file = path() / "secret";
    std::ofstream{file, std::ios::binary} << text;
    return file.string();
  }
};

TEST_CASE_FIXTURE(SecretFiles, "every secret may stand in a file") {
  std::size_t secrets = 0;
  Settings settings;
  for (const auto& setting : program_fields(settings)) {
    if (!setting.secret) continue;
    ++secrets;
    CAPTURE(setting.name);
    const auto& name = setting.name;
    const bool is_url = name.ends_with("_URL");
    const auto value = is_url ? "redis://:" + long_secret + "@h" : long_secret;
    const auto file = with(value + "\n");
    const auto loaded = load({{name + "_FILE", file}});
    CHECK(row(loaded, name).value == row(load({{name, value}}), name).value);
    CHECK(row(loaded, name).origin == "environment");
    CHECK(complaint({{name + "_FILE", file}, {name, value}})
              .starts_with(name + "_FILE (environment): " + name + " is set, too"));
    CHECK(complaint({{name, value}}, {{name + "_FILE", file, 4}})
              .starts_with(name + "_FILE (.env:4)"));
    CHECK(complaint({{name + "_FILE", path().string()}}).find("is a folder") != std::string::npos);
    CHECK(complaint({{name + "_FILE", "/nowhere"}}).starts_with(name + "_FILE (environment): "));
  }
  CHECK(secrets >= 7);
}

TEST_CASE_FIXTURE(SecretFiles, "a room's secret may stand in a file, too") {
  Room room;
  const auto file = with("0123456789abcdef\n");
  CHECK(row(room.load({{"RESET_TOKEN_FILE", file}}), "RESET_TOKEN").value == "********");
  CHECK(exposed(room.options.token) == "0123456789abcdef");
}

TEST_CASE_FIXTURE(SecretFiles, "the line that holds a secret loses its end and nothing else") {
  const auto read = [&](std::string_view text) {
    return std::string{exposed(load({{"SECRET_KEY_FILE", with(text)}}).settings.secret_key)};
  };
  CHECK(read(long_secret) == long_secret);
  CHECK(read(long_secret + "\r\n") == long_secret);
  CHECK(read(" " + long_secret + " \n") == " " + long_secret + " ");
  CHECK(load({{"DJANGO_SECRET_KEY_FILE", with(long_secret)}}).settings.secret_key.size() ==
        long_secret.size());
  for (const std::string_view text : {"", "\n", "\r\n"}) {
    CHECK(complaint({{"SECRET_KEY_FILE", with(text)}}).find("empty") != std::string::npos);
  }
  CHECK(complaint({{"SECRET_KEY_FILE", with("short")}}) ==
        "SECRET_KEY_FILE (environment): must be 32 bytes at least");
}

TEST_CASE("no row shows a secret") {
  const auto loaded = load({{"SECRET_KEY", long_secret},
                            {"DATABASE_URL", "postgresql://app:s3cret@db/app"},
                            {"REDIS_URL", "redis://:s3cret@cache"},
                            {"SMTP_URL", "smtp://app:s3cret@mail:587"},
                            {"DB_PASSWORD", "s3cret"},
                            {"EMAIL_HOST_PASSWORD", "s3cret"}});
  for (const auto& one : loaded.rows) {
    CAPTURE(one.name);
    CHECK(one.value.find("s3cret") == std::string::npos);
  }
  CHECK(row(loaded, "SECRET_KEY").value == "********");
  CHECK(row(loaded, "DB_PASSWORD").value == "********");
  CHECK(row(loaded, "DATABASE_URL").value == "postgresql://app:********@db/app");
}

TEST_CASE("no complaint quotes what was set") {
  for (const auto& one : load({}).rows) {
    for (const std::string text :
         {"s3cret", "s3cret\r\n", "postgresql://u:s3cret@h", "\x1B[2Js3cret"}) {
      CAPTURE(one.name);
      const auto said = complaint({{one.name, text}});
      CHECK(said.find("s3cret") == std::string::npos);
      CHECK(said.find('\n') == std::string::npos);
      CHECK(complaint({}, {{one.name, text, 1}}).find("s3cret") == std::string::npos);
    }
  }
}

TEST_CASE("the password in a URL is masked, wherever it stands") {
  CHECK(masked_url("") == "");
  CHECK(masked_url("sqlite:///data/a.db") == "sqlite:///data/a.db");
  CHECK(masked_url("redis://cache:6379/0") == "redis://cache:6379/0");
  CHECK(masked_url("postgresql://app@db/app") == "postgresql://app@db/app");
  CHECK(masked_url("postgresql://app:s3cret@db:5432/app") ==
        "postgresql://app:********@db:5432/app");
  CHECK(masked_url("redis://:s3cret@cache") == "redis://:********@cache");
  CHECK(masked_url("smtp://a%40b.example:s3cret@mail:587") ==
        "smtp://a%40b.example:********@mail:587");
  for (const std::string_view url :
       {"postgresql://app:s3@s3cret:s3cret@db/app", "postgresql://app:s3cret/s3cret@db/app",
        "postgresql://db/app?user=app&password=s3cret",
        "postgresql://db/app?password=s3cret&sslmode=require", "host=db password=s3cret user=app",
        "app:s3cret@db/app", "postgresql://db:5432/app?password=s3cret@s3cret",
        "postgresql://app:s3cret@db?password=s3cret&sslpassword=s3cret",
        "postgresql://app:s3cret?s3cret#s3cret@db", "postgresql://app:s3cretpassword=@db/app"}) {
    CAPTURE(url);
    CHECK(masked_url(url).find("s3cret") == std::string::npos);
  }
  CHECK(masked_url("postgresql://db/app?password=s3cret&sslmode=require") ==
        "postgresql://db/app?password=********&sslmode=require");
}

}  // namespace
}  // namespace coffeeauth::server
