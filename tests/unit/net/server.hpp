#pragma once
/// The other side of a channel: one connection on loopback, which a test answers as it likes.

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <pthread.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "adapters/net/src/channel.hpp"
#include "tests/certificates.hpp"

namespace coffeeauth::net::testing {

using namespace coffeeauth::testing;
using Poco::Net::StreamSocket;

inline Deadline in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

/// `socket`, secured as that server.
inline StreamSocket secured(const StreamSocket& socket, const Identity& identity) {
  Poco::Net::Context::Params params;
  params.privateKeyFile = identity.key;
  params.certificateFile = identity.certificate;
  params.verificationMode = Poco::Net::Context::VERIFY_NONE;
  const Poco::Net::Context::Ptr context{
      new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params)};
  return Poco::Net::SecureStreamSocket::attach(socket, context);
}

/// Takes one connection, does what it is told with it, and closes it.
class Server {
 public:
  explicit Server(std::function<void(StreamSocket)> conversation)
      : listener_(Poco::Net::SocketAddress{"127.0.0.1", 0}),
        thread_([this, conversation = std::move(conversation)] {
          // The client may leave at any time; its own writes are not covered by this.
          sigset_t pipe{};
          sigemptyset(&pipe);
          sigaddset(&pipe, SIGPIPE);
          pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
          try {
            conversation(listener_.acceptConnection());
          } catch (const std::exception&) {
            // What the client did not like.
          }
        }) {}
  ~Server() { thread_.join(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_.address().port(); }

 private:
  Poco::Net::ServerSocket listener_;
  std::thread thread_;
};

/// Reads until `size` octets came, or the end.
inline std::string read(StreamSocket& socket, std::size_t size) {
  std::string text(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const int some = socket.receiveBytes(text.data() + filled, static_cast<int>(size - filled));
    if (some <= 0) break;
    filled += static_cast<std::size_t>(some);
  }
  text.resize(filled);
  return text;
}
inline void write(StreamSocket& socket, std::string_view text) {
  while (!text.empty()) {
    const int sent = socket.sendBytes(text.data(), static_cast<int>(text.size()));
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// How it fails, or `none`.
inline std::string failure(const std::function<void()>& action) {
  try {
    action();
    return "none";
  } catch (const ConnectionFailed& failed) {
    return failed.what();
  }
}

}  // namespace coffeeauth::net::testing
