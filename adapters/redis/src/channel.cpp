#include "channel.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "pipe_signal.hpp"

namespace coffeeauth::redis {
namespace {

using Poco::Timespan;
using Poco::Net::SecureStreamSocket;
using Poco::Net::Socket;
using Poco::Net::StreamSocket;

bool is_ip_address(const std::string& host) {
  Poco::Net::IPAddress ignored;
  return Poco::Net::IPAddress::tryParse(host, ignored);
}

/// What is left until `deadline`; fails when nothing is.
Timespan left_until(Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
      deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) throw ConnectionFailed{DownReason::timed_out};
  return Timespan{left.count()};
}

/// Each address has its share of the time, the last one all that is left: one that swallows packets
/// leaves some for the others.
StreamSocket connected(const std::vector<Poco::Net::IPAddress>& addresses, std::uint16_t port,
                       Deadline deadline) {
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto left = left_until(deadline).totalMicroseconds();
    const Timespan share{left / static_cast<Timespan::TimeDiff>(addresses.size() - i)};
    try {
      StreamSocket socket;
      socket.connect(Poco::Net::SocketAddress{addresses[i], port}, share);
      socket.setBlocking(false);
      socket.setNoDelay(true);
      return socket;
    } catch (const Poco::Exception&) {
      // The next one may answer.
    }
  }
  throw ConnectionFailed{};
}

/// How many octets were sent; negative when the socket takes none at present, where Poco throws.
int send_plain(const StreamSocket& socket, std::string_view bytes) {
  const auto sent = ::send(socket.impl()->sockfd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) throw ConnectionFailed{};
  return static_cast<int>(sent);
}

/// Around calls of OpenSSL, which takes what anybody else left in the thread's list of errors for a
/// failure of this connection, and writes to its socket without MSG_NOSIGNAL.
class TlsCall {
 public:
  explicit TlsCall(bool secured) {
    if (!secured) return;
    ERR_clear_error();
    guard_.emplace();
  }

 private:
  std::optional<PipeSignalBlocked> guard_;
};

}  // namespace

Poco::Net::Context::Ptr make_tls_context(const RedisOptions& options) try {
  if (!options.tls) return {};
  Poco::Net::Context::Params params;
  params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
  params.loadDefaultCAs = options.ca_file.empty();
  params.caLocation = options.ca_file;
  Poco::Net::Context::Ptr context{
      new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params)};
  context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
  auto* const raw = context->sslContext();
  // Poco's callback asks the process-wide SSLManager, where anybody may have said to ignore errors.
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION);
  auto* const rules = SSL_CTX_get0_param(raw);
  X509_VERIFY_PARAM_set_hostflags(
      rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const int set = is_ip_address(options.host)
                      ? X509_VERIFY_PARAM_set1_ip_asc(rules, options.host.c_str())
                      : X509_VERIFY_PARAM_set1_host(rules, options.host.c_str(), 0);
  if (set != 1 || options.host.empty()) {
    throw std::invalid_argument("the Redis server's host cannot be checked");
  }
  return context;
} catch (const Poco::Exception&) {
  throw std::invalid_argument("the file of the Redis server's authorities cannot be read");
}

Channel::Channel(const RedisOptions& options, Resolver& resolver,
                 const Poco::Net::Context::Ptr& context, Deadline deadline)
    : socket_(connected(resolver.addresses(deadline), options.port, deadline)) {
  if (!context) return;
  // The destructor of what is not made is not run, and closing says goodbye to the server.
  const TlsCall call{true};
  try {
    secure(options.host, context, deadline);
  } catch (...) {
    socket_.reset();
    throw;
  }
}

Channel::~Channel() {
  const TlsCall call{secured_};
  socket_.reset();
}

void Channel::secure(const std::string& host, const Poco::Net::Context::Ptr& context,
                     Deadline deadline) try {
  // An address is no server name (RFC 6066 3).
  auto secured = is_ip_address(host) ? SecureStreamSocket::attach(*socket_, context)
                                     : SecureStreamSocket::attach(*socket_, host, context);
  socket_ = secured;
  secured_ = true;
  for (;;) {
    const int result = secured.completeHandshake();
    if (result == 1) return;
    if (result == 0) throw ConnectionFailed{DownReason::tls};
    wait(result, Socket::SELECT_READ, deadline);
  }
} catch (const Poco::Exception&) {
  throw ConnectionFailed{DownReason::tls};
}

void Channel::wait(int result, int usual_mode, Deadline deadline) {
  int mode = usual_mode;
  // TLS may have to read in order to write, and the other way round.
  if (secured_) {
    mode = result == SecureStreamSocket::ERR_SSL_WANT_READ ? Socket::SELECT_READ
                                                           : Socket::SELECT_WRITE;
  }
  if (!socket_->poll(left_until(deadline), mode)) throw ConnectionFailed{DownReason::timed_out};
}

void Channel::send(std::string_view bytes, Deadline deadline) try {
  const TlsCall call{secured_};
  while (!bytes.empty()) {
    static_cast<void>(left_until(deadline));
    const int sent = secured_ ? socket_->sendBytes(bytes.data(), static_cast<int>(bytes.size()))
                              : send_plain(*socket_, bytes);
    if (sent == 0) throw ConnectionFailed{};
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else {
      wait(sent, Socket::SELECT_WRITE, deadline);
    }
  }
} catch (const Poco::Exception&) {
  throw ConnectionFailed{};
}

void Channel::receive_into(std::string& buffer, Deadline deadline) try {
  const TlsCall call{secured_};
  std::array<char, 16 * 1024> chunk;
  for (;;) {
    // Before each read, too: a server that is always ready to be read never makes us wait.
    static_cast<void>(left_until(deadline));
    const int received = socket_->receiveBytes(chunk.data(), static_cast<int>(chunk.size()));
    if (received == 0) throw ConnectionFailed{};
    if (received > 0) {
      buffer.append(chunk.data(), static_cast<std::size_t>(received));
      return;
    }
    wait(received, Socket::SELECT_READ, deadline);
  }
} catch (const Poco::Exception&) {
  throw ConnectionFailed{};
}

bool Channel::has_news() noexcept {
  try {
    return socket_->poll(Timespan{0}, Socket::SELECT_READ);
  } catch (const Poco::Exception&) {
    return true;
  }
}

}  // namespace coffeeauth::redis
