#include <doctest/doctest.h>

#include <string>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/manual_clock.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

/// Another process's view of the same values, and how often it was asked.
class Shared final : public Cache {
 public:
  Shared(Cache& inner, int& reads) : inner_(inner), reads_(reads) {}
  std::optional<CacheGeneration> generation(std::string_view tag) noexcept override {
    return inner_.generation(tag);
  }
  std::shared_ptr<const std::string> get(std::string_view tag, CacheGeneration generation,
                                         std::string_view key) noexcept override {
    ++reads_;
    return inner_.get(tag, generation, key);
  }
  void put(std::string_view tag, CacheGeneration generation, std::string_view key,
           std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept override {
    inner_.put(tag, generation, key, std::move(value), ttl);
  }
  void invalidate(std::string_view tag) noexcept override { inner_.invalidate(tag); }

 private:
  Cache& inner_;
  int& reads_;
};

struct World {
  testing::ManualClock clock{};
  std::unique_ptr<Cache> shared = memory::make_memory_cache({}, clock);
  int reads = 0;
  std::unique_ptr<Cache> near =
      memory::make_near_cache(std::make_unique<Shared>(*shared, reads), {}, clock);

  void put(Cache& cache, const char* value) {
    cache.put("tag", *cache.generation("tag"), "key", std::make_shared<const std::string>(value),
              60s);
  }
  std::string get() {
    const auto value = near->get("tag", *near->generation("tag"), "key");
    return value ? *value : "";
  }
};

}  // namespace

TEST_CASE("what was just seen is not fetched again for a second") {
  World t;
  t.put(*t.shared, "value");
  CHECK(t.get() == "value");
  CHECK(t.get() == "value");
  CHECK(t.reads == 1);

  t.clock.advance(1001ms);
  CHECK(t.get() == "value");
  CHECK(t.reads == 2);
}

TEST_CASE("what was put here is not fetched, and the others see it") {
  World t;
  t.put(*t.near, "value");
  CHECK(t.get() == "value");
  CHECK(t.reads == 0);
  CHECK(*t.shared->get("tag", *t.shared->generation("tag"), "key") == "value");
}

TEST_CASE("what another process invalidates is out of reach at once") {
  World t;
  t.put(*t.near, "old");
  REQUIRE(t.get() == "old");
  t.shared->invalidate("tag");
  CHECK(t.get().empty());
}

TEST_CASE("a miss is asked for again") {
  World t;
  CHECK(t.get().empty());
  t.put(*t.shared, "value");
  CHECK(t.get() == "value");
}
