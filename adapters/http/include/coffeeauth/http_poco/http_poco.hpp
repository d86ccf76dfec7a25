#pragma once
/// A hardened HTTP/1.1 server over Poco's TCPServer, to serve the REST API.
///
/// It parses request heads strictly by RFC 9112, reads each body completely before the request is
/// handled, and gives each phase of a connection a total deadline, so that no client can smuggle in
/// a second request, or occupy a thread by being slow. It exposes no type of Poco.

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

/// Handles the server's requests: the interface between the network and the REST API.
///
/// Must be thread-safe.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;

  /// Answers one complete request; may block. Exceptions become a 500 problem (Unavailable: 503).
  [[nodiscard]] virtual http::Response handle(const http::Request& request) = 0;

  /// Answers input that never became a request: a malformed head, a body that is too large or
  /// incomplete, a connection over the limit. `origin` is the value of its Origin field; empty when
  /// there was none, or nothing was read before the rejection.
  [[nodiscard]] virtual http::Response problem(ErrorCode code, std::string_view origin) = 0;

  /// The largest body that handle() accepts, in octets.
  [[nodiscard]] virtual std::size_t max_body() const noexcept = 0;
};

/// Where to listen, and the limits. Each duration is a total for its phase, however many packets
/// the peer sends; all must be positive.
struct Options {
  /// IP address or name of the interface.
  std::string host = "127.0.0.1";
  /// 0 selects a free port, which Server::port() returns.
  std::uint16_t port = 8000;
  /// Concurrent connections, each with its own thread (about 30 KiB in all). Lowered to what the
  /// process's limit of open files permits. Further connections are answered with 503 and closed.
  std::size_t max_connections = 2000;
  /// Connections from one IPv4 address or IPv6 /64. Raise it behind a proxy.
  std::size_t max_connections_per_address = 256;
  /// Multiple of that limit for an IPv6 /56, since one customer may have 256 /64s. At least 1.
  /// Capped at a quarter of max_connections, unless one address is allowed more.
  std::size_t ipv6_56_factor = 4;
  /// Multiple of that limit for an IPv6 /48. At least 1. Capped at half of max_connections,
  /// likewise.
  std::size_t ipv6_48_factor = 16;
  /// From the first octet of a request (for a new connection: from accepting it) to the end of its
  /// head.
  std::chrono::milliseconds head_timeout{10'000};
  /// From the end of the head to the end of the body.
  std::chrono::milliseconds body_timeout{20'000};
  /// How long a connection may be idle between requests. Set it longer than a proxy in front does:
  /// otherwise the server may close it while the proxy sends a request, which is then lost.
  std::chrono::milliseconds idle_timeout{75'000};
  /// How long a peer may take to receive one response.
  std::chrono::milliseconds write_timeout{30'000};
  /// Octets of request line and header fields together; larger: 431. At least 256.
  std::size_t max_head = 16 * 1024;
  /// After a rejection, how many octets of further input are read, so that the peer receives the
  /// response instead of a reset.
  std::size_t drain_limit = 256 * 1024;
  /// How long further input is read after a rejection.
  std::chrono::milliseconds drain_timeout{1'000};
  /// How long stop() waits for requests in progress.
  std::chrono::milliseconds shutdown_grace{10'000};
};

/// Counters for metrics.
struct Statistics {
  /// Open connections.
  std::size_t open = 0;
  /// Connections accepted since the start.
  std::uint64_t accepted = 0;
  /// Connections rejected because of a limit or a shutdown.
  std::uint64_t refused = 0;
  /// Connections closed because a deadline passed, idle ones included.
  std::uint64_t timed_out = 0;
};

/// A running server. Thread-safe. Its writes never raise SIGPIPE.
class Server {
 public:
  /// Stops, and waits without limit for calls of the handler, which it borrows.
  virtual ~Server() = default;

  /// Binds, listens and returns. Throws std::runtime_error when the port is not available, and
  /// std::logic_error when called twice.
  virtual void start() = 0;

  /// The port it listens on; before start(), the port in the options.
  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;

  /// Accepts no new connections, closes idle ones, and lets requests in progress finish with
  /// `Connection: close`; those that outlast Options::shutdown_grace are answered 503 and closed.
  /// Returns when all are closed or the grace is over. Further calls do nothing.
  virtual void stop() = 0;

  /// The current counts.
  [[nodiscard]] virtual Statistics statistics() const = 0;
};

/// Makes a server for `handler`, which must outlive it. Throws std::invalid_argument for invalid
/// options.
[[nodiscard]] std::unique_ptr<Server> make_poco_server(RequestHandler& handler,
                                                       const Options& options);

/// Makes a server for the REST API, which must outlive it.
[[nodiscard]] std::unique_ptr<Server> make_poco_server(http::Api& api, const Options& options);

}  // namespace http_poco
}  // namespace coffeeauth
