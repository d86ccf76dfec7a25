// A real redis-server that is killed, frozen, locked or full, and comes back.

#include "coffeeauth/testing/doctest.hpp"

#include <chrono>
#include <string>
#include <thread>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/redis/redis.hpp"
#include "tests/redis_server.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;
using testing::RedisServer;

namespace {

UtcTime now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

auto text(const char* value) { return std::make_shared<const std::string>(value); }

/// Waits, within reason, for the server to be used again.
bool back(redis::RedisClient& client) {
  for (int tries = 0; tries < 500; ++tries) {
    if (client.ping()) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

}  // namespace

TEST_CASE("killed and started again: a miss meanwhile, and then as before with nothing restarted") {
  RedisServer server;
  const auto client = redis::make_redis_client(server.options());
  const auto cache = redis::make_redis_cache(client);
  const auto before = cache->generation("tag");
  REQUIRE(before);
  cache->put("tag", *before, "key", text("old"), 60s);
  REQUIRE(cache->get("tag", *before, "key"));

  server.stop();
  CHECK_FALSE(cache->generation("tag"));
  CHECK(cache->get("tag", *before, "key") == nullptr);

  server.start();
  REQUIRE(back(*client));
  const auto after = cache->generation("tag");
  REQUIRE(after);
  // What is empty again must not count up to what it said before.
  CHECK(*after != *before);
  CHECK(cache->get("tag", *after, "key") == nullptr);
}

TEST_CASE("an invalidation that Redis did not take is made up for before the tag is read again") {
  RedisServer server;
  const auto client = redis::make_redis_client(server.options());
  const auto cache = redis::make_redis_cache(client);
  const auto before = cache->generation("tag");
  REQUIRE(before);

  server.freeze();
  auto impatient = server.options();
  impatient.timeout = 50ms;
  const auto other = redis::make_redis_client(std::move(impatient));
  const auto writer = redis::make_redis_cache(other);
  writer->invalidate("tag");
  CHECK_FALSE(writer->generation("tag"));
  server.thaw();

  REQUIRE(back(*other));
  const auto after = writer->generation("tag");
  REQUIRE(after);
  CHECK(*after != *before);
  CHECK(cache->generation("tag") == after);
}

TEST_CASE("counters go on in the process while the server is away") {
  RedisServer server;
  const auto client = redis::make_redis_client(server.options());
  const auto counters = redis::make_redis_counters(client, memory::make_memory_counters({}));
  CHECK(counters->add("key", 1min, now()).count == 1);

  server.stop();
  CHECK(counters->add("key", 1min, now()).count == 1);
  CHECK(counters->add("key", 1min, now()).count == 2);
  CHECK(counters->peek("key", now()).count == 2);
}

TEST_CASE("counters are Redis's again when it is back") {
  RedisServer server;
  const auto client = redis::make_redis_client(server.options());
  const auto one = redis::make_redis_counters(client, memory::make_memory_counters({}));
  const auto two = redis::make_redis_counters(redis::make_redis_client(server.options()),
                                              memory::make_memory_counters({}));
  server.stop();
  CHECK(one->add("key", 1min, now()).count == 1);
  server.start();
  REQUIRE(back(*client));
  CHECK(one->add("key", 1min, now()).count == 1);
  CHECK(two->add("key", 1min, now()).count == 2);
}

TEST_CASE("after a failure Redis is left alone for the pause, and tried again behind it") {
  RedisServer server;
  auto options = server.options();
  options.pause_after_failure = 300ms;
  const auto client = redis::make_redis_client(std::move(options));
  REQUIRE(client->ping());
  server.stop();
  const auto failed_from = std::chrono::steady_clock::now();
  CHECK_FALSE(client->ping());
  server.start();
  // It is up again, and asked only when the pause is over.
  REQUIRE(back(*client));
  CHECK(std::chrono::steady_clock::now() - failed_from >= 300ms);
  CHECK(client->statistics().failures == 1);
  CHECK(client->statistics().healthy);
}

TEST_CASE("frozen: each call comes back in time, and everything is used again when it goes on") {
  constexpr auto timeout = 100ms;
  RedisServer server;
  auto options = server.options();
  options.timeout = timeout;
  options.pause_after_failure = 0ms;
  const auto client = redis::make_redis_client(std::move(options));
  const auto cache = redis::make_redis_cache(client);
  const auto counters = redis::make_redis_counters(client, memory::make_memory_counters({}));
  const auto before = cache->generation("tag").value();

  server.freeze();
  const auto in_time = [&](auto call) {
    const auto begun = std::chrono::steady_clock::now();
    call();
    return std::chrono::steady_clock::now() - begun < 10 * timeout;
  };
  CHECK(in_time([&] { CHECK_FALSE(cache->generation("tag")); }));
  CHECK(in_time([&] { CHECK(cache->get("tag", before, "key") == nullptr); }));
  CHECK(in_time([&] { cache->put("tag", before, "key", text("value"), 60s); }));
  CHECK(in_time([&] { CHECK(counters->add("key", 1min, now()).count == 1); }));
  CHECK(in_time([&] { CHECK(counters->peek("key", now()).count == 1); }));
  CHECK(in_time([&] { counters->clear("key"); }));
  CHECK(in_time([&] { cache->invalidate("tag"); }));
  CHECK(client->statistics().failures == 7);
  server.thaw();

  REQUIRE(back(*client));
  const auto after = cache->generation("tag");
  REQUIRE(after);
  CHECK(*after != before);
}

TEST_CASE("frozen: one call waits its time, and the next ones not at all until the pause is over") {
  RedisServer server;
  auto options = server.options();
  options.timeout = 100ms;
  options.pause_after_failure = 60s;
  const auto client = redis::make_redis_client(std::move(options));
  REQUIRE(client->ping());

  server.freeze();
  CHECK_FALSE(client->ping());
  const auto asked = client->statistics().commands;
  for (int i = 0; i < 100; ++i) CHECK_FALSE(client->ping());
  server.thaw();

  const auto statistics = client->statistics();
  CHECK(statistics.commands == asked);
  CHECK(statistics.skipped >= 100);
  CHECK_FALSE(statistics.healthy);
}

TEST_CASE("a wrong password is as good as no server") {
  RedisServer server;
  auto options = server.options();
  options.password = Secret{"not it"};
  CHECK_FALSE(redis::make_redis_client(std::move(options))->ping());
  auto none = server.options();
  none.password = {};
  CHECK_FALSE(redis::make_redis_client(std::move(none))->ping());
}

TEST_CASE("a server that is full takes nothing new, and nothing breaks") {
  RedisServer server{{"--maxmemory", "100kb", "--maxmemory-policy", "noeviction"}};
  const auto client = redis::make_redis_client(server.options());
  const auto cache = redis::make_redis_cache(client);
  const auto counters = redis::make_redis_counters(client, memory::make_memory_counters({}));
  // Below what an empty server takes already.
  CHECK(counters->add("key", 1min, now()).count == 1);
  CHECK(counters->add("key", 1min, now()).count == 2);
  if (const auto generation = cache->generation("tag")) {
    cache->put("tag", *generation, "key", text("value"), 60s);
    CHECK(cache->get("tag", *generation, "key") == nullptr);
  }
  CHECK(client->ping());
}

TEST_CASE("what one process invalidates another does not find, with near caches before both") {
  RedisServer server;
  const auto clock = make_system_clock();
  const auto process = [&] {
    return memory::make_near_cache(
        redis::make_redis_cache(redis::make_redis_client(server.options())), {}, *clock);
  };
  const auto one = process();
  const auto two = process();
  const auto generation = one->generation("tag").value();
  one->put("tag", generation, "key", text("value"), 60s);
  REQUIRE(two->get("tag", two->generation("tag").value(), "key"));

  one->invalidate("tag");
  CHECK(two->get("tag", two->generation("tag").value(), "key") == nullptr);
}

TEST_CASE("two clients are two processes: what one invalidates the other does not find") {
  RedisServer server;
  const auto one = redis::make_redis_cache(redis::make_redis_client(server.options()));
  const auto two = redis::make_redis_cache(redis::make_redis_client(server.options()));
  const auto generation = one->generation("tag");
  REQUIRE(generation);
  one->put("tag", *generation, "key", text("value"), 60s);
  REQUIRE(two->get("tag", *two->generation("tag"), "key"));

  one->invalidate("tag");
  CHECK(two->get("tag", *two->generation("tag"), "key") == nullptr);
}
