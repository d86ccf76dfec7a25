#include "coffeeauth/testing/contract/rate_counter.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <set>
#include <string>

#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

void counting(RateCounterHarness& harness) {
  SUBCASE("counters: each key counts for itself") {
    const auto counters = harness.fresh();
    CHECK(counters->peek("a", harness.now()).count == 0);
    CHECK(counters->add("a", 10min, harness.now()).count == 1);
    CHECK(counters->add("a", 10min, harness.now()).count == 2);
    CHECK(counters->add("b", 10min, harness.now()).count == 1);
    CHECK(counters->peek("a", harness.now()).count == 2);
    CHECK(counters->peek("a", harness.now()).count == 2);
    CHECK(counters->peek("A", harness.now()).count == 0);
  }

  SUBCASE("counters: a key may hold any bytes") {
    const auto counters = harness.fresh();
    const auto odd = "a\0b \r\n\"'%\xff"s;
    counters->add(odd, 10min, harness.now());
    CHECK(counters->peek(odd, harness.now()).count == 1);
    CHECK(counters->peek("a", harness.now()).count == 0);
  }

  SUBCASE("counters: a cleared one starts again") {
    const auto counters = harness.fresh();
    counters->add("a", 10min, harness.now());
    counters->add("b", 10min, harness.now());
    counters->clear("a");
    counters->clear("never counted");
    CHECK(counters->peek("a", harness.now()).count == 0);
    CHECK(counters->peek("b", harness.now()).count == 1);
    CHECK(counters->add("a", 10min, harness.now()).count == 1);
  }

  SUBCASE("counters: of many at once none is lost, and no two get the same number") {
    for (Rounds rounds{harness}; rounds.next();) {
      const auto counters = harness.fresh();
      const auto now = harness.now();
      const auto sums = race(race_threads, [&](std::size_t) {
        for (int i = 0; i < 9; ++i) static_cast<void>(counters->add("all", 10min, now));
        return counters->add("all", 10min, now).count;
      });
      CHECK(counters->peek("all", now).count == race_threads * 10);
      CHECK(std::set(sums.begin(), sums.end()).size() == race_threads);
    }
  }
}

void windows(RateCounterHarness& harness) {
  SUBCASE("counters: a window starts with the first count and is not moved by the next") {
    const auto counters = harness.fresh();
    CHECK(counters->add("a", 3s, harness.now()).resets_in <= 3s);
    harness.pass(2s);
    const auto second = counters->add("a", 3s, harness.now());
    CHECK(second.count == 2);
    CHECK(second.resets_in > 0ms);
    CHECK(second.resets_in <= 1s);
    CHECK(counters->peek("a", harness.now()).resets_in <= 1s);
    harness.pass(1'100ms);
    CHECK(counters->peek("a", harness.now()).count == 0);
    const auto third = counters->add("a", 3s, harness.now());
    CHECK(third.count == 1);
    CHECK(third.resets_in > 1s);
  }
}

void floods(RateCounterHarness& harness) {
  SUBCASE("counters: a flood of one kind does not displace what stands of another") {
    const auto counters = harness.fresh();
    const auto now = harness.now();
    counters->add("login:wait:ada@example.org", 30s, now);
    for (int i = 0; i < 9; ++i) counters->add("login:free:ada@example.org", 24h, now);
    for (int i = 0; i < 1'000; ++i) {
      const auto key = "any:net:6-" + std::to_string(i);
      counters->add(key, 10min, now);
      counters->add(key, 10min, now);
    }
    CHECK(counters->peek("login:wait:ada@example.org", now).count == 1);
    CHECK(counters->peek("login:free:ada@example.org", now).count == 9);
  }
}

}  // namespace

void rate_counter_contract(RateCounterHarness& harness) {
  counting(harness);
  windows(harness);
  floods(harness);
}

}  // namespace coffeeauth::testing
