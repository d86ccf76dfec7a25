#include "backends.hpp"

#include <initializer_list>
#include <stdexcept>

#include "coffeeauth/value_text.hpp"

namespace coffeeauth::server {
namespace {

const std::string* old_value(const Settings& settings, std::string_view name) {
  const auto found = settings.old_names.find(name);
  return found == settings.old_names.end() ? nullptr : &found->second;
}

/// The number in that old name, which its reader in the table of settings has checked.
template <class Number>
Number old_number(const Settings& settings, std::string_view name, Number otherwise) {
  const auto* const text = old_value(settings, name);
  return text == nullptr ? otherwise : parse_number<Number>(*text).value_or(otherwise);
}

std::optional<bool> old_switch(const Settings& settings, std::string_view name) {
  const auto* const text = old_value(settings, name);
  return text == nullptr ? std::nullopt : parse_switch(*text);
}

/// Who one is without where is a mistake, and no wish for the default. A number alone may be one
/// that every file has.
void refuse_parts(const Settings& settings, std::initializer_list<std::string_view> parts,
                  std::string_view whole) {
  for (const auto part : parts) {
    if (old_value(settings, part) == nullptr) continue;
    throw ConfigError(std::string{part} + ": " + std::string{whole} + " needs to be set, too");
  }
}

/// What `parse` makes of the URL in that setting.
template <class Parse>
auto parsed(std::string_view name, const std::string& url, Parse parse) {
  try {
    return parse(url);
  } catch (const std::invalid_argument& error) {
    throw ConfigError(std::string{name} + ": " + error.what());
  }
}

std::optional<sql::PostgresOptions> postgres_of_old_names(const Settings& settings) {
  const auto* const host = old_value(settings, "DB_HOST");
  const auto* const name = old_value(settings, "DB_NAME");
  if (host == nullptr && name == nullptr) {
    refuse_parts(settings, {"DB_USER", "DB_PASSWORD"}, "DB_NAME");
    return std::nullopt;
  }
  if (name == nullptr) throw ConfigError("DB_NAME: DB_HOST needs one");
  sql::PostgresOptions options;
  options.database = *name;
  if (host != nullptr) options.host = *host;
  options.port = old_number(settings, "DB_PORT", options.port);
  const auto* const user = old_value(settings, "DB_USER");
  if (user == nullptr) throw ConfigError("DB_USER: DB_NAME needs one");
  options.user = *user;
  if (const auto* const password = old_value(settings, "DB_PASSWORD")) {
    options.password = Secret{*password};
  }
  return options;
}

sql::Database chosen_database(const Settings& settings) {
  if (!settings.database_url.empty()) {
    return parsed("DATABASE_URL", settings.database_url, sql::parse_database_url);
  }
  if (auto postgres = postgres_of_old_names(settings)) return *std::move(postgres);
  return sql::SqliteOptions{.path = (settings.data_dir / "coffeeauth.db").string()};
}

std::optional<smtp::SmtpLogin> old_login(const Settings& settings) {
  const auto* const login = old_value(settings, "EMAIL_AUTH");
  if (login == nullptr) return std::nullopt;
  return *login == "xoauth2" ? smtp::SmtpLogin::xoauth2 : smtp::SmtpLogin::password;
}

/// Django's EMAIL_USE_TLS means STARTTLS, its EMAIL_USE_SSL TLS from the first octet, which is what
/// port 465 is for.
smtp::SmtpOptions smtp_of_old_names(const Settings& settings, const std::string& host) {
  const auto starttls = old_switch(settings, "EMAIL_USE_TLS");
  const bool implicit = old_switch(settings, "EMAIL_USE_SSL").value_or(false);
  if (implicit && starttls.value_or(false)) {
    throw ConfigError("EMAIL_USE_SSL: EMAIL_USE_TLS is on, too; only one of them can be");
  }
  const bool in_clear = !starttls.value_or(true) && !implicit;
  smtp::SmtpOptions options;
  options.host = host;
  const std::uint16_t usual = implicit ? 465 : in_clear ? 25 : 587;
  options.port = old_number(settings, "EMAIL_PORT", usual);
  options.security = implicit || options.port == 465 ? smtp::SmtpSecurity::implicit_tls
                     : in_clear                      ? smtp::SmtpSecurity::none
                                                     : smtp::SmtpSecurity::starttls;
  if (const auto* const user = old_value(settings, "EMAIL_HOST_USER")) options.username = *user;
  if (const auto* const password = old_value(settings, "EMAIL_HOST_PASSWORD")) {
    options.password = Secret{*password};
  }
  options.login = old_login(settings).value_or(options.login);
  return options;
}

/// What the mailer would refuse with the name of the host's setting.
void check_old_login(const smtp::SmtpOptions& options) {
  const bool by_token = options.login == smtp::SmtpLogin::xoauth2;
  if (by_token && options.username.empty()) {
    throw ConfigError("EMAIL_HOST_USER: XOAUTH2 needs one");
  }
  if (by_token && !options.password.empty()) {
    throw ConfigError("EMAIL_HOST_PASSWORD: XOAUTH2 takes a token and no password");
  }
  if (!by_token && options.username.empty() != options.password.empty()) {
    throw ConfigError(options.password.empty() ? "EMAIL_HOST_PASSWORD: EMAIL_HOST_USER needs one"
                                               : "EMAIL_HOST_USER: EMAIL_HOST_PASSWORD needs one");
  }
  if (!options.username.empty() && options.security == smtp::SmtpSecurity::none) {
    throw ConfigError("EMAIL_USE_TLS: a login to a mail server requires TLS");
  }
}

smtp::TokenSource token_of(const Settings& settings, smtp::SmtpLogin login) {
  const bool by_file = !settings.email_token_file.empty();
  const bool by_command = !settings.email_token_command.empty();
  if (login != smtp::SmtpLogin::xoauth2) {
    if (!by_file && !by_command) return nullptr;
    throw ConfigError("EMAIL_AUTH: a token needs xoauth2, or auth=xoauth2 in SMTP_URL");
  }
  if (by_file == by_command) {
    throw ConfigError("EMAIL_TOKEN_FILE: XOAUTH2 needs this or EMAIL_TOKEN_COMMAND, and not both");
  }
  return by_file ? smtp::token_from_file(settings.email_token_file)
                 : smtp::token_from_command(settings.email_token_command);
}

}  // namespace

sql::Database database_of(const Settings& settings) {
  auto database = chosen_database(settings);
  if (auto* const postgres = std::get_if<sql::PostgresOptions>(&database)) {
    // Every process over one database needs the same; one made in DATA_DIR would be this machine's.
    if (settings.secret_key.empty()) {
      throw ConfigError("SECRET_KEY: PostgreSQL needs one, of 32 bytes at least");
    }
    postgres->connections = settings.database_connections;
  }
  return database;
}

void check_place(const sql::Database& database) {
  try {
    sql::check_place(database);
  } catch (const std::invalid_argument& error) {
    throw ConfigError(std::string{"DATABASE_URL, DATA_DIR: "} + error.what());
  }
}

bool is_missing(const sql::Database& database) {
  const auto* const sqlite = std::get_if<sql::SqliteOptions>(&database);
  std::error_code error;
  return sqlite != nullptr && !std::filesystem::exists(sqlite->path, error) && !error;
}

void check_there(const sql::Database& database) {
  if (!is_missing(database)) return;
  throw ConfigError(
      "DATABASE_URL, DATA_DIR: there is no " + name_of(database) +
      "; `serve` and `migrate` create it. Set both as for the server, or change to the "
      "folder that it was started in");
}

void fail_with_place(const Settings& settings, const sql::Database& database) {
  const bool is_postgres = std::holds_alternative<sql::PostgresOptions>(database);
  const auto* const names = !settings.database_url.empty() ? "DATABASE_URL"
                            : is_postgres                  ? "DB_HOST, DB_NAME"
                                                           : "DATA_DIR";
  const auto place = std::string{names} + ": " + name_of(database) + ": ";
  try {
    throw;
  } catch (const std::runtime_error& failure) {
    throw std::runtime_error(place + failure.what());
  }
}

std::optional<redis::RedisOptions> redis_of(const Settings& settings) {
  if (!settings.redis_url.empty()) {
    return parsed("REDIS_URL", settings.redis_url, redis::parse_redis_url);
  }
  const auto* const host = old_value(settings, "REDIS_HOST");
  if (host == nullptr) {
    refuse_parts(settings, {"REDIS_PASSWORD"}, "REDIS_HOST");
    return std::nullopt;
  }
  redis::RedisOptions options;
  options.host = *host;
  options.port = old_number(settings, "REDIS_PORT", options.port);
  options.database = old_number(settings, "REDIS_DB", options.database);
  if (const auto* const password = old_value(settings, "REDIS_PASSWORD")) {
    options.password = Secret{*password};
  }
  return options;
}

std::optional<smtp::SmtpOptions> smtp_of(const Settings& settings) {
  std::optional<smtp::SmtpOptions> options;
  if (!settings.smtp_url.empty()) {
    options = parsed("SMTP_URL", settings.smtp_url, smtp::parse_smtp_url);
    if (old_login(settings).value_or(options->login) != options->login) {
      throw ConfigError("EMAIL_AUTH: SMTP_URL sets another login; put auth=xoauth2 into the URL");
    }
  } else if (const auto* const host = old_value(settings, "EMAIL_HOST")) {
    options = smtp_of_old_names(settings, *host);
  }
  if (!options) {
    // Who names a folder has said where mails go.
    if (settings.mail_folder.empty()) {
      refuse_parts(settings, {"EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_AUTH"},
                   "EMAIL_HOST");
      if (!settings.email_token_file.empty() || !settings.email_token_command.empty()) {
        throw ConfigError(std::string{settings.email_token_file.empty() ? "EMAIL_TOKEN_COMMAND"
                                                                        : "EMAIL_TOKEN_FILE"} +
                          ": SMTP_URL or EMAIL_HOST needs to be set, too");
      }
    }
    return options;
  }
  if (!settings.mail_folder.empty()) {
    throw ConfigError("MAIL_FOLDER: a mail server is set, too; unset one of them");
  }
  options->from = smtp::parse_sender(settings.from_email);
  options->client_name = mail_hostname_of(settings);
  options->token = token_of(settings, options->login);
  if (settings.smtp_url.empty()) check_old_login(*options);
  return options;
}

std::string mail_hostname_of(const Settings& settings) {
  if (!settings.mail_hostname.empty()) return settings.mail_hostname;
  return smtp::client_name_of(settings.public_url);
}

std::optional<std::filesystem::path> mail_folder_of(const Settings& settings) {
  if (!settings.mail_folder.empty()) return settings.mail_folder;
  if (std::holds_alternative<sql::PostgresOptions>(database_of(settings))) return std::nullopt;
  return settings.data_dir / "mail";
}

std::shared_ptr<redis::RedisClient> make_redis(const Settings& settings) {
  auto options = redis_of(settings);
  try {
    return options ? redis::make_redis_client(*std::move(options)) : nullptr;
  } catch (const std::invalid_argument& error) {
    throw ConfigError((settings.redis_url.empty() ? "REDIS_HOST: " : "REDIS_URL: ") +
                      std::string{error.what()});
  }
}

std::unique_ptr<Mailer> make_mailer(const Settings& settings) {
  auto options = smtp_of(settings);
  try {
    return options ? smtp::make_smtp_mailer(*std::move(options)) : nullptr;
  } catch (const std::invalid_argument& error) {
    throw ConfigError((settings.smtp_url.empty() ? "EMAIL_HOST: " : "SMTP_URL: ") +
                      std::string{error.what()});
  }
}

void check_settings(const Settings& settings, Mails mails) {
  check_secret_keys(settings);
  static_cast<void>(database_of(settings));
  static_cast<void>(make_redis(settings));
  static_cast<void>(make_mailer(settings));
  if (mails == Mails::delivered) check_mail_place(settings);
}

void check_mail_place(const Settings& settings) {
  if (smtp_of(settings) || mail_folder_of(settings)) return;
  throw ConfigError(
      "SMTP_URL: PostgreSQL needs a mail server (this or EMAIL_HOST), or MAIL_FOLDER to write "
      "mails to");
}

}  // namespace coffeeauth::server
