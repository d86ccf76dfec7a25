// What stands between Redis and its client cuts, changes, repeats, mixes up or slows down what it
// carries.

#include <signal.h>
#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>

// Private: only its own writing can be timed to meet a connection that has just gone.
#include "adapters/net/src/channel.hpp"
#include "coffeeauth/redis/redis.hpp"
#include "tests/integration/redis/faulty_proxy.hpp"
#include "tests/integration/redis/scripted_server.hpp"
#include "tests/redis_tls_server.hpp"
#include "tests/sanitized.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;
using testing::Delivery;
using testing::FaultyProxy;
using testing::RedisServer;
using testing::RedisTlsServer;
using testing::ScriptedServer;

namespace {

constexpr auto timeout = 100ms;
// Ten times over, for a machine that has other things to do.
constexpr auto patience = 10 * timeout;

/// Harms most replies, each in a way drawn from a fixed seed, and counts them.
class Vandal {
 public:
  Delivery operator()(std::string reply) {
    const std::lock_guard lock{mutex_};
    const auto before = std::exchange(before_, reply);
    switch (draw(8)) {
      case 0:
      case 1:
        return {.bytes = std::move(reply)};
      case 2:
        reply.resize(draw(reply.size()));
        break;
      case 3:
        reply[draw(reply.size())] ^= static_cast<char>(1 + draw(255));
        break;
      case 4:
        reply = before;
        break;
      case 5:
        reply = before + reply;
        break;
      case 6:
        // As a client that fills up what a timeout cut would have it.
        reply.replace(reply.size() / 2, reply.size(), std::string(reply.size() / 2, ' '));
        break;
      default:
        reply.erase(draw(reply.size()), 1 + draw(4));
    }
    // Seldom kept open: each that is costs the client its timeout.
    const bool close = ++harmed_ % 100 != 0;
    return {.bytes = std::move(reply), .close_after = close};
  }
  [[nodiscard]] int harmed() const noexcept { return harmed_; }

 private:
  std::size_t draw(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_);
  }

  std::mutex mutex_;
  std::mt19937 random_{20'240'229};
  std::string before_ = "$-1\r\n";
  std::atomic<int> harmed_ = 0;
};

std::string key_of(std::size_t i) { return "key " + std::to_string(i); }
std::string value_of(std::size_t i) { return std::string(1 + i * 37 % 3'000, 'v') + key_of(i); }

}  // namespace

TEST_CASE("of ten thousand harmed replies none brings a cut, changed or foreign value") {
  constexpr std::size_t keys = 50;
  const RedisServer server;
  const auto cache = redis::make_redis_cache(redis::make_redis_client(server.options()));
  const auto generation = cache->generation("tag").value();
  for (std::size_t i = 0; i < keys; ++i) {
    cache->put("tag", generation, key_of(i), std::make_shared<const std::string>(value_of(i)), 1h);
  }

  Vandal vandal;
  const FaultyProxy proxy{server.port(),
                          {.reply = [&](std::string reply) { return vandal(std::move(reply)); }}};
  auto options = server.options();
  options.port = proxy.port();
  options.timeout = 20ms;
  options.pause_after_failure = 0ms;
  const auto client = redis::make_redis_client(std::move(options));
  const auto harmed_cache = redis::make_redis_cache(client);
  int right = 0;
  int wrong = 0;
  for (std::size_t i = 0; static_cast<std::size_t>(vandal.harmed()) < testing::tries(10'000);
       i = (i + 1) % keys) {
    const auto value = harmed_cache->get("tag", generation, key_of(i));
    if (value) ++(*value == value_of(i) ? right : wrong);
  }
  CHECK(wrong == 0);
  // Or the test shows nothing.
  CHECK(right > static_cast<int>(testing::tries(100)));
  CHECK(client->statistics().damaged > testing::tries(100));
}

TEST_CASE("with TLS, a server that drips its handshake holds nobody") {
  const ScriptedServer server{
      {.answer = std::string{"\x16\x03\x03\x40\x00", 5} + std::string(500, '\0'), .pace = 30ms}};
  redis::RedisOptions options;
  options.port = server.port();
  options.timeout = timeout;
  options.tls = true;
  options.ca_file = testing::certificates().authority();
  const auto client = redis::make_redis_client(std::move(options));

  const auto begun = std::chrono::steady_clock::now();
  CHECK_FALSE(client->ping());
  CHECK(std::chrono::steady_clock::now() - begun < patience);
  CHECK(server.connections() == 1);
}

TEST_CASE("with TLS, a reply that drips holds nobody") {
  const RedisTlsServer server;
  std::atomic<bool> dripping = false;
  const FaultyProxy proxy{server.options().port, {.reply = [&](std::string bytes) {
                            return Delivery{.bytes = std::move(bytes),
                                            .pace = dripping ? 30ms : 0ms};
                          }}};
  auto options = server.options();
  options.port = proxy.port();
  options.timeout = 300ms;
  const auto client = redis::make_redis_client(std::move(options));
  const auto cache = redis::make_redis_cache(client);
  const auto generation = cache->generation("tag");
  REQUIRE(generation);
  cache->put("tag", *generation, "key", std::make_shared<const std::string>(500, 'v'), 60s);
  REQUIRE(cache->get("tag", *generation, "key"));

  dripping = true;
  const auto begun = std::chrono::steady_clock::now();
  CHECK(cache->get("tag", *generation, "key") == nullptr);
  CHECK(std::chrono::steady_clock::now() - begun < 3s);
}

TEST_CASE("a server that hangs up on a large value ends the exchange and not the process") {
  const auto large = std::make_shared<const std::string>(std::size_t{4} * 1024 * 1024, 'v');
  const auto put_twenty = [&](redis::RedisOptions options) {
    options.timeout = 2s;
    options.pause_after_failure = 0ms;
    const auto client = redis::make_redis_client(std::move(options));
    const auto cache = redis::make_redis_cache(client);
    for (int i = 0; i < 20; ++i) cache->put("tag", CacheGeneration{1}, "key", large, 60s);
    return client->statistics().failures;
  };

  const ScriptedServer server{{.close_after = true}};
  redis::RedisOptions options;
  options.port = server.port();
  CHECK(put_twenty(std::move(options)) == 20);

  const RedisTlsServer secured;
  const FaultyProxy proxy{secured.options().port,
                          {.request = [](std::string_view bytes) { return bytes.size() < 8'000; }}};
  auto by_tls = secured.options();
  by_tls.port = proxy.port();
  CHECK(put_twenty(std::move(by_tls)) == 20);
}

TEST_CASE("writing to a connection that is gone raises no signal") {
  const auto write_until_it_fails = [](const redis::RedisOptions& options, auto end_it) {
    net::Resolver resolver;
    const auto in_time = std::chrono::steady_clock::now() + 60s;
    net::Channel channel{resolver.resolve(options.host, in_time), options.port, in_time};
    if (options.tls) channel.secure(net::TlsContext{options.host, options.ca_file}, in_time);
    // Once all that was sent has been read, the server's end is an end, and not a reset.
    std::string reply;
    channel.send("PING\r\n", in_time);
    channel.receive_into(reply, in_time);
    end_it();
    const auto write = [&] {
      for (int i = 0; i < 1'000; ++i) {
        channel.send("x", in_time);
        std::this_thread::sleep_for(1ms);
      }
    };
    CHECK_THROWS_AS(write(), net::ConnectionFailed);
  };

  static std::atomic<int> raised;
  raised = 0;
  // Whoever started this program may have had it ignore the signal.
  const auto before = std::signal(SIGPIPE, [](int) { ++raised; });
  sigset_t none{};
  sigset_t mask{};
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, &mask);
  RedisServer server;
  write_until_it_fails(server.options(), [&] { server.stop(); });
  RedisTlsServer secured;
  write_until_it_fails(secured.options(), [&] { secured.server().stop(); });
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  std::signal(SIGPIPE, before);
  CHECK(raised == 0);
}
