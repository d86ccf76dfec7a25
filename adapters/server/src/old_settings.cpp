#include <optional>
#include <utility>

#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/url.hpp"
#include "setting_table.hpp"

namespace coffeeauth::server {
namespace {

/// A name of the service that this one replaces; `read` gives the value as it is kept.
Setting old_setting(std::string_view name, std::string_view description,
                    std::optional<std::string> (*read)(std::string_view),
                    std::string_view expects) {
  return {name, description,
          [name, read](Settings& s, std::string_view text) {
            auto value = read(text);
            if (value) s.old_names[std::string{name}] = *std::move(value);
            return value.has_value();
          },
          [name](const Settings& s) -> std::string {
            const auto found = s.old_names.find(name);
            return found == s.old_names.end() ? std::string{} : found->second;
          },
          expects};
}

Setting old_text(std::string_view name, std::string_view description) {
  return old_setting(
      name, description, [](std::string_view text) { return std::optional{std::string{text}}; },
      "some text");
}

Setting old_secret(std::string_view name, std::string_view description) {
  auto setting = old_text(name, description);
  setting.get = [name](const Settings& s) -> std::string {
    return s.old_names.contains(name) ? "********" : "";
  };
  setting.secret = true;
  return setting;
}

Setting old_host(std::string_view name, std::string_view description) {
  return old_setting(
      name, description, [](std::string_view text) { return parse_host(trim_blanks(text)); },
      "a host name or an address");
}

Setting old_port(std::string_view name, std::string_view description) {
  return old_setting(
      name, description,
      [](std::string_view text) -> std::optional<std::string> {
        std::uint16_t port = 0;
        if (!read_number<std::uint16_t>(text, port, 1, 65'535)) return std::nullopt;
        return std::to_string(port);
      },
      "1 to 65535");
}

Setting old_switch(std::string_view name, std::string_view description) {
  return old_setting(
      name, description,
      [](std::string_view text) -> std::optional<std::string> {
        const auto value = parse_switch(text);
        if (!value) return std::nullopt;
        return *value ? "true" : "false";
      },
      "true or false");
}

/// A host, or the folder of PostgreSQL's socket.
std::optional<std::string> read_database_host(std::string_view text) {
  text = trim_blanks(text);
  return text.starts_with('/') ? std::optional{std::string{text}} : parse_host(text);
}

std::optional<std::string> read_redis_database(std::string_view text) {
  std::uint32_t number = 0;
  if (!read_number<std::uint32_t>(text, number, 0, 65'535)) return std::nullopt;
  return std::to_string(number);
}

std::optional<std::string> read_login(std::string_view text) {
  for (const std::string_view login : {"password", "xoauth2"}) {
    if (is_word(text, login)) return std::string{login};
  }
  return std::nullopt;
}

}  // namespace

void add_old_settings(std::vector<Setting>& out) {
  out.push_back(old_text("DB_USER", "As part of DATABASE_URL: user of PostgreSQL."));
  out.push_back(old_secret("DB_PASSWORD", "As part of DATABASE_URL: password."));
  out.push_back(old_text("DB_NAME", "As part of DATABASE_URL: database."));
  out.push_back(old_setting("DB_HOST", "As part of DATABASE_URL: host.", read_database_host,
                            "a host name, an address or the folder of a socket"));
  out.push_back(old_port("DB_PORT", "As part of DATABASE_URL: port."));
  out.push_back(old_host("REDIS_HOST", "As part of REDIS_URL: host."));
  out.push_back(old_port("REDIS_PORT", "As part of REDIS_URL: port."));
  out.push_back(old_secret("REDIS_PASSWORD", "As part of REDIS_URL: password."));
  out.push_back(old_setting("REDIS_DB", "As part of REDIS_URL: number of the database.",
                            read_redis_database, "0 to 65535"));
  out.push_back(old_host("EMAIL_HOST", "As part of SMTP_URL: host."));
  out.push_back(old_port("EMAIL_PORT", "As part of SMTP_URL: port."));
  out.push_back(old_switch("EMAIL_USE_TLS", "As part of SMTP_URL: whether STARTTLS is used."));
  out.push_back(
      old_switch("EMAIL_USE_SSL", "As part of SMTP_URL: whether TLS begins at once (port 465)."));
  out.push_back(old_text("EMAIL_HOST_USER", "As part of SMTP_URL: user."));
  out.push_back(old_secret("EMAIL_HOST_PASSWORD", "As part of SMTP_URL: password."));
  out.push_back(old_setting("EMAIL_AUTH",
                            "As part of SMTP_URL: password (also when unset) or xoauth2.",
                            read_login, "password or xoauth2"));
}

}  // namespace coffeeauth::server
