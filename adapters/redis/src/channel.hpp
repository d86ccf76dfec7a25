#pragma once
/// The way to the server: a socket, secured or not, with one deadline for each wait.

#include <Poco/Net/Context.h>
#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/redis/redis.hpp"
#include "resolver.hpp"

namespace coffeeauth::redis {

/// The exchange did not end well; the connection must not be used again.
class ConnectionFailed : public std::exception {
 public:
  explicit ConnectionFailed(DownReason reason = DownReason::unreachable) noexcept
      : reason_(reason) {}
  [[nodiscard]] DownReason reason() const noexcept { return reason_; }
  [[nodiscard]] const char* what() const noexcept override { return "the Redis exchange failed"; }

 private:
  DownReason reason_;
};

/// A TLS context for connections to `options.host` alone: TLS 1.2 or later, and the certificate's
/// chain, dates and name checked in the handshake; null without TLS. Throws std::invalid_argument
/// when the file of authorities cannot be read. Callable from many threads once made.
[[nodiscard]] Poco::Net::Context::Ptr make_tls_context(const RedisOptions& options);

/// Belongs to one thread at a time. Any method may throw ConnectionFailed.
///
/// The socket never blocks, and each wait is for what is left until the deadline: a socket's own
/// timeouts begin anew with every octet, so that a server that drips could hold its client for
/// ever. Nothing done here raises SIGPIPE, whose meaning is the embedder's to say.
class Channel {
 public:
  /// Connects to the first of the addresses that answers; with a context, by TLS.
  Channel(const RedisOptions& options, Resolver& resolver, const Poco::Net::Context::Ptr& context,
          Deadline deadline);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  void send(std::string_view bytes, Deadline deadline);
  /// Appends at least one octet to `buffer`.
  void receive_into(std::string& buffer, Deadline deadline);
  /// Whether something came that was not waited for: octets, or the server's end.
  [[nodiscard]] bool has_news() noexcept;

 private:
  void secure(const std::string& host, const Poco::Net::Context::Ptr& context, Deadline deadline);
  /// Waits until a call that could not go on (`result` < 0) can be made again.
  void wait(int result, int usual_mode, Deadline deadline);

  std::optional<Poco::Net::StreamSocket> socket_;
  bool secured_ = false;
};

}  // namespace coffeeauth::redis
