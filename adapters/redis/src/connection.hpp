#pragma once
/// One connection to Redis, with one deadline for each exchange.

#include <string>
#include <string_view>
#include <vector>

#include "channel.hpp"
#include "coffeeauth/redis/redis.hpp"
#include "resp.hpp"

namespace coffeeauth::redis {

/// Belongs to one thread at a time. Any method may throw ConnectionFailed.
class Connection {
 public:
  /// Connects, authenticates and selects the database.
  Connection(const RedisOptions& options, Resolver& resolver,
             const Poco::Net::Context::Ptr& context, Deadline deadline);

  /// Sends one command and reads its reply, whole. An error reply is a reply.
  [[nodiscard]] Reply exchange(const std::vector<std::string_view>& words, Deadline deadline);

  /// Whether octets that nobody asked for have arrived, or the server hung up: then the next reply
  /// could be another command's.
  [[nodiscard]] bool is_stale() noexcept { return channel_.has_news(); }

 private:
  /// `otherwise` is why it fails when the server's answer does not say.
  void require_ok(const std::vector<std::string_view>& words, Deadline deadline,
                  DownReason otherwise);

  Channel channel_;
};

}  // namespace coffeeauth::redis
