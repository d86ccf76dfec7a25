// How one process shares its few connections, and what it leaves on the server.

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

// Private: what lies on the server is read, and spoilt, by its own commands.
#include "adapters/redis/src/client.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "tests/integration/redis/faulty_proxy.hpp"
#include "tests/integration/redis/scripted_server.hpp"
#include "tests/redis_server.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;
using testing::FaultyProxy;
using testing::RedisServer;
using testing::ScriptedServer;

namespace {

UtcTime now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

auto text(const char* value) { return std::make_shared<const std::string>(value); }

std::vector<std::string> keys_on(redis::PooledClient& client) {
  std::vector<std::string> keys;
  auto reply = client.ask({"KEYS", "*"}).value();
  for (auto& item : reply.items) keys.push_back(std::move(item.text));
  return keys;
}

std::string key_with(redis::PooledClient& client, std::string_view part) {
  for (auto& key : keys_on(client)) {
    if (key.find(part) != std::string::npos) return key;
  }
  return {};
}

}  // namespace

TEST_CASE("a caller that finds no connection free waits for one, so that no count is lost") {
  const RedisServer server;
  auto options = server.options();
  options.connections = 2;
  // A machine that has other things to do must not be taken for a server that is down.
  options.timeout = 30s;
  options.pool_timeout = 30s;
  const auto client = redis::make_redis_client(std::move(options));
  const auto counters = redis::make_redis_counters(client, memory::make_memory_counters({}));
  constexpr std::uint64_t callers = 64;
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < callers; ++i) {
    threads.emplace_back([&] { static_cast<void>(counters->add("one", 1h, {})); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(counters->peek("one", {}).count == callers);
  CHECK(client->statistics().skipped == 0);
}

TEST_CASE("nobody waits for a connection to a server that has just failed") {
  RedisServer server;
  auto options = server.options();
  options.connections = 1;
  options.timeout = 200ms;
  options.pool_timeout = 1h;
  options.pause_after_failure = 1h;
  const auto client = redis::make_redis_client(std::move(options));
  REQUIRE(client->ping());
  const auto asked = client->statistics().commands;
  server.freeze();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { static_cast<void>(client->ping()); });
  }
  // They end, since the first one's failure sends the others away.
  for (auto& thread : threads) thread.join();
  server.thaw();
  CHECK(client->statistics().commands == asked + 1);
  CHECK(client->statistics().skipped == 7);
}

TEST_CASE("a caller for whom no connection gets free in time goes on without Redis") {
  RedisServer server;
  auto options = server.options();
  options.connections = 2;
  options.timeout = 30s;
  options.pool_timeout = 1ms;
  const auto client = redis::make_redis_client(std::move(options));
  REQUIRE(client->ping());
  const auto asked = client->statistics().commands;

  server.freeze();
  bool answered[2] = {};
  std::thread one{[&] { answered[0] = client->ping(); }};
  std::thread two{[&] { answered[1] = client->ping(); }};
  while (client->statistics().commands < asked + 2) std::this_thread::sleep_for(1ms);
  CHECK_FALSE(client->ping());
  CHECK(client->statistics().skipped == 1);
  CHECK(client->statistics().commands == asked + 2);
  server.thaw();
  one.join();
  two.join();

  // Nothing had failed.
  CHECK(answered[0]);
  CHECK(answered[1]);
  CHECK(client->statistics().failures == 0);
  CHECK(client->ping());
}

TEST_CASE("many threads share few connections, and each gets its own answer") {
  const RedisServer server;
  auto options = server.options();
  options.connections = 3;
  const auto client = redis::make_redis_client(std::move(options));
  const auto cache = redis::make_redis_cache(client);
  const auto generation = cache->generation("tag").value();
  int wrong[8] = {};
  int right[8] = {};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto own = "key " + std::to_string(i);
      for (int step = 0; step < 300; ++step) {
        cache->put("tag", generation, own, std::make_shared<const std::string>(own), 60s);
        const auto value = cache->get("tag", generation, own);
        if (value) ++(*value == own ? right : wrong)[i];
      }
    });
  }
  for (auto& thread : threads) thread.join();

  for (int i = 0; i < 8; ++i) CHECK(wrong[i] == 0);
  CHECK(*std::max_element(right, right + 8) > 0);
  CHECK(client->statistics().failures == 0);
}

TEST_CASE("a value under another key's name is not used, and is counted") {
  const RedisServer server;
  redis::PooledClient raw{server.options()};
  const auto client = redis::make_redis_client(server.options());
  const auto cache = redis::make_redis_cache(client);
  const auto generation = cache->generation("tag").value();
  cache->put("tag", generation, "hers", text("her page"), 60s);
  const auto hers = key_with(raw, "hers");
  REQUIRE_FALSE(hers.empty());
  auto his = hers;
  his.replace(his.rfind("hers"), 4, "his");
  REQUIRE(raw.ask({"COPY", hers, his}));

  CHECK(cache->get("tag", generation, "his") == nullptr);
  CHECK(client->statistics().damaged == 1);
  CHECK(cache->get("tag", generation, "hers"));
}

TEST_CASE("what is of another type is as good as nothing, and the server goes on being used") {
  const RedisServer server;
  redis::PooledClient raw{server.options()};
  const auto client = redis::make_redis_client(server.options());
  const auto cache = redis::make_redis_cache(client);
  const auto counters = redis::make_redis_counters(client, memory::make_memory_counters({}));
  const auto generation = cache->generation("tag").value();
  cache->put("tag", generation, "key", text("value"), 60s);
  static_cast<void>(counters->add("key", 1min, now()));
  for (const auto& key : keys_on(raw)) {
    REQUIRE(raw.ask({"DEL", key}));
    REQUIRE(raw.ask({"RPUSH", key, "a list"}));
  }

  CHECK_FALSE(cache->generation("tag"));
  CHECK(cache->get("tag", generation, "key") == nullptr);
  CHECK(counters->add("key", 1min, now()).count == 1);
  CHECK(counters->add("key", 1min, now()).count == 2);
  CHECK(client->statistics().skipped == 0);
  // An invalidation writes the generation anew, whatever is there.
  cache->invalidate("tag");
  CHECK(cache->generation("tag"));
}

TEST_CASE("an error of the server is no health") {
  const ScriptedServer server{{.answer = "-LOADING Redis is loading the dataset in memory\r\n"}};
  redis::RedisOptions options;
  options.port = server.port();
  const auto client = redis::make_redis_client(std::move(options));
  CHECK_FALSE(client->ping());
  CHECK_FALSE(client->statistics().healthy);
}

TEST_CASE("a server that has become a replica is looked for anew") {
  for (const auto* const answer :
       {"-READONLY You can't write against a read only replica.\r\n",
        "-ERR Error running script: -READONLY You can't write against a read only replica.\r\n"}) {
    const ScriptedServer server{{.answer = answer}};
    redis::RedisOptions options;
    options.port = server.port();
    options.timeout = 1s;
    const auto client = redis::make_redis_client(std::move(options));
    for (int i = 0; i < 3; ++i) CHECK_FALSE(client->ping());
    CHECK(client->statistics().commands == 3);
    CHECK(server.connections() == 3);
  }
}

TEST_CASE("a value too large to be read back is not stored, and Redis goes on being used") {
  const RedisServer server;
  const auto client = redis::make_redis_client(server.options());
  const auto cache = redis::make_redis_cache(client);
  const auto generation = cache->generation("tag").value();
  const auto put = [&](std::size_t size) {
    cache->put("tag", generation, "key", std::make_shared<const std::string>(size, 'v'), 60s);
    return cache->get("tag", generation, "key") != nullptr;
  };

  CHECK(put(std::size_t{7} * 1024 * 1024));
  CHECK_FALSE(put(std::size_t{9} * 1024 * 1024));
  CHECK(client->statistics().failures == 0);
  CHECK(put(1));
}

TEST_CASE("while an invalidation is owed nobody in this process is told the old generation") {
  const RedisServer server;
  std::atomic<int> writes = 0;
  std::atomic<bool> released = false;
  // The first write is cut off; the next ones are held up until the test has seen enough.
  const FaultyProxy proxy{server.port(), {.request = [&](std::string_view request) {
                            if (!request.starts_with("*3\r\n$3\r\nSET\r\n")) return true;
                            if (++writes == 1) return false;
                            while (!released) std::this_thread::sleep_for(1ms);
                            return true;
                          }}};
  auto options = server.options();
  options.port = proxy.port();
  options.timeout = 30s;
  options.pause_after_failure = 0ms;
  const auto client = redis::make_redis_client(std::move(options));
  const auto cache = redis::make_redis_cache(client);
  const auto before = cache->generation("tag").value();
  cache->invalidate("tag");
  REQUIRE(writes == 1);

  std::optional<CacheGeneration> first;
  std::optional<CacheGeneration> second;
  std::thread one{[&] { first = cache->generation("tag"); }};
  while (writes < 2) std::this_thread::sleep_for(1ms);
  std::atomic<bool> done = false;
  std::thread two{[&] {
    second = cache->generation("tag");
    done = true;
  }};
  // It may be told at once, and must not be told the old one, or it settles the debt itself.
  while (!done && writes < 3) std::this_thread::sleep_for(1ms);
  released = true;
  one.join();
  two.join();
  CHECK(first);
  CHECK(first != before);
  CHECK(second != before);
}

namespace {

/// Two processes, one of which owes the invalidation of "tag" while `cut` is set.
struct Owing {
  const RedisServer server{};
  std::atomic<bool> cut = true;
  const FaultyProxy proxy{server.port(), {.request = [this](std::string_view request) {
                            return !cut || !request.starts_with("*3\r\n$3\r\nSET\r\n");
                          }}};
  const std::shared_ptr<redis::RedisClient> client = redis::make_redis_client([this] {
    auto options = server.options();
    options.port = proxy.port();
    options.pause_after_failure = 0ms;
    return options;
  }());
  const std::unique_ptr<Cache> writer = redis::make_redis_cache(client);
  const std::unique_ptr<Cache> reader =
      redis::make_redis_cache(redis::make_redis_client(server.options()));
  const CacheGeneration before = reader->generation("tag").value();

  Owing() { writer->invalidate("tag"); }
};

}  // namespace

TEST_CASE_FIXTURE(Owing, "what is owed for one tag is made up for when another is asked for") {
  REQUIRE(reader->generation("tag") == before);
  cut = false;
  CHECK(writer->generation("another tag"));
  CHECK(reader->generation("tag") != before);
}

TEST_CASE_FIXTURE(Owing,
                  "what a process owes that is asked for nothing is made up for with a ping") {
  CHECK(client->ping());
  REQUIRE(reader->generation("tag") == before);
  cut = false;
  CHECK(client->ping());
  CHECK(reader->generation("tag") != before);
}

TEST_CASE("the adapter adds to a key and a value nothing that tells of a person") {
  const RedisServer server;
  redis::PooledClient raw{server.options()};
  auto options = server.options();
  options.key_prefix = "shop:";
  const auto client = redis::make_redis_client(std::move(options));
  const auto cache = redis::make_redis_cache(client);
  const auto counters = redis::make_redis_counters(client, memory::make_memory_counters({}));
  const auto generation = cache->generation("users").value();
  cache->put("users", generation, "5f8a", text("{}"), 60s);
  static_cast<void>(counters->add("90ab", 1min, now()));

  auto keys = keys_on(raw);
  std::sort(keys.begin(), keys.end());
  const auto number = std::to_string(static_cast<std::uint64_t>(generation));
  CHECK(keys == std::vector<std::string>{"shop:count:90ab", "shop:generation:users",
                                         "shop:value:5:users:" + number + ":5f8a"});
  CHECK(raw.ask({"GET", keys[0]})->text == "1");
  CHECK(raw.ask({"GET", keys[1]})->text == number);
  const auto framed = raw.ask({"GET", keys[2]})->text;
  CHECK(framed.size() == std::string_view{"CA1\n"}.size() + 3 * 8 + 2);
  CHECK(framed.ends_with("{}"));
  // All but the generations, of which there are few, go by themselves.
  CHECK(raw.ask({"TTL", keys[0]})->integer > 0);
  CHECK(raw.ask({"TTL", keys[2]})->integer > 0);
}
