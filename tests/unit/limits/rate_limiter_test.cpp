#include "coffeeauth/rate_limiter.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/manual_clock.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  testing::ManualClock clock;
  std::unique_ptr<RateCounter> counters = memory::make_memory_counters({});
  LimitConfig config{};
  RateLimiter limiter{config, *counters, clock};
  EmailAddress ada = EmailAddress::parse("ada@example.org").value();
  EmailAddress same_ada = EmailAddress::parse("ADA@Example.ORG").value();

  void fail_logins(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) REQUIRE(limiter.begin_login(ada, {}).has_value());
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an address gets as many requests as its window allows, then waits") {
  for (int i = 0; i < 20; ++i) {
    REQUIRE(limiter.check_address(LimitScope::sign_up, "192.0.2.1").has_value());
  }
  const auto refused = limiter.check_address(LimitScope::sign_up, "192.0.2.1");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::rate_limited);
  CHECK(refused.error().retry_after == 3'600s);

  CHECK(limiter.check_address(LimitScope::sign_up, "192.0.2.2").has_value());
  CHECK(limiter.check_address(LimitScope::resend_code, "192.0.2.1").has_value());
  clock.advance(1h);
  CHECK(limiter.check_address(LimitScope::sign_up, "192.0.2.1").has_value());
}

TEST_CASE_FIXTURE(Fixture, "ten failed logins close an account, however its address is spelled") {
  fail_logins(10);
  const auto refused = limiter.begin_login(same_ada, {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::rate_limited);
}

TEST_CASE_FIXTURE(Fixture, "the advice to wait grows with every further attempt") {
  fail_logins(10);
  clock.advance(14min + 50s);
  const auto first = limiter.begin_login(ada, {}).error().retry_after.value();
  auto last = first;
  for (int i = 0; i < 8; ++i) {
    const auto next = limiter.begin_login(ada, {}).error().retry_after.value();
    CHECK(next >= last);
    last = next;
  }
  CHECK(last > first);
  CHECK(last <= config.login_failures.window);
}

TEST_CASE_FIXTURE(Fixture, "a right login clears the failures of the account") {
  fail_logins(10);
  limiter.login_succeeded(ada, {});
  CHECK(limiter.begin_login(ada, {}).has_value());
}

TEST_CASE_FIXTURE(Fixture,
                  "strangers cannot lock the owner out of a network known to the account") {
  fail_logins(10);
  REQUIRE_FALSE(limiter.begin_login(ada, {}).has_value());
  CHECK(limiter.begin_login(ada, "4-c0000201").has_value());
}

TEST_CASE_FIXTURE(Fixture, "the owner who logs in does not give strangers another ten guesses") {
  fail_logins(10);
  REQUIRE(limiter.begin_login(ada, "4-c0000201").has_value());
  limiter.login_succeeded(ada, "4-c0000201");
  CHECK_FALSE(limiter.begin_login(ada, {}).has_value());
}

TEST_CASE_FIXTURE(Fixture, "a known network is counted too") {
  for (int i = 0; i < 10; ++i) REQUIRE(limiter.begin_login(ada, "4-c0000201").has_value());
  CHECK_FALSE(limiter.begin_login(ada, "4-c0000201").has_value());
}

TEST_CASE("limits that are turned off refuse nothing") {
  testing::ManualClock clock;
  const auto counters = memory::make_memory_counters({});
  LimitConfig config;
  config.enabled = false;
  config.any.count = 1;
  RateLimiter limiter{config, *counters, clock};
  for (int i = 0; i < 100; ++i) {
    REQUIRE(limiter.check_user("someone").has_value());
    REQUIRE(limiter.check_address(LimitScope::any, "192.0.2.1").has_value());
  }
}
