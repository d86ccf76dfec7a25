// postgresql://user:password@host:port/database?sslmode=require&connect_timeout=5
// The form of libpq (PostgreSQL 15, chapter 34.1.1.2), less the lists of hosts.

#include <charconv>
#include <stdexcept>

#include "coffeeauth/sql/sql.hpp"

namespace coffeeauth::sql {
namespace {

// No text of these holds a part of the URL: the password may be in any of them by mistake.
[[noreturn]] void refuse(const char* what) {
  throw std::invalid_argument(std::string("the URL of the data base ") + what);
}

// Splits at the first `separator`; all is in the first half when there is none.
struct Halves {
  std::string_view first;
  std::string_view second;
  bool found;
};
Halves split(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}, false};
  return {text.substr(0, at), text.substr(at + 1), true};
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  refuse("has a percent sign without two hexadecimal digits behind it");
}

std::string decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) refuse("has a percent sign without two hexadecimal digits behind it");
    const char c = static_cast<char>(16 * hex_value(text[i + 1]) + hex_value(text[i + 2]));
    if (c == '\0') refuse("holds a NUL");
    decoded += c;
    i += 2;
  }
  return decoded;
}

template <class Number>
Number number(std::string_view text, Number least, Number most, const char* otherwise) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc{} || result.ptr != end || value < least || value > most) {
    refuse(otherwise);
  }
  return value;
}

void read_port(PostgresOptions& options, std::string_view text) {
  options.port = number<std::uint16_t>(text, 1, 65535, "has no port from 1 to 65535");
}

void read_host(PostgresOptions& options, std::string_view text) {
  if (text.find(',') != std::string_view::npos) refuse("names several hosts");
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const auto [address, rest, closed] = split(text.substr(1), ']');
    if (!closed || (!rest.empty() && rest.front() != ':')) refuse("has a malformed address");
    options.host = std::string(address);
    has_port = !rest.empty();
    port = has_port ? rest.substr(1) : rest;
  } else {
    const auto halves = split(text, ':');
    // A folder of a socket is percent-encoded here.
    if (!halves.first.empty()) options.host = decode(halves.first);
    has_port = halves.found;
    port = halves.second;
  }
  if (has_port && !port.empty()) read_port(options, port);
}

void read_parameter(PostgresOptions& options, std::string_view name, const std::string& value) {
  if (name == "sslmode") {
    options.sslmode = value;
  } else if (name == "sslrootcert") {
    options.sslrootcert = value;
  } else if (name == "host") {
    if (value.empty()) refuse("names no host");
    options.host = value;
  } else if (name == "port") {
    read_port(options, value);
  } else if (name == "connect_timeout") {
    options.connect_timeout =
        std::chrono::seconds{number<int>(value, 1, 600, "has no connect_timeout from 1 to 600 s")};
  } else {
    refuse("has a parameter other than sslmode, sslrootcert, host, port, connect_timeout");
  }
}

}  // namespace

PostgresOptions parse_postgres_url(std::string_view url) {
  PostgresOptions options;
  const std::string_view schemes[] = {"postgresql://", "postgres://"};
  std::string_view rest;
  for (const auto scheme : schemes) {
    if (url.starts_with(scheme)) rest = url.substr(scheme.size());
  }
  if (rest.empty()) refuse("does not begin with postgresql:// and a server");

  const auto [location, query, has_query] = split(rest, '?');
  const auto [authority, path, has_path] = split(location, '/');
  // The last one: a password that was not encoded may hold others.
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const auto [user, password, has_password] = split(authority.substr(0, at), ':');
    options.user = decode(user);
    if (has_password) options.password = Secret(decode(password));
  }
  const auto host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  if (!host.empty()) read_host(options, host);
  options.database = decode(path);

  for (auto left = query; !left.empty();) {
    const auto [pair, next, more] = split(left, '&');
    const auto [name, value, has_value] = split(pair, '=');
    if (!has_value) refuse("has a parameter without a value");
    read_parameter(options, name, decode(value));
    left = next;
  }
  if (options.user.empty()) refuse("names no user");
  if (options.database.empty()) refuse("names no data base");
  return options;
}

}  // namespace coffeeauth::sql
