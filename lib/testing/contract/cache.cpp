#include "coffeeauth/testing/contract/cache.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <atomic>
#include <string>

#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::shared_ptr<const std::string> text(std::string value) {
  return std::make_shared<const std::string>(std::move(value));
}

CacheGeneration generation(Cache& cache, std::string_view tag) {
  const auto now = cache.generation(tag);
  REQUIRE(now);
  return *now;
}

bool holds(Cache& cache, std::string_view tag, std::string_view key, const std::string& value) {
  const auto found = cache.get(tag, generation(cache, tag), key);
  return found && *found == value;
}

bool is_miss(Cache& cache, std::string_view tag, std::string_view key) {
  return cache.get(tag, generation(cache, tag), key) == nullptr;
}

void values(CacheHarness& harness) {
  SUBCASE("cache: what was put is got, byte for byte, under its tag and key only") {
    const auto cache = harness.fresh();
    const auto bytes = "\0\xff caf\xc3\xa9 %_\\'\" \r\n"s + std::string(100'000, 'x');
    CHECK(is_miss(*cache, "users", "page 1"));
    cache->put("users", generation(*cache, "users"), "page 1", text(bytes), 60s);
    CHECK(holds(*cache, "users", "page 1", bytes));
    CHECK(is_miss(*cache, "users", "page 2"));
    CHECK(is_miss(*cache, "roles", "page 1"));
    CHECK(is_miss(*cache, "userspage", " 1"));
    CHECK(is_miss(*cache, "users", ""));
  }

  SUBCASE("cache: an empty value is a value, and a later put replaces an earlier one") {
    const auto cache = harness.fresh();
    const auto now = generation(*cache, "users");
    cache->put("users", now, "k", text(""), 60s);
    CHECK(holds(*cache, "users", "k", ""));
    cache->put("users", now, "k", text("second"), 60s);
    CHECK(holds(*cache, "users", "k", "second"));
  }

  SUBCASE("cache: a value is gone after its time, others stay") {
    const auto cache = harness.fresh();
    const auto now = generation(*cache, "users");
    cache->put("users", now, "short", text("a"), 1s);
    cache->put("users", now, "long", text("b"), 600s);
    CHECK(holds(*cache, "users", "long", "b"));
    harness.pass(1'200ms);
    CHECK(is_miss(*cache, "users", "short"));
    CHECK(holds(*cache, "users", "long", "b"));
  }
}

void invalidation(CacheHarness& harness) {
  SUBCASE("cache: invalidating a tag makes all its values unreachable, and no other's") {
    const auto cache = harness.fresh();
    cache->put("users", generation(*cache, "users"), "1", text("a"), 60s);
    cache->put("users", generation(*cache, "users"), "2", text("b"), 60s);
    cache->put("roles", generation(*cache, "roles"), "1", text("c"), 60s);
    const auto before = generation(*cache, "users");
    cache->invalidate("users");
    CHECK(generation(*cache, "users") != before);
    CHECK(is_miss(*cache, "users", "1"));
    CHECK(is_miss(*cache, "users", "2"));
    CHECK(holds(*cache, "roles", "1", "c"));
  }

  SUBCASE("cache: what was read before an invalidation cannot be put back after it") {
    const auto cache = harness.fresh();
    const auto before = generation(*cache, "users");
    cache->invalidate("users");
    cache->put("users", before, "1", text("old"), 60s);
    CHECK(is_miss(*cache, "users", "1"));
    cache->put("users", generation(*cache, "users"), "1", text("new"), 60s);
    CHECK(holds(*cache, "users", "1", "new"));
  }

  SUBCASE("cache: generations never come back") {
    const auto cache = harness.fresh();
    std::vector<CacheGeneration> seen{generation(*cache, "users")};
    for (int i = 0; i < 20; ++i) {
      cache->invalidate("users");
      seen.push_back(generation(*cache, "users"));
    }
    std::sort(seen.begin(), seen.end());
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  }
}

void races(CacheHarness& harness) {
  SUBCASE("cache: readers that race updates never leave an old value behind") {
    for (Rounds rounds{harness, {.times = 4}}; rounds.next();) {
      const auto cache = harness.fresh();
      std::atomic<int> truth{0};
      race(race_threads, [&](std::size_t i) -> int {
        for (int step = 0; step < 20; ++step) {
          if (i == 0) {
            ++truth;
            cache->invalidate("users");
            continue;
          }
          const auto now = cache->generation("users");
          if (!now || cache->get("users", *now, "k")) continue;
          cache->put("users", *now, "k", text(std::to_string(truth.load())), 60s);
        }
        return 0;
      });
      const auto left = cache->get("users", generation(*cache, "users"), "k");
      if (left) CHECK(*left == std::to_string(truth.load()));
    }
  }

  SUBCASE("cache: of many invalidations at once none is lost") {
    for (Rounds rounds{harness}; rounds.next();) {
      const auto cache = harness.fresh();
      const auto changed = race(race_threads, [&](std::size_t i) -> int {
        const auto own = "tag " + std::to_string(i % 4);
        const auto before = cache->generation(own);
        cache->invalidate(own);
        return before && cache->generation(own) != before ? 1 : 0;
      });
      CHECK(count_of(changed, 1) == race_threads);
    }
  }
}

}  // namespace

void cache_contract(CacheHarness& harness) {
  values(harness);
  invalidation(harness);
  races(harness);
}

}  // namespace coffeeauth::testing
