#pragma once
/// The way to the server: a socket, secured or not, with one deadline for each wait.

#include <Poco/Net/Context.h>
#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>

#include "coffeeauth/smtp/smtp.hpp"

namespace coffeeauth::smtp {

using Deadline = std::chrono::steady_clock::time_point;

/// The conversation cannot go on, and its connection must not be used again.
class SessionFailed : public std::exception {
 public:
  /// `reason`: fixed words; nothing that the server said beyond a code.
  explicit SessionFailed(std::string reason, DeliveryProblem problem = DeliveryProblem::unreachable,
                         bool turned_away = false)
      : reason_(std::move(reason)), problem_(problem), turned_away_(turned_away) {}
  [[nodiscard]] const char* what() const noexcept override { return reason_.c_str(); }
  [[nodiscard]] DeliveryProblem problem() const noexcept { return problem_; }
  /// Delivery::turned_away.
  [[nodiscard]] bool turned_away() const noexcept { return turned_away_; }

 private:
  std::string reason_;
  DeliveryProblem problem_;
  bool turned_away_;
};

/// A TLS context for connections to `options.host` alone: TLS 1.2 or later, and the certificate's
/// chain, dates and name checked in the handshake. Throws std::invalid_argument when the
/// authorities' file cannot be read. Callable from many threads once made.
[[nodiscard]] Poco::Net::Context::Ptr make_tls_context(const SmtpOptions& options);

/// Belongs to one thread at a time. Any method may throw SessionFailed.
///
/// The socket never blocks, and each wait is for what is left until the deadline: a socket's own
/// timeouts begin anew with every octet, so that a server that drips could hold its client for
/// ever.
class Channel {
 public:
  /// Looks `host` up and connects to the first of its addresses that answers.
  Channel(const std::string& host, std::uint16_t port, Deadline deadline);

  /// The TLS handshake. `host` is sent as the name that is asked for.
  void secure(const Poco::Net::Context::Ptr& context, const std::string& host, Deadline deadline);

  void send(std::string_view bytes, Deadline deadline);
  /// Appends at least one octet to `buffer`.
  void receive_into(std::string& buffer, Deadline deadline);

  /// Whether something came that was not waited for: octets, or the server's end.
  [[nodiscard]] bool has_news() noexcept;
  /// This side's address as EHLO wants it: `[192.0.2.1]` (RFC 5321 4.1.3).
  [[nodiscard]] std::string local_literal() const;

 private:
  /// Waits until a call that could not go on (`result` < 0) can be made again.
  void wait(int result, int usual_mode, Deadline deadline);

  Poco::Net::StreamSocket socket_;
  bool secured_ = false;
};

}  // namespace coffeeauth::smtp
