#include <optional>
#include <utility>

#include "coffeeauth/url.hpp"
#include "setting_table.hpp"

namespace coffeeauth::server {
namespace {

using OldNames = decltype(Settings::old_names);

/// Makes the fields of the service that this one replaces, whose values are kept by name.
class OldFields {
 public:
  OldFields(std::vector<ConfigField>& out, OldNames& values) : out_(out), values_(values) {}

  /// `read` gives the value as it is kept.
  ConfigField& add(const std::string& name, std::string description, TextReader read,
                   std::string expects) {
    ConfigField made{.name = name,
                     .description = std::move(description),
                     .expects = std::move(expects),
                     .get = [&values = values_, name]() -> std::string {
                       const auto found = values.find(name);
                       return found == values.end() ? std::string{} : found->second;
                     },
                     .set =
                         [&values = values_, name, read = std::move(read)](std::string_view text) {
                           auto value = read(text);
                           if (!value) return false;
                           values[name] = *std::move(value);
                           return true;
                         }};
    return out_.emplace_back(std::move(made));
  }

  ConfigField& text(const std::string& name, std::string description) {
    return add(
        name, std::move(description),
        [](std::string_view text) { return std::optional{std::string{text}}; }, "some text");
  }

  void secret(const std::string& name, std::string description) {
    auto& made = text(name, std::move(description));
    made.get = [&values = values_, name] {
      return std::string{values.contains(name) ? masked_text : ""};
    };
    made.secret = true;
  }

  void host(const std::string& name, std::string description) {
    add(
        name, std::move(description),
        [](std::string_view text) { return parse_host(trim_blanks(text)); },
        "a host name or an address");
  }

  void number(const std::string& name, std::string description, std::uint16_t least) {
    add(
        name, std::move(description),
        [least](std::string_view text) -> std::optional<std::string> {
          const auto number = parse_number<std::uint16_t>(text, least);
          return number ? std::optional{std::to_string(*number)} : std::nullopt;
        },
        std::to_string(least) + " to 65535");
  }

  void port(const std::string& name, std::string description) {
    number(name, std::move(description), 1);
  }

  void on_or_off(const std::string& name, std::string description) {
    add(
        name, std::move(description),
        [](std::string_view text) -> std::optional<std::string> {
          const auto value = parse_switch(text);
          if (!value) return std::nullopt;
          return *value ? "true" : "false";
        },
        "true or false");
  }

 private:
  std::vector<ConfigField>& out_;
  OldNames& values_;
};

/// A host, or the folder of PostgreSQL's socket.
std::optional<std::string> read_database_host(std::string_view text) {
  text = trim_blanks(text);
  return text.starts_with('/') ? std::optional{std::string{text}} : parse_host(text);
}

std::optional<std::string> read_login(std::string_view text) {
  for (const std::string_view login : {"password", "xoauth2"}) {
    if (is_word(text, login)) return std::string{login};
  }
  return std::nullopt;
}

}  // namespace

void add_old_fields(std::vector<ConfigField>& out, Settings& settings) {
  OldFields old{out, settings.old_names};
  old.text("DB_USER", "As part of DATABASE_URL: user of PostgreSQL.");
  old.secret("DB_PASSWORD", "As part of DATABASE_URL: password.");
  old.text("DB_NAME", "As part of DATABASE_URL: database.");
  old.add("DB_HOST", "As part of DATABASE_URL: host.", read_database_host,
          "a host name, an address or the folder of a socket");
  old.port("DB_PORT", "As part of DATABASE_URL: port.");
  old.host("REDIS_HOST", "As part of REDIS_URL: host.");
  old.port("REDIS_PORT", "As part of REDIS_URL: port.");
  old.secret("REDIS_PASSWORD", "As part of REDIS_URL: password.");
  old.number("REDIS_DB", "As part of REDIS_URL: number of the database.", 0);
  old.host("EMAIL_HOST", "As part of SMTP_URL: host.");
  old.port("EMAIL_PORT", "As part of SMTP_URL: port.");
  old.on_or_off("EMAIL_USE_TLS", "As part of SMTP_URL: whether STARTTLS is used.");
  old.on_or_off("EMAIL_USE_SSL", "As part of SMTP_URL: whether TLS begins at once (port 465).");
  old.text("EMAIL_HOST_USER", "As part of SMTP_URL: user.");
  old.secret("EMAIL_HOST_PASSWORD", "As part of SMTP_URL: password.");
  old.add("EMAIL_AUTH", "As part of SMTP_URL: password (also when unset) or xoauth2.", read_login,
          "password or xoauth2");
}

}  // namespace coffeeauth::server
