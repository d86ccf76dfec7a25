#pragma once
/// One connection to Redis, with one deadline for each exchange.

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <string>
#include <vector>

#include "coffeeauth/redis/redis.hpp"
#include "resp.hpp"

namespace coffeeauth::redis {

/// The exchange did not end well; the connection must not be used again.
class ConnectionFailed : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "the Redis exchange failed"; }
};

/// Belongs to one thread at a time. Any method may throw ConnectionFailed.
class Connection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// Connects, authenticates and selects the data base.
  Connection(const RedisOptions& options, Deadline deadline);

  /// Sends one command and reads its reply, whole. An error reply is a reply.
  [[nodiscard]] Reply exchange(const std::vector<std::string_view>& words, Deadline deadline);

  /// Whether octets that nobody asked for have arrived, or the server hung up: then the next reply
  /// could be another command's.
  [[nodiscard]] bool is_stale() noexcept;

 private:
  void send(std::string_view bytes, Deadline deadline);
  void require_ok(const std::vector<std::string_view>& words, Deadline deadline);

  Poco::Net::StreamSocket socket_;
  std::string buffer_;
};

}  // namespace coffeeauth::redis
