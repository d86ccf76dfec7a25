// postgresql://user:password@host:port/database?sslmode=require&connect_timeout=5
// The form of libpq (PostgreSQL 15, chapter 34.1.1.2), less the lists of hosts.

#include <algorithm>
#include <array>
#include <stdexcept>

#include "adapters/sql/src/postgres_url.hpp"
#include "coffeeauth/sql/sql.hpp"
#include "coffeeauth/url.hpp"
#include "coffeeauth/value_text.hpp"

namespace coffeeauth::sql {
namespace {

// No text of these holds a part of the URL: the password may be in any of them by mistake.
[[noreturn]] void refuse_server_url(const char* what) {
  throw std::invalid_argument(std::string{"the URL "} + what);
}

std::uint16_t number(std::string_view text, std::uint16_t least, std::uint16_t most,
                     const char* otherwise) {
  const auto value = parse_digits<std::uint16_t>(text, least, most);
  if (!value) refuse_server_url(otherwise);
  return *value;
}

/// A host, or the folder of a socket.
std::string host(const std::string& text) {
  if (text.starts_with('/')) return text;
  auto read = parse_host(text);
  if (!read) refuse_server_url("names a host that is none");
  return *std::move(read);
}

void read_parameter(PostgresOptions& options, std::string_view name, const std::string& value) {
  if (name == "sslmode") {
    if (!is_sslmode(value)) {
      refuse_server_url(
          "has an sslmode other than disable, prefer, require, verify-ca, verify-full");
    }
    options.sslmode = value;
  } else if (name == "sslrootcert") {
    options.sslrootcert = value;
  } else if (name == "host") {
    if (value.empty()) refuse_server_url("names no host");
    options.host = host(value);
  } else if (name == "port") {
    options.port = number(value, 1, 65535, "has no port from 1 to 65535");
  } else if (name == "connect_timeout") {
    options.connect_timeout =
        std::chrono::seconds{number(value, 1, 600, "has no connect_timeout from 1 to 600 s")};
  } else {
    refuse_server_url(
        "has a parameter other than sslmode, sslrootcert, host, port, connect_timeout");
  }
}

}  // namespace

bool is_sslmode(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 5> modes{"disable", "prefer", "require", "verify-ca",
                                                  "verify-full"};
  return std::find(modes.begin(), modes.end(), text) != modes.end();
}

PostgresOptions parse_postgres_url(std::string_view url) {
  auto parts = parse_server_url(url);
  if (parts.scheme != "postgresql" && parts.scheme != "postgres") {
    refuse_server_url("does not begin with postgresql:// and a server");
  }
  if (parts.host.find(',') != std::string::npos) refuse_server_url("names several hosts");
  PostgresOptions options;
  if (!parts.host.empty()) options.host = host(parts.host);
  options.port = parts.port.value_or(options.port);
  options.user = std::move(parts.user);
  options.password = std::move(parts.password);
  options.database = std::move(parts.path);
  for (const auto& [name, value] : parts.parameters) read_parameter(options, name, value);
  if (options.user.empty()) refuse_server_url("names no user");
  if (options.database.empty()) refuse_server_url("names no database");
  return options;
}

}  // namespace coffeeauth::sql
