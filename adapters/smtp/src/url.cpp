#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "address.hpp"
#include "coffeeauth/smtp/smtp.hpp"

namespace coffeeauth::smtp {
namespace {

/// What it says is fixed: a part of the URL that is not understood may be a part of the password.
[[noreturn]] void fail(const char* what) { throw std::invalid_argument(what); }

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const auto high = at + 2 < text.size() ? hex_digit(text[at + 1]) : std::nullopt;
    const auto low = at + 2 < text.size() ? hex_digit(text[at + 2]) : std::nullopt;
    if (!high || !low) fail("expected two hexadecimal digits after each %");
    out += static_cast<char>(*high * 16 + *low);
    at += 2;
  }
  return out;
}

/// The part before `mark`, which is taken off `rest` together with it; all of it without one.
std::string_view take_until(std::string_view& rest, char mark) {
  const auto at = rest.find(mark);
  const auto part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return part;
}

void read_login(std::string_view text, SmtpOptions& options) {
  const auto user = take_until(text, ':');
  options.username = decoded(user);
  options.password = Secret{decoded(text)};
  if (options.username.empty() || options.password.empty()) {
    fail("expected user:password before the @, percent-encoded");
  }
}

/// True when a port was named.
bool read_host(std::string_view text, SmtpOptions& options) {
  std::string_view port;
  if (text.starts_with('[')) {
    text.remove_prefix(1);
    if (text.find(']') == std::string_view::npos) fail("expected ] after the address");
    options.host = take_until(text, ']');
    if (!text.empty() && !text.starts_with(':')) fail("expected a port after the address");
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    options.host = text.substr(0, colon);
    text.remove_prefix(colon);
  }
  if (!is_host(options.host)) fail("expected a host");
  if (text.empty()) return false;
  port = text.substr(1);
  const auto* const end = port.data() + port.size();
  const auto [at, error] = std::from_chars(port.data(), end, options.port);
  if (port.empty() || error != std::errc{} || at != end || options.port == 0) {
    fail("expected a port from 1 to 65535");
  }
  return true;
}

void read_query(std::string_view query, SmtpOptions& options) {
  while (!query.empty()) {
    auto value = take_until(query, '&');
    const auto name = take_until(value, '=');
    if (name == "ca_file" && options.ca_file.empty() && !value.empty()) {
      options.ca_file = decoded(value);
    } else if (name == "security" && value == "none" &&
               options.security == SmtpSecurity::starttls) {
      options.security = SmtpSecurity::none;
    } else {
      fail("expected no options but ca_file=/path, or security=none with smtp://");
    }
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
  SmtpOptions options;
  if (url.starts_with("smtps://")) {
    options.security = SmtpSecurity::implicit_tls;
  } else if (!url.starts_with("smtp://")) {
    fail("expected smtp://host or smtps://host");
  }
  url.remove_prefix(url.find("//") + 2);
  auto authority = take_until(url, '?');
  read_query(url, options);
  if (authority.ends_with('/')) authority.remove_suffix(1);
  // The last @: user names are often addresses, and no host holds one.
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) {
    read_login(authority.substr(0, at), options);
    authority.remove_prefix(at + 1);
  }
  if (!read_host(authority, options)) options.port = default_port(options.security);
  if (options.security == SmtpSecurity::none && !options.username.empty()) {
    fail("a password is not sent without TLS: security=none takes no user");
  }
  return options;
}

}  // namespace coffeeauth::smtp
