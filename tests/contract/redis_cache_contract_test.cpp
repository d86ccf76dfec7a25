#include "coffeeauth/testing/doctest.hpp"

#include <thread>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/contract/cache.hpp"
#include "coffeeauth/testing/contract/rate_counter.hpp"
#include "tests/contract/rounds.hpp"
#include "tests/redis_tls_server.hpp"

using namespace coffeeauth;

namespace {

/// How the suites reach a server; each fresh one has a prefix of its own on it.
class Way {
 public:
  virtual ~Way() = default;
  [[nodiscard]] redis::RedisOptions fresh() {
    auto fresh = options();
    fresh.key_prefix = "fresh" + std::to_string(++serial_) + ":";
    return fresh;
  }

 private:
  [[nodiscard]] virtual redis::RedisOptions options() const = 0;
  int serial_ = 0;
};

class WithPassword final : public Way {
  redis::RedisOptions options() const override { return server_.options(); }
  testing::RedisServer server_;
};

class Plain final : public Way {
  redis::RedisOptions options() const override {
    auto options = server_.options();
    // Not the one that a server has anyway.
    options.database = 3;
    return options;
  }
  testing::RedisServer server_{{}, ""};
};

class ByTls final : public Way {
  redis::RedisOptions options() const override { return server_.options(); }
  testing::RedisTlsServer server_;
};

class RedisCacheHarness final : public testing::CacheHarness {
 public:
  explicit RedisCacheHarness(Way& way) : way_(way) {}
  std::unique_ptr<Cache> fresh() override {
    return redis::make_redis_cache(redis::make_redis_client(way_.fresh()));
  }
  void pass(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }
  std::size_t rounds() const override { return testing::race_rounds(5); }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }

 private:
  Way& way_;
};

class NearRedisCacheHarness final : public testing::CacheHarness {
 public:
  explicit NearRedisCacheHarness(Way& way) : way_(way) {}
  std::unique_ptr<Cache> fresh() override {
    return memory::make_near_cache(redis::make_redis_cache(redis::make_redis_client(way_.fresh())),
                                   {}, *clock_);
  }
  void pass(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }
  std::size_t rounds() const override { return testing::race_rounds(5); }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }

 private:
  Way& way_;
  std::unique_ptr<Clock> clock_ = make_system_clock();
};

class RedisCountersHarness final : public testing::RateCounterHarness {
 public:
  explicit RedisCountersHarness(Way& way) : way_(way) {}
  std::unique_ptr<RateCounter> fresh() override {
    return redis::make_redis_counters(redis::make_redis_client(way_.fresh()),
                                      memory::make_memory_counters({}));
  }
  UtcTime now() const override { return clock_->now(); }
  void pass(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }
  std::size_t rounds() const override { return testing::race_rounds(5); }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }

 private:
  Way& way_;
  std::unique_ptr<Clock> clock_ = make_system_clock();
};

/// One server for all subcases of a case: starting one takes longer than most of them.
template <class Harness, class Server>
Harness& over() {
  static Server way;
  static Harness harness{way};
  return harness;
}

}  // namespace

TEST_CASE("the Redis cache keeps the Cache contract") {
  testing::cache_contract(over<RedisCacheHarness, Plain>());
}

TEST_CASE("the Redis cache keeps the Cache contract with a password") {
  testing::cache_contract(over<RedisCacheHarness, WithPassword>());
}

TEST_CASE("the Redis cache keeps the Cache contract over TLS") {
  testing::cache_contract(over<RedisCacheHarness, ByTls>());
}

TEST_CASE("a near cache before Redis keeps the Cache contract") {
  testing::cache_contract(over<NearRedisCacheHarness, Plain>());
}

TEST_CASE("the Redis counters keep the RateCounter contract") {
  testing::rate_counter_contract(over<RedisCountersHarness, Plain>());
}

TEST_CASE("the Redis counters keep the RateCounter contract with a password") {
  testing::rate_counter_contract(over<RedisCountersHarness, WithPassword>());
}

TEST_CASE("the Redis counters keep the RateCounter contract over TLS") {
  testing::rate_counter_contract(over<RedisCountersHarness, ByTls>());
}
