// redis://user:password@host:port/database?ca_file=/path&key_prefix=name: and rediss:// for TLS, as
// the provisional registrations of both schemes at IANA have them.

#include "coffeeauth/url.hpp"

#include <stdexcept>

#include "coffeeauth/redis/redis.hpp"
#include "coffeeauth/value_text.hpp"

namespace coffeeauth::redis {
namespace {

std::uint32_t read_database(std::string_view text) {
  if (text.empty()) return 0;
  const auto number = parse_digits<std::uint32_t>(text, 0, 65'535);
  if (!number) throw std::invalid_argument("the URL has a path that is no number of a database");
  return *number;
}

}  // namespace

RedisOptions parse_redis_url(std::string_view url) {
  auto parts = parse_server_url(url);
  RedisOptions options;
  if (parts.scheme != "redis" && parts.scheme != "rediss") {
    throw std::invalid_argument("the URL does not begin with redis:// or rediss://");
  }
  if (parts.host.empty()) throw std::invalid_argument("the URL has no host");
  if (!parse_host(parts.host)) throw std::invalid_argument("the URL has a host that is none");
  if (!parts.user.empty() && parts.password.empty()) {
    throw std::invalid_argument("the URL has a user and no password");
  }
  options.tls = parts.scheme == "rediss";
  options.host = std::move(parts.host);
  options.port = parts.port.value_or(options.port);
  options.username = std::move(parts.user);
  options.password = std::move(parts.password);
  options.database = read_database(parts.path);
  for (auto& [name, value] : parts.parameters) {
    if (name == "ca_file") {
      options.ca_file = std::move(value);
    } else if (name == "key_prefix") {
      options.key_prefix = std::move(value);
    } else {
      throw std::invalid_argument("the URL has a parameter other than ca_file and key_prefix");
    }
  }
  if (!options.tls && !options.ca_file.empty()) {
    // Whoever names authorities thinks that the connection is secured.
    throw std::invalid_argument("the URL has a ca_file, which needs rediss://");
  }
  return options;
}

}  // namespace coffeeauth::redis
