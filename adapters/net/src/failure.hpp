#pragma once
/// ConnectionFailed: why a connection is of no use.

#include <chrono>
#include <exception>

namespace coffeeauth::net {

/// When an operation must be over. Each operation takes its own, so that a server that drips its
/// answer cannot hold a caller longer than the caller allows.
using Deadline = std::chrono::steady_clock::time_point;

/// A closed set, so that callers can map each value to an error of theirs.
enum class Failure {
  /// The system's resolver gave no answer before the deadline.
  name_lookup_timed_out,
  /// The host's name has no address.
  name_not_found,
  /// Nothing listens on that port.
  refused,
  /// No address accepted the connection before the deadline.
  connecting_timed_out,
  /// The network does not lead there.
  unreachable,
  /// The other side did not send, or take, anything before the deadline.
  timed_out,
  /// The other side ended the connection in order.
  closed,
  /// The connection broke.
  lost,
  /// The certificate is not for this host, has expired, or no trusted authority signed it.
  untrusted,
  /// TLS could not be agreed on: most often the other side does not speak it.
  handshake,
};

/// The connection must not be used again.
class ConnectionFailed : public std::exception {
 public:
  explicit ConnectionFailed(Failure failure) noexcept : failure_(failure) {}
  [[nodiscard]] Failure failure() const noexcept { return failure_; }
  /// Fixed words for a log, such as `connection refused`: nothing that the other side said, and
  /// neither its name nor its address.
  [[nodiscard]] const char* what() const noexcept override;

 private:
  Failure failure_;
};

}  // namespace coffeeauth::net
