#include "tests/integration/redis/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace coffeeauth::testing {
namespace {

constexpr int glance_milliseconds = 20;

bool readable(int descriptor) {
  pollfd wanted{descriptor, POLLIN, 0};
  return ::poll(&wanted, 1, glance_milliseconds) > 0;
}

}  // namespace

ScriptedServer::ScriptedServer(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ::close(listener_);
    throw std::runtime_error("no port for a scripted server");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

ScriptedServer::~ScriptedServer() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

void ScriptedServer::serve() {
  while (!stopping_) {
    if (!readable(listener_)) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    ++connections_;
    answer(client);
    ::close(client);
  }
}

void ScriptedServer::answer(int client) const {
  std::array<char, 4096> ignored{};
  while (!stopping_ && !readable(client)) {
  }
  if (::recv(client, ignored.data(), ignored.size(), 0) <= 0) return;
  const auto step = script_.pace.count() > 0 ? std::size_t{1} : script_.answer.size();
  for (std::size_t sent = 0; sent < script_.answer.size() && !stopping_; sent += step) {
    if (::send(client, script_.answer.data() + sent, step, MSG_NOSIGNAL) <= 0) return;
    std::this_thread::sleep_for(script_.pace);
  }
  if (script_.close_after) {
    // An end first, and then a reset for what was not read: as of a process that was killed.
    ::shutdown(client, SHUT_WR);
    return;
  }
  // Silent, until the other side has had enough.
  while (!stopping_) {
    if (readable(client) && ::recv(client, ignored.data(), ignored.size(), 0) <= 0) return;
  }
}

}  // namespace coffeeauth::testing
