#pragma once
/// A TCP server on loopback that answers whatever it is asked with what a test says.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace coffeeauth::testing {

/// How a scripted server answers each connection's first request.
struct Script {
  /// Sent when something was received.
  std::string answer{};
  /// Between two octets of the answer; all at once when zero.
  std::chrono::milliseconds pace{};
  /// Whether the connection is closed behind the answer, or kept open and silent.
  bool close_after = false;
};

/// Serves one connection after the other on a thread of its own until it is destroyed.
class ScriptedServer {
 public:
  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] int connections() const noexcept { return connections_; }

 private:
  void serve();
  void answer(int client) const;

  Script script_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace coffeeauth::testing
