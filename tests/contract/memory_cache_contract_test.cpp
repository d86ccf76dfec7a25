#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/contract/cache.hpp"
#include "coffeeauth/testing/contract/rate_counter.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "tests/contract/rounds.hpp"

using namespace coffeeauth;

namespace {

class MemoryCacheHarness final : public testing::CacheHarness {
 public:
  std::unique_ptr<Cache> fresh() override { return memory::make_memory_cache({}, clock_); }
  void pass(std::chrono::milliseconds time) override { clock_.advance(time); }
  std::size_t rounds() const override { return testing::race_rounds(20); }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }

 private:
  testing::ManualClock clock_;
};

class NearCacheHarness final : public testing::CacheHarness {
 public:
  explicit NearCacheHarness(const memory::NearCacheOptions& options = {}) : options_(options) {}
  std::unique_ptr<Cache> fresh() override {
    return memory::make_near_cache(memory::make_memory_cache({}, clock_), options_, clock_);
  }
  void pass(std::chrono::milliseconds time) override { clock_.advance(time); }
  std::size_t rounds() const override { return testing::race_rounds(20); }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }

 private:
  const memory::NearCacheOptions options_;
  testing::ManualClock clock_;
};

class MemoryCountersHarness final : public testing::RateCounterHarness {
 public:
  std::unique_ptr<RateCounter> fresh() override {
    return memory::make_memory_counters({.max_entries = 200});
  }
  UtcTime now() const override { return clock_.now(); }
  void pass(std::chrono::milliseconds time) override { clock_.advance(time); }
  std::size_t rounds() const override { return testing::race_rounds(5); }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }

 private:
  testing::ManualClock clock_;
};

}  // namespace

TEST_CASE("the memory cache keeps the Cache contract") {
  MemoryCacheHarness harness;
  testing::cache_contract(harness);
}

TEST_CASE("a near cache before another keeps the Cache contract") {
  NearCacheHarness harness;
  testing::cache_contract(harness);
}

TEST_CASE("a near cache that keeps generations keeps the Cache contract for its own process") {
  NearCacheHarness harness{{.generation_age = std::chrono::seconds{1}}};
  testing::cache_contract(harness);
}

TEST_CASE("the memory counters keep the RateCounter contract") {
  MemoryCountersHarness harness;
  testing::rate_counter_contract(harness);
}
