#include "channel.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "address.hpp"
#include "resolve.hpp"

namespace coffeeauth::smtp {
namespace {

using Poco::Timespan;
using Poco::Net::IPAddress;
using Poco::Net::SecureStreamSocket;
using Poco::Net::Socket;
using Poco::Net::StreamSocket;

/// What is left until `deadline`; fails when nothing is.
Timespan left_until(Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
      deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) throw SessionFailed("timed out");
  return Timespan{left.count()};
}

/// OpenSSL looks at the thread's list of errors to tell what became of a call, and so takes what
/// anybody else left there for a failure of this connection.
void forget_tls_errors() noexcept { ERR_clear_error(); }

/// An address's share of the time: the last one has all that is left, so that one that swallows
/// packets leaves some for the others.
StreamSocket connected(const std::string& host, std::uint16_t port, Deadline deadline) {
  const auto addresses = resolve(host, deadline);
  std::string why;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto left = left_until(deadline).totalMicroseconds();
    const Timespan share{left / static_cast<Timespan::TimeDiff>(addresses.size() - i)};
    try {
      StreamSocket socket;
      socket.connect(Poco::Net::SocketAddress{addresses[i], port}, share);
      socket.setBlocking(false);
      socket.setNoDelay(true);
      return socket;
    } catch (const Poco::Net::ConnectionRefusedException&) {
      why = "connection refused";
    } catch (const Poco::TimeoutException&) {
      why = "connecting timed out";
    } catch (const Poco::Exception&) {
      why = "host not reachable";
    }
  }
  throw SessionFailed(why);
}

}  // namespace

Poco::Net::Context::Ptr make_tls_context(const SmtpOptions& options) try {
  Poco::Net::Context::Params params;
  params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
  params.loadDefaultCAs = options.ca_file.empty();
  params.caLocation = options.ca_file;
  params.cipherList = "HIGH:!aNULL:!MD5";
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
  if (set != 1) throw std::invalid_argument("the mail server's host cannot be checked");
  return context;
} catch (const Poco::Exception&) {
  throw std::invalid_argument("the file of the mail server's authorities cannot be read");
}

Channel::Channel(const std::string& host, std::uint16_t port, Deadline deadline)
    : socket_(connected(host, port, deadline)) {}

void Channel::wait(int result, int usual_mode, Deadline deadline) {
  int mode = usual_mode;
  // TLS may have to read in order to write, and the other way round.
  if (secured_) {
    mode = result == SecureStreamSocket::ERR_SSL_WANT_READ ? Socket::SELECT_READ
                                                           : Socket::SELECT_WRITE;
  }
  if (!socket_.poll(left_until(deadline), mode)) throw SessionFailed("timed out");
}

void Channel::secure(const Poco::Net::Context::Ptr& context, const std::string& host,
                     Deadline deadline) try {
  // An address is no server name (RFC 6066 3).
  auto secure_socket = is_ip_address(host) ? SecureStreamSocket::attach(socket_, context)
                                           : SecureStreamSocket::attach(socket_, host, context);
  socket_ = secure_socket;
  secured_ = true;
  for (;;) {
    forget_tls_errors();
    const int result = secure_socket.completeHandshake();
    if (result == 1) return;
    if (result == 0) throw SessionFailed("connection lost");
    wait(result, Socket::SELECT_READ, deadline);
  }
} catch (const Poco::Exception& e) {
  // Of OpenSSL's words only this much is told.
  const bool untrusted = e.message().find("certificate verify failed") != std::string::npos;
  throw SessionFailed(untrusted ? "certificate not trusted" : "TLS handshake failed",
                      DeliveryProblem::tls);
}

void Channel::send(std::string_view bytes, Deadline deadline) try {
  while (!bytes.empty()) {
    forget_tls_errors();
    const int sent = socket_.sendBytes(bytes.data(), static_cast<int>(bytes.size()),
                                       secured_ ? 0 : MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (sent < 0) {
      wait(sent, Socket::SELECT_WRITE, deadline);
    } else {
      throw SessionFailed("connection lost");
    }
  }
} catch (const Poco::Exception&) {
  throw SessionFailed("connection lost");
}

void Channel::receive_into(std::string& buffer, Deadline deadline) try {
  std::array<char, 4096> chunk{};
  for (;;) {
    // Before each read, too: a server that is always ready to be read never makes us wait.
    static_cast<void>(left_until(deadline));
    forget_tls_errors();
    const int received = socket_.receiveBytes(chunk.data(), static_cast<int>(chunk.size()));
    if (received == 0) throw SessionFailed("connection lost");
    if (received > 0) {
      buffer.append(chunk.data(), static_cast<std::size_t>(received));
      return;
    }
    wait(received, Socket::SELECT_READ, deadline);
  }
} catch (const Poco::Exception&) {
  throw SessionFailed("connection lost");
}

bool Channel::has_news() noexcept {
  try {
    return socket_.poll(Timespan{0}, Socket::SELECT_READ);
  } catch (const Poco::Exception&) {
    return true;
  }
}

std::string Channel::local_literal() const {
  try {
    const auto address = socket_.address().host();
    const bool six = address.family() == IPAddress::IPv6;
    auto text = address.toString();
    // The interface of a link-local address says nothing to the other side.
    text.erase(std::min(text.find('%'), text.size()));
    return (six ? "[IPv6:" : "[") + text + "]";
  } catch (const Poco::Exception&) {
    throw SessionFailed("connection lost");
  }
}

}  // namespace coffeeauth::smtp
