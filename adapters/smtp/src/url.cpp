#include <stdexcept>

#include "address.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "coffeeauth/url.hpp"

namespace coffeeauth::smtp {
namespace {

/// What it says is fixed: a part of the URL that is not understood may be a part of the password.
[[noreturn]] void fail(const char* what) { throw std::invalid_argument(what); }

void read_parameter(std::string_view name, const std::string& value, SmtpOptions& options) {
  if (name == "ca_file" && options.ca_file.empty() && !value.empty()) {
    options.ca_file = value;
  } else if (name == "security" && value == "none" && options.security == SmtpSecurity::starttls) {
    options.security = SmtpSecurity::none;
  } else if (name == "auth" && value == "xoauth2" && options.login == SmtpLogin::password) {
    options.login = SmtpLogin::xoauth2;
  } else {
    fail("expected no options but ca_file=/path, auth=xoauth2, or security=none with smtp://");
  }
}

std::uint16_t default_port(SmtpSecurity security) {
  switch (security) {
    case SmtpSecurity::starttls:
      return 587;
    case SmtpSecurity::implicit_tls:
      return 465;
    case SmtpSecurity::none:
      break;
  }
  return 25;
}

}  // namespace

SmtpOptions parse_smtp_url(std::string_view url) {
  auto parts = parse_server_url(url);
  SmtpOptions options;
  if (parts.scheme == "smtps") {
    options.security = SmtpSecurity::implicit_tls;
  } else if (parts.scheme != "smtp") {
    fail("expected smtp://host or smtps://host");
  }
  if (!is_host(parts.host) || !parts.path.empty()) fail("expected a host");
  for (const auto& [name, value] : parts.parameters) read_parameter(name, value, options);
  if (options.login == SmtpLogin::xoauth2) {
    if (parts.user.empty() || !parts.password.empty()) fail("expected user@host with auth=xoauth2");
  } else if (parts.user.empty() != parts.password.empty()) {
    fail("expected user:password before the @, percent-encoded");
  }
  options.port = parts.port.value_or(default_port(options.security));
  options.host = std::move(parts.host);
  options.username = std::move(parts.user);
  options.password = std::move(parts.password);
  if (options.security == SmtpSecurity::none && !options.username.empty()) {
    fail("a password is not sent without TLS: security=none takes no user");
  }
  return options;
}

}  // namespace coffeeauth::smtp
