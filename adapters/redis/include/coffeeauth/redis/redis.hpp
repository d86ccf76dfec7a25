#pragma once
/// Cache and rate counters in Redis, shared by all processes of a service.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/part_down.hpp"
#include "coffeeauth/ports/cache.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace redis {

/// Address of a Redis server, and limits of waiting for it.
struct RedisOptions {
  /// A host name or IP address; with TLS the certificate must match it.
  std::string host = "127.0.0.1";
  /// Redis's default is 6379; TLS often uses another port.
  std::uint16_t port = 6379;
  /// Empty for none. `username` needs Redis 6 (ACL).
  std::string username{};
  /// Sent with AUTH on each new connection; empty for none.
  Secret password{};
  /// The database number (SELECT).
  std::uint32_t database = 0;
  /// Whether to use TLS 1.2 or later, with verified certificate and host name (`rediss://`).
  bool tls = false;
  /// A PEM file of trusted certificate authorities; empty for the system's.
  std::string ca_file{};
  /// Prefix of every key, so that several services can share a server.
  std::string key_prefix = "coffeeauth:";

  /// Maximum duration of one exchange with the server, including connecting.
  std::chrono::milliseconds timeout{100};
  /// Maximum number of connections, opened on demand.
  std::size_t connections = 16;
  /// How long a caller waits for a free connection before it continues without Redis. During
  /// pause_after_failure it does not wait.
  std::chrono::milliseconds pool_timeout{100};
  /// How long Redis is not used after a failure; after that, one caller tries it.
  std::chrono::milliseconds pause_after_failure{500};
};

/// Parses `redis://user:password@host:port/database`, or `rediss://` for TLS, with `?ca_file=` and
/// `key_prefix=`; percent-encoded, as for parse_url(). Throws std::invalid_argument with a text
/// that contains no part of the URL.
[[nodiscard]] RedisOptions parse_redis_url(std::string_view url);

/// Counts of the exchanges so far, for metrics.
struct RedisStatistics {
  /// Exchanges attempted.
  std::uint64_t commands = 0;
  /// Exchanges without a usable answer: no connection, a timeout, an error or a malformed reply.
  std::uint64_t failures = 0;
  /// Exchanges not attempted, because Redis had just failed or no connection was free.
  std::uint64_t skipped = 0;
  /// Values rejected because they were damaged or of another key.
  std::uint64_t damaged = 0;
  /// Whether the last exchange succeeded: the server answered without an error.
  bool healthy = true;
  /// Why the last exchange failed; empty if it succeeded.
  std::optional<DownReason> trouble{};
};

/// Connections to one Redis server, with a limit on every wait and a circuit breaker. Thread-safe;
/// no method throws.
class RedisClient {
 public:
  virtual ~RedisClient() = default;
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  /// The current counts.
  [[nodiscard]] virtual RedisStatistics statistics() const noexcept = 0;
  /// Whether the server can run a script on a key with the prefix, as the counters require. If so,
  /// repeats invalidations that failed before: call it about once a second, so that other processes
  /// do not keep serving stale data.
  [[nodiscard]] virtual bool ping() noexcept = 0;

 protected:
  RedisClient() = default;
};

/// Makes a client, which connects when first used; a server that is down is not an error here.
/// Throws std::invalid_argument when `ca_file` cannot be read.
[[nodiscard]] std::shared_ptr<RedisClient> make_redis_client(RedisOptions options);

/// Makes a Cache over `client`. A server that is down, slow or sends malformed replies gives a
/// miss: every value is framed with its key's hash, its length and a checksum, which are verified.
/// Values of 8 MiB or more are not stored. Throws std::invalid_argument for a client not from
/// make_redis_client().
[[nodiscard]] std::unique_ptr<Cache> make_redis_cache(std::shared_ptr<RedisClient> client);

/// Makes rate counters over `client`; each operation is one atomic script. While the server is
/// unreachable, `fallback` counts, so that limits still hold for each process. Throws
/// std::invalid_argument for a client not from make_redis_client(), or a null fallback.
[[nodiscard]] std::unique_ptr<RateCounter> make_redis_counters(
    std::shared_ptr<RedisClient> client, std::unique_ptr<RateCounter> fallback);

}  // namespace redis
}  // namespace coffeeauth
