#pragma once
/// Stands between a client and a real server on loopback, and does to their words what a test says.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <thread>

namespace coffeeauth::testing {

/// What reaches the client in place of something that the server sent.
struct Delivery {
  std::string bytes{};
  /// Between two octets; all at once when zero.
  std::chrono::milliseconds pace{};
  /// Whether the connection ends behind it.
  bool close_after = false;
};

/// Called by the thread of one connection, of which there may be several; may wait.
struct ProxyHooks {
  /// What the client sent. The connection ends when it returns false.
  std::function<bool(std::string_view)> request = [](std::string_view) { return true; };
  std::function<Delivery(std::string)> reply = [](std::string bytes) {
    return Delivery{.bytes = std::move(bytes)};
  };
};

/// Listens on a free port of 127.0.0.1 until it is destroyed; each connection has a thread.
class FaultyProxy {
 public:
  FaultyProxy(std::uint16_t server_port, ProxyHooks hooks);
  ~FaultyProxy();
  FaultyProxy(const FaultyProxy&) = delete;
  FaultyProxy& operator=(const FaultyProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  struct Relay {
    std::atomic<bool> done = false;
    std::thread thread{};
  };

  void serve();
  void relay(int client) const;
  [[nodiscard]] bool relay_request(int client, int server) const;
  [[nodiscard]] bool relay_reply(int client, int server) const;

  const std::uint16_t server_port_;
  const ProxyHooks hooks_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::list<Relay> relays_;
  std::thread thread_;
};

}  // namespace coffeeauth::testing
