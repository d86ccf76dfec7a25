#include "tests/integration/redis/faulty_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace coffeeauth::testing {
namespace {

constexpr int glance_milliseconds = 20;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// What came; empty at the end of the connection.
std::string received(int descriptor) {
  std::string bytes(64 * 1024, '\0');
  const auto size = ::recv(descriptor, bytes.data(), bytes.size(), 0);
  bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return bytes;
}

bool send_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

FaultyProxy::FaultyProxy(std::uint16_t server_port, ProxyHooks hooks)
    : server_port_(server_port),
      hooks_(std::move(hooks)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ::close(listener_);
    throw std::runtime_error("no port for a proxy");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

FaultyProxy::~FaultyProxy() {
  stopping_ = true;
  thread_.join();
  for (auto& relay : relays_) relay.thread.join();
  ::close(listener_);
}

void FaultyProxy::serve() {
  while (!stopping_) {
    pollfd wanted{listener_, POLLIN, 0};
    if (::poll(&wanted, 1, glance_milliseconds) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    relays_.remove_if([](Relay& relay) {
      const bool done = relay.done;
      if (done) relay.thread.join();
      return done;
    });
    auto& fresh = relays_.emplace_back();
    fresh.thread = std::thread{[this, client, &fresh] {
      relay(client);
      fresh.done = true;
    }};
  }
}

void FaultyProxy::relay(int client) const {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(server_port_);
  const int at_once = 1;
  for (const int end : {client, server}) {
    ::setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  }
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  while (open && !stopping_) {
    std::array<pollfd, 2> ends{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (::poll(ends.data(), ends.size(), glance_milliseconds) <= 0) continue;
    if (ends[0].revents != 0) open = relay_request(client, server);
    if (open && ends[1].revents != 0) open = relay_reply(client, server);
  }
  ::close(server);
  // An end first, and then a reset for what was not read: as of a process that was killed.
  ::shutdown(client, SHUT_WR);
  ::close(client);
}

bool FaultyProxy::relay_request(int client, int server) const {
  const auto bytes = received(client);
  return !bytes.empty() && hooks_.request(bytes) && send_all(server, bytes);
}

bool FaultyProxy::relay_reply(int client, int server) const {
  auto bytes = received(server);
  if (bytes.empty()) return false;
  const auto delivery = hooks_.reply(std::move(bytes));
  if (delivery.pace.count() == 0) return send_all(client, delivery.bytes) && !delivery.close_after;
  for (const char byte : delivery.bytes) {
    if (stopping_ || !send_all(client, {&byte, 1})) return false;
    std::this_thread::sleep_for(delivery.pace);
  }
  return !delivery.close_after;
}

}  // namespace coffeeauth::testing
