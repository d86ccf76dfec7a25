#include "channel.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <span>

#include "coffeeauth/wipe.hpp"
#include "ip_address.hpp"
#include "pipe_signal.hpp"
#include "tls_parts.hpp"

namespace coffeeauth::net {
namespace {

using Poco::Timespan;
using Poco::Net::IPAddress;
using Poco::Net::SecureStreamSocket;
using Poco::Net::Socket;
using Poco::Net::StreamSocket;

/// All that a TLS record can hold, so that nothing of one is left where a poll of the socket cannot
/// see it.
constexpr std::size_t chunk_size = std::size_t{16} * 1024;
/// Poco and OpenSSL count in int.
constexpr std::size_t most_at_once = std::size_t{1} << 30U;

/// What is left until `deadline`; fails when nothing is.
Timespan left_until(Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
      deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) throw ConnectionFailed{Failure::timed_out};
  return Timespan{left.count()};
}

StreamSocket connected(const Addresses& addresses, std::uint16_t port, Deadline deadline) {
  auto why = Failure::unreachable;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto left = left_until(deadline).totalMicroseconds();
    const Timespan share{left / static_cast<Timespan::TimeDiff>(addresses.size() - i)};
    try {
      StreamSocket socket;
      socket.connect(Poco::Net::SocketAddress{IPAddress{addresses[i]}, port}, share);
      socket.setBlocking(false);
      socket.setNoDelay(true);
      return socket;
    } catch (const Poco::Net::ConnectionRefusedException&) {
      why = Failure::refused;
    } catch (const Poco::Net::ConnectionResetException&) {
      // The server accepted and closed before connect() returned.
      why = Failure::lost;
    } catch (const Poco::TimeoutException&) {
      why = Failure::connecting_timed_out;
    } catch (const Poco::Exception&) {
      why = Failure::unreachable;
    }
  }
  throw ConnectionFailed{why};
}

/// How many octets were sent; negative when the socket takes none at present, where Poco throws.
int send_plain(const StreamSocket& socket, std::string_view bytes) {
  const auto sent = ::send(socket.impl()->sockfd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) throw ConnectionFailed{Failure::lost};
  return static_cast<int>(sent);
}

/// Around calls of OpenSSL, which takes what anybody else left in the thread's list of errors for a
/// failure of this connection, and writes to its socket without MSG_NOSIGNAL.
class TlsCall {
 public:
  explicit TlsCall(bool secured) noexcept {
    if (!secured) return;
    ERR_clear_error();
    guard_.emplace();
  }

 private:
  std::optional<PipeSignalBlocked> guard_;
};

}  // namespace

struct Channel::Parts {
  /// Nothing once closed.
  std::optional<StreamSocket> socket;
  bool secured = false;

  /// Waits until a call that could not go on (`result` < 0) can be made again.
  void wait(int result, int usual_mode, Deadline deadline) const {
    int mode = usual_mode;
    // TLS may have to read in order to write, and the other way round.
    if (secured) {
      mode = result == SecureStreamSocket::ERR_SSL_WANT_READ ? Socket::SELECT_READ
                                                             : Socket::SELECT_WRITE;
    }
    if (!socket->poll(left_until(deadline), mode)) throw ConnectionFailed{Failure::timed_out};
  }
};

Channel::Channel(const Addresses& addresses, std::uint16_t port, Deadline deadline)
    : parts_(new Parts{.socket = connected(addresses, port, deadline)}) {}

Channel::~Channel() {
  // Closing says goodbye to the other side.
  const TlsCall call{parts_->secured};
  parts_->socket.reset();
}

void Channel::secure(const TlsContext& tls, Deadline deadline) try {
  const TlsCall call{true};
  const auto& context = tls.parts_->context;
  auto& socket = *parts_->socket;
  // An address is no server name (RFC 6066 3).
  auto secured = is_ip_address(tls.host())
                     ? SecureStreamSocket::attach(socket, context)
                     : SecureStreamSocket::attach(socket, tls.host(), context);
  socket = secured;
  parts_->secured = true;
  for (;;) {
    const int result = secured.completeHandshake();
    if (result == 1) return;
    if (result == 0) throw ConnectionFailed{Failure::closed};
    parts_->wait(result, Socket::SELECT_READ, deadline);
  }
} catch (const Poco::Exception& e) {
  // Of OpenSSL's words only this much is told.
  const bool untrusted = e.message().find("certificate verify failed") != std::string::npos;
  throw ConnectionFailed{untrusted ? Failure::untrusted : Failure::handshake};
}

void Channel::send(std::string_view bytes, Deadline deadline) try {
  auto& [socket, secured] = *parts_;
  const TlsCall call{secured};
  while (!bytes.empty()) {
    // Before each write, too: a reader that is always ready never makes us wait.
    static_cast<void>(left_until(deadline));
    const auto some = bytes.substr(0, most_at_once);
    const int sent = secured ? socket->sendBytes(some.data(), static_cast<int>(some.size()))
                             : send_plain(*socket, some);
    if (sent == 0) throw ConnectionFailed{Failure::closed};
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else {
      parts_->wait(sent, Socket::SELECT_WRITE, deadline);
    }
  }
} catch (const Poco::Exception&) {
  throw ConnectionFailed{Failure::lost};
}

void Channel::receive_into(std::string& buffer, Deadline deadline) try {
  auto& [socket, secured] = *parts_;
  const TlsCall call{secured};
  std::array<char, chunk_size> chunk;
  for (;;) {
    // Before each read, too: a server that is always ready to be read never makes us wait.
    static_cast<void>(left_until(deadline));
    const int received = socket->receiveBytes(chunk.data(), static_cast<int>(chunk.size()));
    if (received == 0) throw ConnectionFailed{Failure::closed};
    if (received > 0) {
      const auto size = static_cast<std::size_t>(received);
      buffer.append(chunk.data(), size);
      // It may have been a token, or somebody's data.
      wipe(std::as_writable_bytes(std::span{chunk}.first(size)));
      return;
    }
    parts_->wait(received, Socket::SELECT_READ, deadline);
  }
} catch (const Poco::Exception&) {
  throw ConnectionFailed{Failure::lost};
}

bool Channel::has_news() noexcept {
  try {
    return parts_->socket->poll(Timespan{0}, Socket::SELECT_READ);
  } catch (const Poco::Exception&) {
    return true;
  }
}

std::string Channel::local_address() const {
  try {
    auto text = parts_->socket->address().host().toString();
    text.erase(std::min(text.find('%'), text.size()));
    return text;
  } catch (const Poco::Exception&) {
    throw ConnectionFailed{Failure::lost};
  }
}

}  // namespace coffeeauth::net
