#pragma once
/// Channel: a connection, in clear or by TLS, with a deadline for each operation.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "failure.hpp"
#include "resolver.hpp"
#include "tls.hpp"

namespace coffeeauth::net {

/// A client does:
///
///     net::Resolver resolver;                            // one a client, for all its threads
///     const net::TlsContext tls{"api.example.com", ""};  // one a host: the system's authorities
///
///     net::Channel channel{resolver.resolve(tls.host(), deadline), 443, deadline};
///     channel.secure(tls, deadline);
///     channel.send(request, deadline);
///     channel.receive_into(buffer, deadline);
///
/// Belongs to one thread at a time. Any method that is not noexcept may throw ConnectionFailed,
/// after which the channel may only be destroyed.
///
/// The socket never blocks, and each wait is for what is left until the deadline: a socket's own
/// timeouts begin anew with every octet, so that a server that drips could hold its client for
/// ever. Nothing done here raises SIGPIPE, whose meaning is the embedder's to say.
class Channel {
 public:
  /// Connects to the first of `addresses` that answers. Each has an equal share of the time that is
  /// left, so that one that swallows packets leaves some for the others.
  Channel(const Addresses& addresses, std::uint16_t port, Deadline deadline);
  /// Ends the connection without waiting for the other side.
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Does the TLS handshake; everything after it is secured. Before the first octet for implicit
  /// TLS, or later for a protocol with STARTTLS, whose client must make sure that it has read
  /// nothing beyond the other side's consent: that came in clear, from anybody.
  void secure(const TlsContext& tls, Deadline deadline);

  /// Sends all of `bytes`.
  void send(std::string_view bytes, Deadline deadline);
  /// Appends at least one octet to `buffer`. The other side's end is Failure::closed; where the
  /// protocol marks the end of a message by it, that is no failure.
  void receive_into(std::string& buffer, Deadline deadline);

  /// Whether something came that was not waited for: octets, or the other side's end. A connection
  /// that was kept and has news cannot be used for another request.
  [[nodiscard]] bool has_news() noexcept;
  /// This side's address, as text without a zone.
  [[nodiscard]] std::string local_address() const;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace coffeeauth::net
