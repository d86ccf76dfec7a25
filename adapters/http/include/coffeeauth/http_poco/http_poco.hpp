#pragma once
/// A hardened HTTP/1.1 server over Poco's TCPServer, which puts the REST API on the network.
///
/// It reads heads as RFC 9112 has them and nothing looser, reads each body whole before the request
/// is handled, and gives every phase of a connection a total deadline, so that no client can
/// smuggle a second request into the first, or hold a thread by being slow. No type of Poco shows
/// here.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/http/request.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {
class Api;
}

namespace http_poco {

/// What the server serves: the seam between the wire and the REST API.
///
/// Implementations must be callable from many threads at once.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;

  /// Answers one whole request; may block. What it throws becomes a 500 problem (Unavailable: 503).
  [[nodiscard]] virtual http::Response handle(const http::Request& request) = 0;

  /// The answer to what never became a request: a malformed head, a body too large or cut short,
  /// a connection over the limit. `origin` is the value of its Origin field; empty when there was
  /// none, or when nothing was read before the refusal.
  [[nodiscard]] virtual http::Response problem(ErrorCode code, std::string_view origin) = 0;

  /// Octets of the largest body that handle() wants to see.
  [[nodiscard]] virtual std::size_t max_body() const noexcept = 0;
};

/// Where to listen and how much to allow. Every duration is a total for its phase, however many
/// packets the peer cuts it into; all must be positive.
struct Options {
  /// Address or name of the interface.
  std::string host = "127.0.0.1";
  /// 0 takes a free port; Server::port() says which.
  std::uint16_t port = 8000;
  /// Connections at once, each with a thread of its own (some 30 KiB in all). Lowered to what
  /// the process's limit of open files leaves room for. One more is answered 503 and closed.
  std::size_t max_connections = 2000;
  /// Most connections of one IPv4 address or one IPv6 /64. Raise it when a proxy stands in front.
  std::size_t max_connections_per_address = 256;
  /// How many times that an IPv6 /56 is allowed, since one customer may have 256 /64. From 1. Not
  /// more than a quarter of max_connections, unless one address is allowed more.
  std::size_t ipv6_56_factor = 4;
  /// How many times that an IPv6 /48 is allowed. From 1. Not more than half of max_connections,
  /// likewise.
  std::size_t ipv6_48_factor = 16;
  /// From the first octet of a request (on a new connection: from accepting) to the end of its
  /// head.
  std::chrono::milliseconds head_timeout{10'000};
  /// From the end of the head to the last octet of the body.
  std::chrono::milliseconds body_timeout{20'000};
  /// How long a connection may stay open between two requests. Longer than a proxy in front keeps
  /// it: otherwise both may close it while the proxy sends the next request, which is then lost.
  std::chrono::milliseconds idle_timeout{75'000};
  /// How long a peer may take to receive one response.
  std::chrono::milliseconds write_timeout{30'000};
  /// Octets of request line and header fields together. More: 431. At least 256.
  std::size_t max_head = 16 * 1024;
  /// After a refusal: how many octets of unwanted input are read, and for how long, so that the
  /// peer gets to see the answer rather than a reset.
  std::size_t drain_limit = 256 * 1024;
  /// The time for that.
  std::chrono::milliseconds drain_timeout{1'000};
  /// How long stop() waits for requests in hand.
  std::chrono::milliseconds shutdown_grace{10'000};
};

/// Counts for metrics.
struct Statistics {
  /// Connections now open.
  std::size_t open = 0;
  /// Connections admitted since the start.
  std::uint64_t accepted = 0;
  /// Connections turned away because of a limit or a shutdown.
  std::uint64_t refused = 0;
  /// Connections ended because a deadline passed, idle ones included.
  std::uint64_t timed_out = 0;
};

/// A running server. Thread-safe. No thread of it touches signals: writes never raise SIGPIPE.
class Server {
 public:
  /// Stops, and waits without limit for handlers still at work, since they borrow the handler.
  virtual ~Server() = default;

  /// Binds, listens and returns. Throws std::runtime_error when the port cannot be had, and
  /// std::logic_error when called twice.
  virtual void start() = 0;

  /// The port that is listened on; before start(), the one that was asked for.
  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;

  /// Accepts nothing new, closes idle connections, and lets requests in hand finish with
  /// `Connection: close`; those that outlast Options::shutdown_grace are answered 503 and closed.
  /// Returns when all are closed or the grace is over. Later calls do nothing.
  virtual void stop() = 0;

  /// The counts as they are now.
  [[nodiscard]] virtual Statistics statistics() const = 0;
};

/// Makes a server for `handler`, which it borrows for its whole life. Throws std::invalid_argument
/// for options that mean nothing.
[[nodiscard]] std::unique_ptr<Server> make_poco_server(RequestHandler& handler,
                                                       const Options& options);

/// Makes a server for the REST API, which it borrows.
[[nodiscard]] std::unique_ptr<Server> make_poco_server(http::Api& api, const Options& options);

}  // namespace http_poco
}  // namespace coffeeauth
