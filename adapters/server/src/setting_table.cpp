#include "setting_table.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/network_address.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "coffeeauth/url.hpp"

namespace coffeeauth::server {
namespace {

using namespace std::chrono_literals;

/// What a bearer token may be made of (RFC 6750 2.1).
bool is_operator_token(std::string_view text) {
  return text.size() >= 16 && text.size() <= 256 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view{"-._~+/"}.find(c) != std::string_view::npos;
         });
}

bool read_switch(std::string_view text, bool& out) {
  const auto value = parse_switch(text);
  if (value) out = *value;
  return value.has_value();
}

template <class Enum, std::size_t Size>
bool read_word(std::string_view text, Enum& out,
               const std::array<std::pair<std::string_view, Enum>, Size>& words) {
  for (const auto& [word, value] : words) {
    if (!is_word(text, word)) continue;
    out = value;
    return true;
  }
  return false;
}

template <class Enum, std::size_t Size>
std::string word_of(Enum value, const std::array<std::pair<std::string_view, Enum>, Size>& words) {
  for (const auto& [word, known] : words) {
    if (known == value) return std::string{word};
  }
  return {};
}

constexpr std::array<std::pair<std::string_view, LogFormat>, 3> formats{
    {{"auto", LogFormat::automatic}, {"json", LogFormat::json}, {"text", LogFormat::text}}};
constexpr std::array<std::pair<std::string_view, LogLevel>, 4> levels{
    {{"debug", LogLevel::debug},
     {"info", LogLevel::info},
     {"warning", LogLevel::warning},
     {"error", LogLevel::error}}};

/// Values with commas between them, each as `read` makes it.
Setting list_setting(std::string_view name, std::string_view description,
                     std::vector<std::string> Settings::*member,
                     std::optional<std::string> (*read)(std::string_view),
                     std::string_view expects) {
  return {name, description,
          [member, read](Settings& s, std::string_view text) {
            std::vector<std::string> values;
            for (const auto& part : parse_list(text)) {
              auto value = read(part);
              if (!value) return false;
              values.push_back(*std::move(value));
            }
            s.*member = std::move(values);
            return true;
          },
          [member](const Settings& s) { return join(s.*member); }, expects};
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

/// Networks in CIDR notation, with commas.
Setting networks_setting(std::string_view name, std::string_view description,
                         std::vector<std::string> Settings::*member) {
  return list_setting(name, description, member, read_network,
                      "networks such as 10.0.0.0/8, with commas");
}

Setting count_setting(std::string_view name, std::string_view description,
                      std::size_t Settings::*member, std::size_t most, std::string_view expects) {
  return {name, description,
          [member, most](Settings& s, std::string_view text) {
            return read_number<std::size_t>(text, s.*member, 1, most);
          },
          [member](const Settings& s) { return std::to_string(s.*member); }, expects};
}

Setting count_setting(std::string_view name, std::string_view description,
                      std::size_t Settings::*member) {
  return count_setting(name, description, member, 100'000, "1 to 100000");
}

Setting switch_setting(std::string_view name, std::string_view description,
                       bool Settings::*member) {
  return {name, description,
          [member](Settings& s, std::string_view text) { return read_switch(text, s.*member); },
          [member](const Settings& s) { return s.*member ? "true" : "false"; }, "true or false"};
}

Setting url_setting(std::string_view name, std::string_view description,
                    std::string Settings::*member) {
  return {name,
          description,
          [member](Settings& s, std::string_view text) {
            s.*member = trim_blanks(text);
            return true;
          },
          [member](const Settings& s) { return masked_url(s.*member); },
          "a URL",
          true};
}

Setting public_url_setting() {
  return {
      "PUBLIC_URL",
      "The URL where clients reach the service, such as `https://example.com/auth`: the OpenAPI "
      "document shows it and the links of lists begin with it. It is never taken from a "
      "request's Host.",
      [](Settings& s, std::string_view text) {
        try {
          s.public_url = PublicUrl::parse(trim_blanks(text)).str();
          return true;
        } catch (const std::invalid_argument&) {
          return false;
        }
      },
      [](const Settings& s) { return s.public_url; },
      "https://host or https://host/path (http for loopback only), without a query"};
}

void add_storage(std::vector<Setting>& out) {
  out.push_back({"DATA_DIR", "Folder that holds the database, the mails and the secret key.",
                 [](Settings& s, std::string_view text) {
                   s.data_dir = std::filesystem::path{text};
                   return !text.empty();
                 },
                 [](const Settings& s) { return s.data_dir.string(); }, "a folder"});
  out.push_back({"DATABASE_URL",
                 "`sqlite:///relative/path`, `sqlite:////absolute/path` or "
                 "`postgresql://user:password@host:port/name`; SQLite in DATA_DIR when unset.",
                 [](Settings& s, std::string_view text) {
                   s.database_url = trim_blanks(text);
                   return true;
                 },
                 [](const Settings& s) { return masked_url(s.database_url); }, "a URL", true});
  out.push_back(count_setting("DATABASE_CONNECTIONS",
                              "Connections to PostgreSQL that this process opens at most.",
                              &Settings::database_connections, 1'000, "1 to 1000"));
  out.push_back(url_setting("REDIS_URL", "`redis://host`; cache and limits in memory when unset.",
                            &Settings::redis_url));
  out.push_back(url_setting("SMTP_URL",
                            "`smtp://host:587`; with SQLite, mails go to DATA_DIR/mail when unset.",
                            &Settings::smtp_url));
  out.push_back({"SECRET_KEY",
                 "32 bytes at least; keys the hashes of codes and tokens, and encrypts the signing "
                 "keys. With SQLite, made in DATA_DIR when unset; PostgreSQL needs one. "
                 "DJANGO_SECRET_KEY is read too.",
                 [](Settings& s, std::string_view text) {
                   s.secret_key = Secret{text};
                   return text.size() >= 32;
                 },
                 [](const Settings& s) { return s.secret_key.empty() ? "" : "********"; },
                 "32 bytes at least", true, "DJANGO_SECRET_KEY"});
}

void add_network(std::vector<Setting>& out) {
  out.push_back({"HTTP_HOST", "Address to listen on.",
                 [](Settings& s, std::string_view text) {
                   auto host = parse_host(trim_blanks(text));
                   if (host) s.http_host = *std::move(host);
                   return host.has_value();
                 },
                 [](const Settings& s) { return s.http_host; }, "a host name or an address"});
  out.push_back({"HTTP_PORT", "Port to listen on; 0 for any free one.",
                 [](Settings& s, std::string_view text) {
                   return read_number<std::uint16_t>(text, s.http_port, 0, 65'535);
                 },
                 [](const Settings& s) { return std::to_string(s.http_port); }, "0 to 65535"});
  out.push_back({"HTTP_IDLE_TIMEOUT",
                 "How long a connection may rest between two requests; 1s to 1h. Longer than the "
                 "proxy in front keeps it (nginx and AWS 60s, Google Cloud 10min).",
                 [](Settings& s, std::string_view text) {
                   const auto read = parse_duration(text);
                   if (!read || *read < 1s || *read > 1h) return false;
                   s.http_idle_timeout = *read;
                   return true;
                 },
                 [](const Settings& s) { return to_duration_text(s.http_idle_timeout); },
                 "a duration of 1s to 1h"});
  out.push_back({"METRICS_HOST", "Address that worker and scheduler listen on, see METRICS_PORT.",
                 [](Settings& s, std::string_view text) {
                   auto host = parse_host(trim_blanks(text));
                   if (host) s.metrics_host = *std::move(host);
                   return host.has_value();
                 },
                 [](const Settings& s) { return s.metrics_host; }, "a host name or an address"});
  out.push_back({"METRICS_PORT",
                 "Port on which worker and scheduler answer /healthz, /readyz and /metrics; 0 for "
                 "any free one. None when unset.",
                 [](Settings& s, std::string_view text) {
                   std::uint16_t port = 0;
                   if (!read_number<std::uint16_t>(text, port, 0, 65'535)) return false;
                   s.metrics_port = port;
                   return true;
                 },
                 [](const Settings& s) {
                   return s.metrics_port ? std::to_string(*s.metrics_port) : std::string{};
                 },
                 "0 to 65535"});
  out.push_back(count_setting("MAX_CONNECTIONS", "Connections at once; more are answered 503.",
                              &Settings::max_connections));
  out.push_back(count_setting("MAX_CONNECTIONS_PER_ADDRESS",
                              "The same for one address (IPv6 by /64; IPV6_56_FACTOR and "
                              "IPV6_48_FACTOR times as many for a /56 and a /48, at most a "
                              "quarter and half of MAX_CONNECTIONS).",
                              &Settings::max_connections_per_address));
  out.push_back(networks_setting("TRUSTED_PROXIES",
                                 "Networks whose X-Forwarded-For is believed, as CIDR with commas.",
                                 &Settings::trusted_proxies));
  out.push_back(
      networks_setting("OPERATOR_NETWORKS",
                       "Networks that may read /readyz and /metrics, as CIDR with commas; "
                       "loopback is one like any other.",
                       &Settings::operator_networks));
  out.push_back({"OPERATOR_TOKEN",
                 "16 characters at least, of letters, digits and -._~+/; as bearer token it opens "
                 "/readyz and /metrics from anywhere.",
                 [](Settings& s, std::string_view text) {
                   s.operator_token = Secret{text};
                   return text.empty() || is_operator_token(text);
                 },
                 [](const Settings& s) { return s.operator_token.empty() ? "" : "********"; },
                 "16 to 256 letters, digits and -._~+/", true});
  out.push_back(public_url_setting());
  out.push_back(list_setting("CORS_ORIGINS", "Origins that browsers may call from; * for all.",
                             &Settings::cors_origins, read_origin,
                             "origins such as https://app.example, with commas, or *"));
}

void add_rest(std::vector<Setting>& out) {
  out.push_back({"DEFAULT_FROM_EMAIL", "Who the mails are from: an address or `Name <address>`.",
                 [](Settings& s, std::string_view text) {
                   try {
                     static_cast<void>(smtp::parse_sender(text));
                   } catch (const std::invalid_argument&) {
                     return false;
                   }
                   s.from_email = text;
                   return true;
                 },
                 [](const Settings& s) { return s.from_email; }, "an address"});
  out.push_back({"MAIL_HOSTNAME",
                 "This host's name, for EHLO and Message-IDs, or its address in brackets; the host "
                 "of PUBLIC_URL, or the domain of DEFAULT_FROM_EMAIL, when unset.",
                 [](Settings& s, std::string_view text) {
                   s.mail_hostname = text;
                   return smtp::is_client_name(text);
                 },
                 [](const Settings& s) { return s.mail_hostname; },
                 "a host name with a dot, as mail.example.com, or an address in brackets, as "
                 "[192.0.2.1]"});
  out.push_back({"MAIL_FOLDER",
                 "Writes mails to this folder instead of sending them; with PostgreSQL there must "
                 "be this or a mail server.",
                 [](Settings& s, std::string_view text) {
                   s.mail_folder = std::filesystem::path{text};
                   return true;
                 },
                 [](const Settings& s) { return s.mail_folder.string(); }, "a folder"});
  out.push_back({"MAIL_TEMPLATES",
                 "A folder with mails of your own, `<language>/<kind>.txt` and `.html`, over the "
                 "library's; see the guide to mails.",
                 [](Settings& s, std::string_view text) {
                   s.mail_templates = std::filesystem::path{text};
                   return true;
                 },
                 [](const Settings& s) { return s.mail_templates.string(); }, "a folder"});
  out.push_back(
      {"EMAIL_TOKEN_FILE",
       "With EMAIL_AUTH=xoauth2: file whose first line is the bearer token, read again for "
       "each login.",
       [](Settings& s, std::string_view text) {
         s.email_token_file = text;
         return true;
       },
       [](const Settings& s) { return s.email_token_file; }, "a file"});
  out.push_back({"EMAIL_TOKEN_COMMAND",
                 "With EMAIL_AUTH=xoauth2: shell command whose first line is the bearer token, run "
                 "again when one is refused.",
                 [](Settings& s, std::string_view text) {
                   s.email_token_command = text;
                   return true;
                 },
                 // It may hold a client's secret.
                 [](const Settings& s) { return s.email_token_command.empty() ? "" : "********"; },
                 "a command"});
  out.push_back(switch_setting("DEV_MAIL",
                               "Whether the mails in the folder are shown at /dev/mail, to "
                               "whoever has the link that the start prints.",
                               &Settings::dev_mail));
  out.push_back(
      {"LOG_FORMAT", "json, text, or auto: text on a terminal, else json.",
       [](Settings& s, std::string_view text) { return read_word(text, s.log_format, formats); },
       [](const Settings& s) { return word_of(s.log_format, formats); }, "auto, json or text"});
  out.push_back(
      {"LOG_LEVEL", "debug, info, warning or error.",
       [](Settings& s, std::string_view text) { return read_word(text, s.log_level, levels); },
       [](const Settings& s) { return word_of(s.log_level, levels); },
       "debug, info, warning or error"});
  out.push_back(
      switch_setting("ACCESS_LOG", "Whether every request is logged.", &Settings::access_log));
}

}  // namespace

bool is_word(std::string_view text, std::string_view lower_case) {
  text = trim_blanks(text);
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

const std::vector<Setting>& server_settings() {
  static const auto settings = [] {
    std::vector<Setting> out;
    add_storage(out);
    add_network(out);
    add_rest(out);
    add_old_settings(out);
    return out;
  }();
  return settings;
}

}  // namespace coffeeauth::server
