#include <doctest/doctest.h>

#include <thread>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/contract/cache.hpp"
#include "coffeeauth/testing/contract/rate_counter.hpp"
#include "tests/contract/rounds.hpp"
#include "tests/redis_server.hpp"

using namespace coffeeauth;

namespace {

/// Each fresh one has a prefix of its own on the same server.
redis::RedisOptions fresh_options(const testing::RedisServer& server, int serial) {
  auto options = server.options();
  options.key_prefix = "fresh" + std::to_string(serial) + ":";
  return options;
}

class RedisCacheHarness final : public testing::CacheHarness {
 public:
  std::unique_ptr<Cache> fresh() override {
    return redis::make_redis_cache(redis::make_redis_client(fresh_options(server_, ++serial_)));
  }
  void pass(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }
  std::size_t rounds() const override { return testing::race_rounds(20); }

 private:
  testing::RedisServer server_;
  int serial_ = 0;
};

class RedisCountersHarness final : public testing::RateCounterHarness {
 public:
  std::unique_ptr<RateCounter> fresh() override {
    return redis::make_redis_counters(redis::make_redis_client(fresh_options(server_, ++serial_)),
                                      memory::make_memory_counters({}));
  }
  UtcTime now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
  void pass(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }

 private:
  testing::RedisServer server_;
  int serial_ = 0;
};

}  // namespace

TEST_CASE("the Redis cache keeps the Cache contract") {
  static RedisCacheHarness harness;
  testing::cache_contract(harness);
}

TEST_CASE("the Redis counters keep the RateCounter contract") {
  static RedisCountersHarness harness;
  testing::rate_counter_contract(harness);
}
