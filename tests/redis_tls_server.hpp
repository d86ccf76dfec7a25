#pragma once
/// A redis-server of its own that speaks TLS, for a test program.

#include <cstdint>
#include <string>

#include "tests/certificates.hpp"
#include "tests/redis_server.hpp"

namespace coffeeauth::testing {

/// Has that certificate, and speaks TLS on a second port.
class RedisTlsServer {
 public:
  explicit RedisTlsServer(const Identity& identity = localhost())
      : port_(RedisServer::free_port()),
        server_({"--tls-port", std::to_string(port_), "--tls-cert-file", identity.certificate,
                 "--tls-key-file", identity.key, "--tls-ca-cert-file", certificates().authority(),
                 "--tls-auth-clients", "no"}) {}

  /// By the name that the certificate of localhost() is for.
  [[nodiscard]] redis::RedisOptions options() const {
    auto options = server_.options();
    options.tls = true;
    options.port = port_;
    options.host = "localhost";
    options.ca_file = certificates().authority();
    return options;
  }
  [[nodiscard]] RedisServer& server() noexcept { return server_; }

 private:
  std::uint16_t port_;
  RedisServer server_;
};

}  // namespace coffeeauth::testing
