#include "tests/unit/http_poco/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace {

// So that a server that never answers fails the test instead of hanging it.
constexpr timeval patience{30, 0};

sockaddr_in address(const char* host, std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  inet_pton(AF_INET, host, &made.sin_addr);
  return made;
}

}  // namespace

std::string Reply::field(std::string_view name) const {
  const std::string start = "\r\n" + std::string(name) + ": ";
  const std::size_t at = head.find(start);
  if (at == std::string::npos) return {};
  const std::size_t value = at + start.size();
  return head.substr(value, head.find("\r\n", value) - value);
}

RawClient::RawClient(std::uint16_t port, const char* from)
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in mine = address(from, 0);
  const sockaddr_in theirs = address("127.0.0.1", port);
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  // Each send() is a packet of its own, so that a test decides where a request is cut.
  const int on = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(descriptor_, reinterpret_cast<const sockaddr*>(&mine), sizeof mine) != 0 ||
      connect(descriptor_, reinterpret_cast<const sockaddr*>(&theirs), sizeof theirs) != 0) {
    close(descriptor_);
    throw std::runtime_error("cannot connect");
  }
}

RawClient::~RawClient() { leave(); }

void RawClient::send(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t RawClient::drip(std::string_view octets) {
  std::size_t sent = 0;
  for (; sent < octets.size(); ++sent) {
    pollfd answered{descriptor_, POLLIN, 0};
    if (poll(&answered, 1, 10) > 0) break;
    send(octets.substr(sent, 1));
  }
  return sent;
}

void RawClient::finish_sending() { shutdown(descriptor_, SHUT_WR); }

void RawClient::leave() {
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
}

bool RawClient::read_more() {
  std::array<char, 65536> chunk;
  const ssize_t got = recv(descriptor_, chunk.data(), chunk.size(), 0);
  if (got < 0 && errno != ECONNRESET)
    throw std::runtime_error("the server neither sent nor closed");
  reset_ = reset_ || got < 0;
  if (got > 0) received_.append(chunk.data(), static_cast<std::size_t>(got));
  return got > 0;
}

Reply RawClient::read_reply(bool head_only) {
  std::size_t end = std::string::npos;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return {};
  }
  Reply reply;
  reply.head = received_.substr(0, end + 2);
  received_.erase(0, end + 4);
  reply.status = std::stoi(reply.head.substr(9, 3));
  const std::string length = reply.field("Content-Length");
  const std::size_t size = length.empty() || head_only ? 0 : std::stoul(length);
  while (received_.size() < size && read_more()) {
  }
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  return reply;
}

std::string RawClient::read_to_end() {
  while (read_more()) {
  }
  return std::exchange(received_, {});
}

bool RawClient::sees_close() { return read_to_end().empty(); }
