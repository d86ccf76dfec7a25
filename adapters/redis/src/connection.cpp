#include "connection.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <array>

namespace coffeeauth::redis {
namespace {

using Poco::Timespan;
using Poco::Net::StreamSocket;

/// What is left until `deadline`; fails when nothing is.
Timespan left_until(Connection::Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
      deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) throw ConnectionFailed{};
  return Timespan{left.count()};
}

StreamSocket secured(const StreamSocket& plain, const RedisOptions& options) {
  // A context of its own: the process-wide one of Poco's SSLManager is anybody's to change.
  Poco::Net::Context::Params params;
  params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
  params.loadDefaultCAs = options.ca_file.empty();
  params.caLocation = options.ca_file;
  Poco::Net::Context::Ptr context =
      new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
  context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
  context->enableExtendedCertificateVerification();
  auto socket = Poco::Net::SecureStreamSocket::attach(plain, options.host, context);
  if (socket.completeHandshake() != 1) throw ConnectionFailed{};
  socket.verifyPeerCertificate(options.host);
  return socket;
}

StreamSocket connected(const RedisOptions& options, Connection::Deadline deadline) {
  StreamSocket socket;
  socket.connect(Poco::Net::SocketAddress{options.host, options.port}, left_until(deadline));
  socket.setNoDelay(true);
  socket.setReceiveTimeout(left_until(deadline));
  socket.setSendTimeout(left_until(deadline));
  return options.tls ? secured(socket, options) : socket;
}

}  // namespace

Connection::Connection(const RedisOptions& options, Deadline deadline) try
    : socket_(connected(options, deadline)) {
  if (!options.password.empty()) {
    std::vector<std::string_view> words{"AUTH"};
    if (!options.username.empty()) words.emplace_back(options.username);
    words.push_back(options.password.expose_secret());
    require_ok(words, deadline);
  }
  if (options.database != 0) {
    require_ok({"SELECT", std::to_string(options.database)}, deadline);
  }
} catch (const Poco::Exception&) {
  throw ConnectionFailed{};
}

void Connection::require_ok(const std::vector<std::string_view>& words, Deadline deadline) {
  const auto reply = exchange(words, deadline);
  if (reply.kind != Reply::Kind::status || reply.text != "OK") throw ConnectionFailed{};
}

void Connection::send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    socket_.setSendTimeout(left_until(deadline));
    const int sent = socket_.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) throw ConnectionFailed{};
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

Reply Connection::exchange(const std::vector<std::string_view>& words, Deadline deadline) try {
  send(serialise_command(words), deadline);
  buffer_.clear();
  std::array<char, 16 * 1024> chunk{};
  for (;;) {
    socket_.setReceiveTimeout(left_until(deadline));
    const int received = socket_.receiveBytes(chunk.data(), static_cast<int>(chunk.size()));
    if (received <= 0) throw ConnectionFailed{};
    buffer_.append(chunk.data(), static_cast<std::size_t>(received));
    auto outcome = parse_reply(buffer_);
    if (std::holds_alternative<Malformed>(outcome)) throw ConnectionFailed{};
    if (auto* const parsed = std::get_if<Parsed>(&outcome)) {
      // Octets beyond the reply belong to nothing that was asked.
      if (parsed->size != buffer_.size()) throw ConnectionFailed{};
      return std::move(parsed->reply);
    }
  }
} catch (const Poco::Exception&) {
  throw ConnectionFailed{};
}

bool Connection::is_stale() noexcept {
  try {
    return socket_.poll(Timespan{0}, Poco::Net::Socket::SELECT_READ);
  } catch (const Poco::Exception&) {
    return true;
  }
}

}  // namespace coffeeauth::redis
