#include "setting_table.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

#include "coffeeauth/network_address.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "coffeeauth/url.hpp"

namespace coffeeauth::server {
namespace {

using namespace std::chrono_literals;
using Fields = std::vector<ConfigField>;

constexpr std::size_t most_connections = 100'000;

/// What a bearer token may be made of (RFC 6750 2.1).
bool is_operator_token(std::string_view text) {
  return text.size() >= 16 && text.size() <= 256 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view{"-._~+/"}.find(c) != std::string_view::npos;
         });
}

std::optional<std::string> read_anything(std::string_view text) { return std::string{text}; }

std::optional<std::string> read_host(std::string_view text) {
  return parse_host(trim_blanks(text));
}

std::optional<std::string> read_network(std::string_view text) {
  try {
    static_cast<void>(NetworkRange{text});
    return std::string{text};
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

std::optional<std::string> read_origin(std::string_view text) {
  return text == "*" ? std::string{text} : parse_origin(text);
}

std::optional<std::string> read_public_url(std::string_view text) {
  try {
    return PublicUrl::parse(trim_blanks(text)).str();
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

std::optional<std::string> read_sender(std::string_view text) {
  try {
    static_cast<void>(smtp::parse_sender(text));
    return std::string{text};
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

std::optional<std::string> read_client_name(std::string_view text) {
  return smtp::is_client_name(text) ? std::optional{std::string{text}} : std::nullopt;
}

ConfigField folder_field(std::string name, std::string description, std::filesystem::path& value) {
  return {.name = std::move(name),
          .description = std::move(description),
          .expects = "a folder",
          .get = [&value] { return value.string(); },
          .set =
              [&value](std::string_view text) {
                if (text.empty()) return false;
                value = std::filesystem::path{text};
                return true;
              }};
}

ConfigField mail_templates_field(std::filesystem::path& value) {
  auto made =
      folder_field("MAIL_TEMPLATES",
                   "A folder with your own mails, `<language>/<kind>.txt` and `.html`, which "
                   "replace the library's; see the guide to mails.",
                   value);
  // Empty for none.
  made.set = [&value](std::string_view text) {
    value = std::filesystem::path{text};
    return true;
  };
  return made;
}

/// A URL of a part, whose adapter says what is wrong with it, and more exactly.
ConfigField part_url_field(std::string name, std::string description, std::string& value) {
  auto made = url_field(std::move(name), std::move(description), value);
  made.check = nullptr;
  return made;
}

/// A host to listen on.
ConfigField host_field(std::string name, std::string description, std::string& value) {
  return field(std::move(name), std::move(description), value, read_host,
               "a host name or an address");
}

/// Networks in CIDR notation, with commas.
ConfigField networks_field(std::string name, std::string description,
                           std::vector<std::string>& value) {
  return field(std::move(name), std::move(description), value, read_network,
               "networks such as 10.0.0.0/8, with commas");
}

ConfigField secret_key_field(Secret& value) {
  auto made = field(
      "SECRET_KEY",
      "At least 32 bytes; keys the hashes of codes and tokens, and encrypts the signing "
      "keys. With SQLite, created in DATA_DIR when unset; required with PostgreSQL. "
      "DJANGO_SECRET_KEY is read too.",
      value, [](std::string_view text) { return text.size() >= 32; }, "32 bytes at least");
  made.older_name = "DJANGO_SECRET_KEY";
  return made;
}

ConfigField token_command_field(std::string& value) {
  auto made =
      field("EMAIL_TOKEN_COMMAND",
            "With EMAIL_AUTH=xoauth2: shell command whose first line of output is the bearer "
            "token; run again when the token is rejected.",
            value, read_anything, "a command");
  // It may hold a client's secret.
  made.get = [&value] { return std::string{value.empty() ? "" : masked_text}; };
  return made;
}

void add_storage(Fields& out, Settings& s) {
  out.push_back(folder_field("DATA_DIR", "Folder for the database, the mails and the secret key.",
                             s.data_dir));
  out.push_back(
      part_url_field("DATABASE_URL",
                     "`sqlite:///relative/path`, `sqlite:////absolute/path` or "
                     "`postgresql://user:password@host:port/name`; SQLite in DATA_DIR when unset.",
                     s.database_url));
  out.push_back(field("DATABASE_CONNECTIONS", "Maximum connections of this process to PostgreSQL.",
                      s.database_connections, {1, 1'000}));
  out.push_back(part_url_field(
      "REDIS_URL", "`redis://host`; cache and limits in memory when unset.", s.redis_url));
  out.push_back(part_url_field(
      "SMTP_URL", "`smtp://host:587`; with SQLite, mails go to DATA_DIR/mail when unset.",
      s.smtp_url));
  out.push_back(secret_key_field(s.secret_key));
  out.push_back(field(
      "SECRET_KEY_PREVIOUS",
      "Previous secret keys, comma-separated; in SECRET_KEY_PREVIOUS_FILE one per line. What was "
      "made with them stays valid. While the key is changed, also the next key: see "
      "operations.md.",
      s.previous_secret_keys,
      [](std::string_view key) { return key.size() >= SecretKeys::min_size; },
      "keys of 32 bytes at least, with commas"));
}

void add_network(Fields& out, Settings& s) {
  out.push_back(host_field("HTTP_HOST", "Address to listen on.", s.http_host));
  out.push_back(
      field("HTTP_PORT", "Port to listen on; 0 for any free one.", s.http_port, {0, 65'535}));
  out.push_back(
      field("HTTP_IDLE_TIMEOUT",
            "How long a connection may be idle between requests; 1s to 1h. Must be longer "
            "than in the proxy in front (nginx and AWS 60s, Google Cloud 10min).",
            s.http_idle_timeout, {1s, 1h}));
  out.push_back(host_field("METRICS_HOST",
                           "Address that worker and scheduler listen on; see METRICS_PORT.",
                           s.metrics_host));
  out.push_back(field("METRICS_PORT",
                      "Port on which worker and scheduler answer /healthz, /readyz and /metrics; 0 "
                      "for any free one. None when unset.",
                      s.metrics_port, {0, 65'535}));
  out.push_back(field("MAX_CONNECTIONS",
                      "Maximum concurrent connections; further ones are answered 503.",
                      s.max_connections, {1, most_connections}));
  out.push_back(
      field("MAX_CONNECTIONS_PER_ADDRESS",
            "Maximum concurrent connections from one IP address (IPv6 by /64; "
            "IPV6_56_FACTOR and IPV6_48_FACTOR times as many for a /56 and a /48, at most "
            "a quarter and half of MAX_CONNECTIONS).",
            s.max_connections_per_address, {1, most_connections}));
  out.push_back(networks_field(
      "TRUSTED_PROXIES", "Networks whose X-Forwarded-For is trusted, as comma-separated CIDR.",
      s.trusted_proxies));
  out.push_back(networks_field("OPERATOR_NETWORKS",
                               "Networks that may read /readyz and /metrics, as comma-separated "
                               "CIDR; loopback is not included by default.",
                               s.operator_networks));
  out.push_back(field("OPERATOR_TOKEN",
                      "Bearer token that opens /readyz and /metrics from anywhere; at least 16 "
                      "letters, digits and -._~+/.",
                      s.operator_token, is_operator_token, "16 to 256 letters, digits and -._~+/"));
  out.push_back(
      field("PUBLIC_URL",
            "The public URL of the service, such as `https://example.com/auth`, shown in "
            "the OpenAPI document and used in links of lists and mails. It is never taken "
            "from a request's Host.",
            s.public_url, read_public_url,
            "https://host or https://host/path (http for loopback only), without a "
            "query"));
  out.push_back(
      field("CORS_ORIGINS", "Origins whose pages may call the API from a browser; * for all.",
            s.cors_origins, read_origin, "origins such as https://app.example, with commas, or *"));
}

void add_mail(Fields& out, Settings& s) {
  out.push_back(
      field("PASSWORD_MIN_STRENGTH",
            "Minimum strength of a new password, as zxcvbn estimates it: 0 for any but a common "
            "one, 1 for 10^3 guesses, 2 for 10^6, 3 for 10^8, 4 for 10^10.",
            s.password_min_strength, {0, 4}));
  out.push_back(field("DEFAULT_FROM_EMAIL", "The sender of mails: an address or `Name <address>`.",
                      s.from_email, read_sender, "an address"));
  out.push_back(field("MAIL_HOSTNAME",
                      "This host's name for EHLO and Message-IDs, or its IP address in brackets; "
                      "when unset, the host of PUBLIC_URL or the domain of DEFAULT_FROM_EMAIL.",
                      s.mail_hostname, read_client_name,
                      "a host name with a dot, as mail.example.com, or an address in brackets, as "
                      "[192.0.2.1]"));
  out.push_back(
      folder_field("MAIL_FOLDER",
                   "Writes mails to this folder instead of sending them; with PostgreSQL, "
                   "set this or a mail server.",
                   s.mail_folder));
  out.push_back(mail_templates_field(s.mail_templates));
  out.push_back(field("EMAIL_TOKEN_FILE",
                      "With EMAIL_AUTH=xoauth2: file whose first line is the bearer token, read "
                      "again for each login.",
                      s.email_token_file, read_anything, "a file"));
  out.push_back(token_command_field(s.email_token_command));
  out.push_back(field("DEV_MAIL",
                      "Whether the mails in the folder are shown at /dev/mail, to holders of the "
                      "link that is printed at start-up.",
                      s.dev_mail));
}

void add_log(Fields& out, Settings& s) {
  out.push_back(field(
      "LOG_FORMAT", "json, text, or auto: text on a terminal, else json.", s.log_format,
      {{"auto", LogFormat::automatic}, {"json", LogFormat::json}, {"text", LogFormat::text}}));
  out.push_back(field("LOG_LEVEL", "debug, info, warning or error.", s.log_level,
                      {{"debug", LogLevel::debug},
                       {"info", LogLevel::info},
                       {"warning", LogLevel::warning},
                       {"error", LogLevel::error}}));
  out.push_back(field("ACCESS_LOG", "Whether every request is logged.", s.access_log));
}

}  // namespace

std::vector<ConfigField> server_fields(Settings& settings) {
  Fields out;
  add_storage(out, settings);
  add_network(out, settings);
  add_mail(out, settings);
  add_log(out, settings);
  add_old_fields(out, settings);
  return out;
}

std::vector<ConfigField> program_fields(Settings& settings, std::vector<ConfigField> rooms) {
  auto out = server_fields(settings);
  auto policy = config_fields(settings.policy);
  out.insert(out.end(), std::make_move_iterator(policy.begin()),
             std::make_move_iterator(policy.end()));
  out.insert(out.end(), std::make_move_iterator(rooms.begin()),
             std::make_move_iterator(rooms.end()));
  return out;
}

}  // namespace coffeeauth::server
