// rediss:// against a real redis-server that speaks TLS.

#include <Poco/Delegate.h>
#include <Poco/Net/SSLManager.h>
#include "coffeeauth/testing/doctest.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "coffeeauth/redis/redis.hpp"
#include "tests/redis_tls_server.hpp"

using namespace coffeeauth;
using testing::RedisServer;
using testing::RedisTlsServer;

namespace {

bool answers(redis::RedisOptions options) {
  return redis::make_redis_client(std::move(options))->ping();
}

}  // namespace

TEST_CASE("with TLS, a server whose certificate is for its name is used") {
  const RedisTlsServer server;
  CHECK(answers(server.options()));

  auto by_address = server.options();
  by_address.host = "127.0.0.1";
  CHECK(answers(std::move(by_address)));
}

TEST_CASE("with TLS, a certificate for another name or from nobody we trust is refused") {
  const RedisTlsServer other{testing::certificates().signed_for("DNS:elsewhere.example")};
  CHECK_FALSE(answers(other.options()));

  const RedisTlsServer server;
  auto suspicious = server.options();
  suspicious.ca_file.clear();
  CHECK_FALSE(answers(std::move(suspicious)));
}

TEST_CASE("with TLS, a certificate that has expired is refused") {
  const RedisTlsServer server{
      testing::certificates().signed_for("DNS:localhost,IP:127.0.0.1", "x", -1)};
  CHECK_FALSE(answers(server.options()));
}

TEST_CASE("what speaks no TLS is never spoken to in clear") {
  const RedisServer server;
  auto options = server.options();
  options.tls = true;
  CHECK_FALSE(answers(std::move(options)));
}

TEST_CASE("with TLS, one that signed its certificate itself is refused, whatever others accept") {
  const RedisTlsServer server{testing::certificates().self_signed_for_localhost()};
  CHECK_FALSE(answers(server.options()));

  // The program around us may have told Poco to accept anything, for its own connections.
  struct Careless {
    void accept(const void*, Poco::Net::VerificationErrorArgs& error) {
      error.setIgnoreError(true);
      asked = true;
    }
    bool asked = false;
  } careless;
  auto& errors = Poco::Net::SSLManager::instance().ClientVerificationError;
  errors += Poco::delegate(&careless, &Careless::accept);
  CHECK_FALSE(answers(server.options()));
  errors -= Poco::delegate(&careless, &Careless::accept);
  CHECK_FALSE(careless.asked);
}

TEST_CASE("a file of authorities that cannot be read is told at once, without its name") {
  redis::RedisOptions options;
  options.tls = true;
  options.ca_file = "/nowhere/hunter2.pem";
  try {
    static_cast<void>(redis::make_redis_client(std::move(options)));
    FAIL_CHECK("was accepted");
  } catch (const std::invalid_argument& error) {
    CHECK(std::string{error.what()}.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("with TLS, a frozen server holds nobody, and is used again when it goes on") {
  RedisTlsServer server;
  auto options = server.options();
  options.timeout = std::chrono::milliseconds{300};
  const auto client = redis::make_redis_client(std::move(options));
  REQUIRE(client->ping());

  server.server().freeze();
  const auto begun = std::chrono::steady_clock::now();
  // Once on the connection that there is, once on one that must be made.
  CHECK_FALSE(client->ping());
  std::this_thread::sleep_for(std::chrono::milliseconds{30});
  CHECK_FALSE(client->ping());
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{6});
  CHECK(client->statistics().failures == 2);
  server.server().thaw();

  bool back = false;
  for (int tries = 0; tries < 500 && !back; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    back = client->ping();
  }
  CHECK(back);
}
