// rediss:// against a real redis-server that speaks TLS.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "coffeeauth/redis/redis.hpp"
#include "tests/certificates.hpp"
#include "tests/redis_server.hpp"

using namespace coffeeauth;
using testing::RedisServer;

namespace {

/// A server that has that certificate, and speaks TLS on a second port.
class TlsServer {
 public:
  explicit TlsServer(const testing::Identity& identity)
      : port_(RedisServer::free_port()),
        server_({"--tls-port", std::to_string(port_), "--tls-cert-file", identity.certificate,
                 "--tls-key-file", identity.key, "--tls-ca-cert-file",
                 testing::certificates().authority(), "--tls-auth-clients", "no"}) {}

  [[nodiscard]] redis::RedisOptions options() const {
    auto options = server_.options();
    options.tls = true;
    options.port = port_;
    options.host = "localhost";
    options.ca_file = testing::certificates().authority();
    return options;
  }

 private:
  std::uint16_t port_;
  RedisServer server_;
};

bool answers(redis::RedisOptions options) {
  return redis::make_redis_client(std::move(options))->ping();
}

}  // namespace

TEST_CASE("with TLS, a server whose certificate is for its name is used") {
  const TlsServer server{testing::localhost()};
  CHECK(answers(server.options()));

  auto by_address = server.options();
  by_address.host = "127.0.0.1";
  CHECK(answers(std::move(by_address)));
}

TEST_CASE("with TLS, a certificate for another name or from nobody we trust is refused") {
  const TlsServer other{testing::certificates().signed_for("DNS:elsewhere.example")};
  CHECK_FALSE(answers(other.options()));

  const TlsServer server{testing::localhost()};
  auto suspicious = server.options();
  suspicious.ca_file.clear();
  CHECK_FALSE(answers(std::move(suspicious)));
}

TEST_CASE("with TLS, a certificate that has expired is refused") {
  const TlsServer server{testing::certificates().signed_for("DNS:localhost,IP:127.0.0.1", "x", -1)};
  CHECK_FALSE(answers(server.options()));
}

TEST_CASE("what speaks no TLS is never spoken to in clear") {
  const RedisServer server;
  auto options = server.options();
  options.tls = true;
  CHECK_FALSE(answers(std::move(options)));
}
