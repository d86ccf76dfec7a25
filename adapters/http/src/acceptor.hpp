#pragma once
/// The thread that accepts connections, and what becomes of those that wait when it ends.

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

namespace coffeeauth::http_poco {

/// Not thread-safe, except that stop() may meet the thread at work.
class Acceptor {
 public:
  /// Gets each connection, on the accepting thread; must not throw.
  using Taker = std::function<void(const Poco::Net::StreamSocket&)>;

  Acceptor();
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  /// Binds and listens. Throws std::runtime_error when the port cannot be had.
  void listen(const std::string& host, std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const;

  void start(Taker taker);

  /// Hands over whoever has connected by now, goes on for a moment for requests on their way, and
  /// ends the thread. The listener stays open until close(): the kernel resets whoever it has
  /// connected when that happens.
  void stop();
  void close();

 private:
  void run();
  void take_in_the_last();
  /// Whether a peer waits; false after `milliseconds` (-1: never), or, while `stoppable`, on a
  /// stop.
  [[nodiscard]] bool await_peer(int milliseconds, bool stoppable) const noexcept;
  void accept_one() noexcept;

  Poco::Net::ServerSocket listener_;
  Taker taker_;
  /// An eventfd that a stop makes readable.
  int stopping_;
  std::thread thread_;
};

}  // namespace coffeeauth::http_poco
