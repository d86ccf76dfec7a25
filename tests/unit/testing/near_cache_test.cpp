#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "lib/testing/contract/race.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

/// What all processes share, how often this one asked for it, and what happens just before an
/// answer of it arrives.
struct Shared {
  explicit Shared(const Clock& clock) : cache(memory::make_memory_cache({}, clock)) {}

  std::unique_ptr<Cache> cache;
  std::atomic<int> reads = 0;
  std::atomic<int> generations = 0;
  std::atomic<bool> down = false;
  std::function<void()> before_generation_arrives = [] {};
  std::function<void()> before_invalidation = [] {};
};

class WayToShared final : public Cache {
 public:
  explicit WayToShared(Shared& shared) : shared_(shared) {}
  std::optional<CacheGeneration> generation(std::string_view tag) noexcept override {
    ++shared_.generations;
    if (shared_.down) return std::nullopt;
    const auto generation = shared_.cache->generation(tag);
    shared_.before_generation_arrives();
    return generation;
  }
  std::shared_ptr<const std::string> get(std::string_view tag, CacheGeneration generation,
                                         std::string_view key) noexcept override {
    ++shared_.reads;
    return shared_.cache->get(tag, generation, key);
  }
  void put(std::string_view tag, CacheGeneration generation, std::string_view key,
           std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept override {
    shared_.cache->put(tag, generation, key, std::move(value), ttl);
  }
  void invalidate(std::string_view tag) noexcept override {
    shared_.before_invalidation();
    shared_.cache->invalidate(tag);
  }

 private:
  Shared& shared_;
};

struct World {
  explicit World(const memory::NearCacheOptions& options = {})
      : near(memory::make_near_cache(std::make_unique<WayToShared>(shared), options, clock)) {}

  testing::ManualClock clock{};
  Shared shared{clock};
  std::unique_ptr<Cache> near;

  void put(Cache& cache, const std::string& value, std::chrono::seconds ttl = 60s) {
    cache.put("tag", *cache.generation("tag"), "key", std::make_shared<const std::string>(value),
              ttl);
  }
  std::string get() {
    const auto value = near->get("tag", *near->generation("tag"), "key");
    return value ? *value : "";
  }
};

}  // namespace

TEST_CASE("what was just seen is not fetched again for a second") {
  World t;
  t.put(*t.shared.cache, "value");
  CHECK(t.get() == "value");
  t.clock.advance(999ms);
  CHECK(t.get() == "value");
  CHECK(t.shared.reads == 1);

  t.clock.advance(1ms);
  CHECK(t.get() == "value");
  CHECK(t.shared.reads == 2);
}

TEST_CASE("a near value lives for its own time when that is shorter") {
  World t{{.max_age = 300ms}};
  t.put(*t.near, "value");
  t.clock.advance(299ms);
  CHECK(t.get() == "value");
  CHECK(t.shared.reads == 0);
  t.clock.advance(1ms);
  CHECK(t.get() == "value");
  CHECK(t.shared.reads == 1);

  t.put(*t.near, "brief", 0s);
  CHECK(t.get() == "value");
}

TEST_CASE("what was put here is not fetched, and the others see it") {
  World t;
  t.put(*t.near, "value");
  CHECK(t.get() == "value");
  CHECK(t.shared.reads == 0);
  CHECK(*t.shared.cache->get("tag", *t.shared.cache->generation("tag"), "key") == "value");
}

TEST_CASE("what another process invalidates is out of reach at once") {
  World t;
  t.put(*t.near, "old");
  REQUIRE(t.get() == "old");
  t.shared.cache->invalidate("tag");
  CHECK(t.get().empty());
}

TEST_CASE("a miss is asked for again") {
  World t;
  CHECK(t.get().empty());
  t.put(*t.shared.cache, "value");
  CHECK(t.get() == "value");
}

TEST_CASE("a tag and a key are told apart, whatever they hold") {
  World t;
  const auto value = std::make_shared<const std::string>("value");
  const auto generation = *t.near->generation("a");
  t.near->put("a", generation, "bc", value, 60s);
  CHECK(t.near->get("ab", generation, "c") == nullptr);
  const auto number = std::to_string(static_cast<std::uint64_t>(generation));
  CHECK(t.near->get("a:" + number, generation, "bc") == nullptr);
}

TEST_CASE("near values are bounded in number and octets") {
  World t{{.max_entries = 2, .max_bytes = 1'000}};
  const auto generation = *t.near->generation("tag");
  const auto put = [&](const char* key, std::size_t size) {
    t.near->put("tag", generation, key, std::make_shared<const std::string>(size, 'v'), 60s);
  };
  const auto is_near = [&](const char* key) {
    const int before = t.shared.reads;
    static_cast<void>(t.near->get("tag", generation, key));
    return t.shared.reads == before;
  };
  put("a", 1);
  put("b", 1);
  put("c", 1);
  CHECK(is_near("c"));
  CHECK_FALSE(is_near("a"));
  put("large", 1'001);
  CHECK_FALSE(is_near("large"));
}

TEST_CASE("a generation that may be kept is asked for once in its age") {
  World t{{.generation_age = 400ms}};
  t.put(*t.near, "value");
  CHECK(t.get() == "value");
  t.clock.advance(399ms);
  CHECK(t.get() == "value");
  CHECK(t.shared.generations == 1);

  t.shared.cache->invalidate("tag");
  CHECK(t.get() == "value");
  t.clock.advance(1ms);
  CHECK(t.get().empty());
  CHECK(t.shared.generations == 2);

  // Each tag has its own.
  CHECK(t.near->generation("other"));
  CHECK(t.shared.generations == 3);
  // A clock that is put back makes none live longer.
  t.clock.advance(-1h);
  CHECK(t.near->generation("tag"));
  CHECK(t.shared.generations == 4);
}

TEST_CASE("that the shared cache is down is asked for every time") {
  World t{{.generation_age = 1s}};
  t.shared.down = true;
  CHECK_FALSE(t.near->generation("tag"));
  CHECK_FALSE(t.near->generation("tag"));
  CHECK(t.shared.generations == 2);
  t.shared.down = false;
  CHECK(t.near->generation("tag"));
}

TEST_CASE("what this process invalidates is out of reach at once, kept generation or not") {
  World t{{.generation_age = 1s}};
  t.put(*t.near, "old");
  REQUIRE(t.get() == "old");
  t.near->invalidate("tag");
  CHECK(t.get().empty());
}

TEST_CASE("a generation that arrives after an invalidation is not kept") {
  World t{{.generation_age = 1s}};
  bool first = true;
  t.shared.before_generation_arrives = [&] {
    if (std::exchange(first, false)) t.near->invalidate("tag");
  };
  const auto overtaken = t.near->generation("tag");
  CHECK(t.near->generation("tag") != overtaken);
  CHECK(t.near->generation("tag") == t.shared.cache->generation("tag"));
}

TEST_CASE(
    "a kept generation is dropped before the shared cache has been told, and again behind it") {
  World t{{.generation_age = 1s}};
  const auto before = t.near->generation("tag");
  t.shared.before_invalidation = [&] {
    CHECK(t.shared.generations == 1);
    CHECK(t.near->generation("tag") == before);
    CHECK(t.shared.generations == 2);
  };
  t.near->invalidate("tag");
  CHECK(t.near->generation("tag") != before);
}

TEST_CASE("of many threads none is told a generation of before its own invalidation") {
  World t{{.generation_age = 1s}};
  const auto late = testing::race(8, [&](std::size_t i) -> int {
    int same = 0;
    const auto tag = std::to_string(i % 2);
    for (int step = 0; step < 500; ++step) {
      const auto before = t.near->generation(tag);
      t.near->put(tag, *before, "key", std::make_shared<const std::string>("value"), 60s);
      t.near->invalidate(tag);
      const auto after = t.near->generation(tag);
      if (after == before || t.near->get(tag, *after, "no such key")) ++same;
    }
    return same;
  });
  CHECK(testing::count_of(late, 0) == 8);
  for (const auto* const tag : {"0", "1"}) {
    CHECK(t.near->generation(tag) == t.shared.cache->generation(tag));
  }
}

TEST_CASE("a near cache that would keep anything for longer than a second is refused") {
  const testing::ManualClock clock;
  const auto make = [&](const memory::NearCacheOptions& options) {
    static_cast<void>(
        memory::make_near_cache(memory::make_memory_cache({}, clock), options, clock));
  };
  make({.max_age = 0ms});
  make({.max_age = 1s, .generation_age = 1s});
  CHECK_THROWS_AS(make({.max_age = 1001ms}), std::invalid_argument);
  CHECK_THROWS_AS(make({.max_age = -1ms}), std::invalid_argument);
  CHECK_THROWS_AS(make({.generation_age = 1001ms}), std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(memory::make_near_cache(nullptr, {}, clock)),
                  std::invalid_argument);
}
