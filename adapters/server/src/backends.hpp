#pragma once
/// Which database, cache and mail server the settings ask for.

#include <memory>
#include <optional>
#include <string>

#include "coffeeauth/ports/mailer.hpp"
#include "coffeeauth/redis/redis.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "coffeeauth/sql/database.hpp"
#include "settings.hpp"

namespace coffeeauth::server {

/// What DATABASE_URL, or the old names DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD, ask for;
/// a SQLite file in DATA_DIR when none is set. Touches nothing. Throws ConfigError with a line that
/// names the setting and holds no part of a URL.
[[nodiscard]] sql::Database database_of(const Settings& settings);

/// Throws ConfigError where no file of SQLite can be, which the database itself could only call a
/// failure.
void check_place(const sql::Database& database);

/// Whether it is a file of SQLite that is not there yet.
[[nodiscard]] bool is_missing(const sql::Database& database);

/// Throws ConfigError when is_missing().
void check_there(const sql::Database& database);

/// Throws the exception that is being handled as a std::runtime_error, with the settings that chose
/// the database and its name before it.
[[noreturn]] void fail_with_place(const Settings& settings, const sql::Database& database);

/// What REDIS_URL, or the old names REDIS_HOST, REDIS_PORT, REDIS_PASSWORD and REDIS_DB, ask for;
/// nothing when none is set. Throws as database_of().
[[nodiscard]] std::optional<redis::RedisOptions> redis_of(const Settings& settings);

/// The client of redis_of(), or null; connects to nothing yet. Throws as database_of(), also when a
/// file that the settings name cannot be read.
[[nodiscard]] std::shared_ptr<redis::RedisClient> make_redis(const Settings& settings);

/// What SMTP_URL, or the old names EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS, EMAIL_USE_SSL,
/// EMAIL_HOST_USER, EMAIL_HOST_PASSWORD and EMAIL_AUTH, ask for; nothing when none is set. Throws
/// as database_of().
[[nodiscard]] std::optional<smtp::SmtpOptions> smtp_of(const Settings& settings);

/// The mailer of smtp_of(), or null; connects to nothing yet. Throws as make_redis().
[[nodiscard]] std::unique_ptr<Mailer> make_mailer(const Settings& settings);

/// Whether a process delivers mails.
enum class Mails { left_to_others, delivered };

/// Makes what can be made of the settings without touching a database, a server or a folder, and
/// drops it again: what it does not refuse, the start does not refuse either. Throws ConfigError.
void check_settings(const Settings& settings, Mails mails);

/// Throws ConfigError where neither a mail server nor a folder is there for mails.
void check_mail_place(const Settings& settings);

/// What this host calls itself to mail servers: MAIL_HOSTNAME, or the host of PUBLIC_URL where that
/// is a name; empty for the domain of the sender.
[[nodiscard]] std::string mail_hostname_of(const Settings& settings);

/// Where mails go when smtp_of() is nothing: MAIL_FOLDER, or a folder in DATA_DIR beside SQLite.
/// Nothing over PostgreSQL without MAIL_FOLDER: a service that has outgrown one file must not lose
/// its mails in a container's folder unnoticed.
[[nodiscard]] std::optional<std::filesystem::path> mail_folder_of(const Settings& settings);

}  // namespace coffeeauth::server
