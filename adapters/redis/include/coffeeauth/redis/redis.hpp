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

/// A Redis server, and how long it may keep a request waiting.
struct RedisOptions {
  /// A name or an IP address; with TLS the one that the certificate must be for.
  std::string host = "127.0.0.1";
  /// 6379 is Redis's own; TLS is often on another.
  std::uint16_t port = 6379;
  /// Empty for none. `username` needs Redis 6 (ACL).
  std::string username{};
  /// Sent with AUTH on each new connection; empty for none.
  Secret password{};
  /// The number that SELECT takes.
  std::uint32_t database = 0;
  /// TLS 1.2 or later with the certificate and its name checked (`rediss://`).
  bool tls = false;
  /// A PEM file of the authorities to trust; empty for the system's.
  std::string ca_file{};
  /// Before every key, so that services can share a server.
  std::string key_prefix = "coffeeauth:";

  /// One exchange with the server, connecting included, takes at most this long.
  std::chrono::milliseconds timeout{100};
  /// Connections at once, opened when they are needed.
  std::size_t connections = 16;
  /// How long a caller waits for a free one before it goes on without Redis. Not at all while the
  /// server is being left alone.
  std::chrono::milliseconds pool_timeout{100};
  /// After a failure Redis is left alone for this long, then tried by one caller.
  std::chrono::milliseconds pause_after_failure{500};
};

/// Reads `redis://user:password@host:port/database`, or `rediss://` for TLS, with `?ca_file=` and
/// `key_prefix=`; percent-encoded, as parse_url() has it. Throws std::invalid_argument with a text
/// that holds no part of the URL.
[[nodiscard]] RedisOptions parse_redis_url(std::string_view url);

/// What became of the exchanges so far, for metrics.
struct RedisStatistics {
  /// Exchanges that were tried.
  std::uint64_t commands = 0;
  /// Of these, those without a usable answer: no connection, too late, an error, nonsense.
  std::uint64_t failures = 0;
  /// Exchanges that were not tried, because Redis had just failed or no connection got free.
  std::uint64_t skipped = 0;
  /// Values that were refused because they were damaged or another key's.
  std::uint64_t damaged = 0;
  /// Whether the last exchange went well: the server answered, and not with an error.
  bool healthy = true;
  /// Why it did not.
  std::optional<DownReason> trouble{};
};

/// Connections to one Redis server, with a limit on every wait and a breaker. Callable from any
/// thread; no method throws.
class RedisClient {
 public:
  virtual ~RedisClient() = default;
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  /// The counts as they are now.
  [[nodiscard]] virtual RedisStatistics statistics() const noexcept = 0;
  /// Whether the server runs a script on a key with the prefix now, which the counters need. If so,
  /// makes up for invalidations that it did not take before: ask it every second or so, and other
  /// processes do not go on serving what is old.
  [[nodiscard]] virtual bool ping() noexcept = 0;

 protected:
  RedisClient() = default;
};

/// Connects when it is first used; a server that is down is no error here. Throws
/// std::invalid_argument when the file of authorities cannot be read.
[[nodiscard]] std::shared_ptr<RedisClient> make_redis_client(RedisOptions options);

/// A Cache over `client`. A server that is down, slow or talks nonsense is a miss: every value is
/// framed with its key's hash, its length and a checksum, and one that does not fit is not used. A
/// value of 8 MiB or more is not stored. Throws std::invalid_argument for a client of another make.
[[nodiscard]] std::unique_ptr<Cache> make_redis_cache(std::shared_ptr<RedisClient> client);

/// Rate counters over `client`, each step one atomic script. While the server cannot be asked,
/// `fallback` counts, so that limits go on holding for each process. Throws std::invalid_argument
/// for a client of another make, or no fallback.
[[nodiscard]] std::unique_ptr<RateCounter> make_redis_counters(
    std::shared_ptr<RedisClient> client, std::unique_ptr<RateCounter> fallback);

}  // namespace redis
}  // namespace coffeeauth
