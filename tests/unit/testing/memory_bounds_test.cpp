// What the contracts do not ask for: how much the memory adapters hold.

#include "coffeeauth/testing/doctest.hpp"

#include <string>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/manual_clock.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

struct SmallCache {
  explicit SmallCache(const memory::MemoryCacheOptions& options)
      : cache(memory::make_memory_cache(options, clock)) {}

  void put(const std::string& key, const std::string& value = "value") {
    cache->put("tag", *cache->generation("tag"), key, std::make_shared<const std::string>(value),
               60s);
  }
  bool has(const std::string& key) {
    return cache->get("tag", *cache->generation("tag"), key) != nullptr;
  }

  testing::ManualClock clock;
  std::unique_ptr<Cache> cache;
};

}  // namespace

TEST_CASE("a full cache gives up what was not used for longest") {
  SmallCache t{{.max_entries = 3}};
  for (const auto* key : {"a", "b", "c"}) t.put(key);
  CHECK(t.has("a"));
  t.put("d");
  CHECK(t.has("a"));
  CHECK_FALSE(t.has("b"));
  CHECK(t.has("c"));
  CHECK(t.has("d"));
}

TEST_CASE("a cache holds no more octets than it may, and no value larger than itself") {
  SmallCache t{{.max_bytes = 1'000}};
  t.put("a", std::string(400, 'x'));
  t.put("b", std::string(400, 'x'));
  CHECK(t.has("a"));
  t.put("c", std::string(400, 'x'));
  CHECK_FALSE(t.has("b"));
  CHECK(t.has("c"));
  t.put("huge", std::string(1'000, 'x'));
  CHECK_FALSE(t.has("huge"));
  CHECK(t.has("a"));
  t.put("a", "small");
  t.put("d", std::string(400, 'x'));
  CHECK(t.has("c"));
  CHECK(t.has("d"));
}

TEST_CASE("a cache without room keeps nothing, and that is no error") {
  SmallCache t{{.max_entries = 0}};
  t.put("a");
  CHECK_FALSE(t.has("a"));
}

TEST_CASE("a cache that forgets its tags makes everything under them unreachable") {
  SmallCache t{{}};
  t.put("a");
  for (int i = 0; i <= 10'000; ++i) t.cache->invalidate("tag " + std::to_string(i));
  CHECK_FALSE(t.has("a"));
  t.put("a");
  CHECK(t.has("a"));
}

TEST_CASE("invented keys cannot push out the counter that holds an attacker back") {
  testing::ManualClock clock;
  const auto counters = memory::make_memory_counters({.max_entries = 100});
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(counters->add("login of ada", 15min, clock.now()));
  }
  for (int i = 0; i < 10'000; ++i) {
    static_cast<void>(counters->add("invented " + std::to_string(i), 60min, clock.now()));
  }
  CHECK(counters->peek("login of ada", clock.now()).count == 10);
}

TEST_CASE("a flood of counters displaces its own kind, lowest and first to end") {
  testing::ManualClock clock;
  const auto counters = memory::make_memory_counters({.max_entries = 100});
  static_cast<void>(counters->add("login:wait:ada", 15s, clock.now()));
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(counters->add("login:free:" + std::to_string(i), 24h, clock.now()));
  }
  for (int i = 0; i < 10'000; ++i) {
    const auto key = "any:net:" + std::to_string(i);
    for (int n = 0; n < 3; ++n) static_cast<void>(counters->add(key, 60min, clock.now()));
  }
  CHECK(counters->peek("login:wait:ada", clock.now()).count == 1);
  for (int i = 0; i < 20; ++i) {
    CHECK(counters->peek("login:free:" + std::to_string(i), clock.now()).count == 1);
  }
  static_cast<void>(counters->add("verify:net:long", 2h, clock.now()));
  for (int i = 0; i < 10'000; ++i) {
    static_cast<void>(counters->add("verify:net:" + std::to_string(i), 1h, clock.now()));
  }
  CHECK(counters->peek("verify:net:long", clock.now()).count == 1);
}

TEST_CASE("full counters make room from those whose window is over") {
  testing::ManualClock clock;
  const auto counters = memory::make_memory_counters({.max_entries = 4});
  for (const auto* key : {"a", "b"}) {
    for (int i = 0; i < 5; ++i) static_cast<void>(counters->add(key, 1min, clock.now()));
  }
  clock.advance(1min);
  for (const auto* key : {"c", "d", "e"}) {
    CHECK(counters->add(key, 1min, clock.now()).count == 1);
  }
  for (const auto* key : {"c", "d", "e"}) {
    CHECK(counters->peek(key, clock.now()).count == 1);
  }
}
