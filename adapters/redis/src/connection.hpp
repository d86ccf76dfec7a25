#pragma once
/// One connection to Redis, with one deadline for each exchange.

#include <exception>
#include <string_view>
#include <vector>

#include "adapters/net/src/channel.hpp"
#include "coffeeauth/redis/redis.hpp"
#include "resp.hpp"

namespace coffeeauth::redis {

/// The exchange did not end well; the connection must not be used again.
class ConnectionFailed : public std::exception {
 public:
  explicit ConnectionFailed(DownReason reason) noexcept : reason_(reason) {}
  [[nodiscard]] DownReason reason() const noexcept { return reason_; }
  [[nodiscard]] const char* what() const noexcept override { return "the Redis exchange failed"; }

 private:
  DownReason reason_;
};

/// Belongs to one thread at a time. Any method may throw ConnectionFailed.
class Connection {
 public:
  /// Connects, authenticates and selects the database; by TLS unless `tls` is null.
  Connection(const RedisOptions& options, net::Resolver& resolver, const net::TlsContext* tls,
             net::Deadline deadline);

  /// Sends one command and reads its reply, whole. An error reply is a reply.
  [[nodiscard]] Reply exchange(const std::vector<std::string_view>& words, net::Deadline deadline);

  /// Whether octets that nobody asked for have arrived, or the server hung up: then the next reply
  /// could be another command's.
  [[nodiscard]] bool is_stale() noexcept { return channel_.has_news(); }

 private:
  /// `otherwise` is why it fails when the server's answer does not say.
  void require_ok(const std::vector<std::string_view>& words, net::Deadline deadline,
                  DownReason otherwise);
  void secure(const net::TlsContext& tls, net::Deadline deadline);

  net::Channel channel_;
};

}  // namespace coffeeauth::redis
