#include "coffeeauth/rate_limiter.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

  /// One that is counted, and whose password is wrong.
  Result<void> fail_login(std::string_view network = {}) {
    const auto begun = limiter.begin_login(ada, network);
    const auto answer = limiter.login_failed(ada, network, clock.now());
    return begun ? answer : begun;
  }
  void fail_logins(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) REQUIRE_OK(limiter.begin_login(ada, {}));
    for (std::size_t i = 0; i < times; ++i) {
      static_cast<void>(limiter.login_failed(ada, "4-c0000201", clock.now()));
    }
  }
};

/// Lets something happen just after the tenth of anything was counted, before it is known to
/// whoever counted it.
class InterruptedCounter final : public RateCounter {
 public:
  explicit InterruptedCounter(RateCounter& inner) : inner_(inner) {}

  RateCount add(std::string_view key, std::chrono::milliseconds window,
                UtcTime now) noexcept override {
    const auto counted = inner_.add(key, window, now);
    if (counted.count == 10) std::exchange(then, [] {})();
    return counted;
  }
  RateCount peek(std::string_view key, UtcTime now) noexcept override {
    auto counted = inner_.peek(key, now);
    counted.count -= std::exchange(came_after_reading, 0U);
    return counted;
  }
  void clear(std::string_view key) noexcept override { inner_.clear(key); }

  std::function<void()> then = [] {};
  /// The next one to read a counter did so before so many others had been counted.
  std::uint64_t came_after_reading = 0;

 private:
  RateCounter& inner_;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "who comes between the last free login and its wait takes its place") {
  InterruptedCounter interrupted{*counters};
  RateLimiter between{config, interrupted, clock};
  std::size_t heard = 0;
  const auto fail = [&] {
    heard += between.login_failed(ada, "4-c0000201", clock.now()) ? 1U : 0U;
  };
  for (int i = 0; i < 9; ++i) fail();
  interrupted.then = fail;
  fail();
  CHECK(heard == 10);
  for (int i = 0; i < 9; ++i) static_cast<void>(between.begin_login(ada, {}));
  std::size_t begun = 0;
  const auto begin = [&] { begun += between.begin_login(ada, {}) ? 1U : 0U; };
  interrupted.then = begin;
  begin();
  CHECK(begun == 1);
  // It is the first wait, whoever opened it.
  CHECK(between.begin_login(ada, {}).error().retry_after == 15s);
}

TEST_CASE_FIXTURE(Fixture, "who is late for the last free login leaves its wait to who took it") {
  InterruptedCounter interrupted{*counters};
  RateLimiter between{config, interrupted, clock};
  for (int i = 0; i < 9; ++i) REQUIRE_OK(between.begin_login(ada, {}));
  interrupted.then = [&] {
    interrupted.came_after_reading = 1;
    const auto late = between.begin_login(ada, {});
    REQUIRE_ERROR(late, ErrorCode::rate_limited);
    CHECK(late.error().retry_after == 15s);
  };
  CHECK_OK(between.begin_login(ada, {}));
  CHECK_ERROR(between.begin_login(ada, {}), ErrorCode::rate_limited);
}

TEST_CASE_FIXTURE(Fixture, "an address gets as many requests as its window allows, then waits") {
  for (int i = 0; i < 20; ++i) {
    REQUIRE_OK(limiter.check_address(LimitScope::sign_up, "192.0.2.1"));
  }
  const auto refused = limiter.check_address(LimitScope::sign_up, "192.0.2.1");
  REQUIRE_ERROR(refused, ErrorCode::rate_limited);
  CHECK(refused.error().retry_after == 3'600s);

  CHECK_OK(limiter.check_address(LimitScope::sign_up, "192.0.2.2"));
  CHECK_OK(limiter.check_address(LimitScope::resend_code, "192.0.2.1"));
  clock.advance(1h);
  CHECK_OK(limiter.check_address(LimitScope::sign_up, "192.0.2.1"));
}

TEST_CASE_FIXTURE(Fixture, "ten failed logins open a wait, however the address is spelled") {
  fail_logins(10);
  const auto refused = limiter.begin_login(same_ada, {});
  REQUIRE_ERROR(refused, ErrorCode::rate_limited);
  CHECK(refused.error().retry_after == 15s);
}

TEST_CASE_FIXTURE(Fixture,
                  "each failed login after the free ones doubles the wait, up to the window") {
  fail_logins(10);
  for (const auto wait : {15s, 30s, 60s, 120s, 240s, 480s, 900s, 900s, 900s}) {
    CAPTURE(wait.count());
    CHECK(limiter.begin_login(ada, {}).error().retry_after == wait);
    // What is refused costs nothing: neither is it counted, nor does it lengthen the wait.
    for (int i = 0; i < 100; ++i)
      REQUIRE_ERROR(limiter.begin_login(ada, {}), ErrorCode::rate_limited);
    clock.advance(wait - 1ms);
    CHECK(limiter.begin_login(ada, {}).error().retry_after == 1s);
    clock.advance(1ms);
    fail_logins(1);
  }
}

TEST_CASE_FIXTURE(Fixture, "failed logins are remembered for a day, not for the length of a wait") {
  fail_logins(10);
  clock.advance(24h - 1ms);
  CHECK_OK(limiter.begin_login(ada, {}));
  CHECK_ERROR(limiter.begin_login(ada, {}), ErrorCode::rate_limited);
  clock.advance(1ms);
  CHECK_OK(limiter.begin_login(ada, {}));
  CHECK_OK(limiter.begin_login(ada, {}));
}

TEST_CASE_FIXTURE(Fixture,
                  "of many attempts at once as many are let through as are free, then one a wait") {
  const auto let_through = [&] {
    std::atomic<int> passed{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) passed += limiter.begin_login(ada, {}).has_value() ? 1 : 0;
      });
    }
    for (auto& thread : threads) thread.join();
    return passed.load();
  };
  CHECK(let_through() == 10);
  clock.advance(15s);
  CHECK(let_through() == 1);
  clock.advance(30s);
  CHECK(let_through() == 1);
}

TEST_CASE("a first wait longer than the window is the window, and one free failure is one") {
  testing::ManualClock clock;
  const auto counters = memory::make_memory_counters({});
  LimitConfig config;
  config.login_failures = {1, 5s};
  config.login_first_wait = 1h;
  RateLimiter limiter{config, *counters, clock};
  const auto ada = EmailAddress::parse("ada@example.org").value();
  CHECK_OK(limiter.begin_login(ada, {}));
  CHECK(limiter.begin_login(ada, {}).error().retry_after == 5s);
  clock.advance(5s);
  CHECK_OK(limiter.begin_login(ada, {}));
  CHECK(limiter.begin_login(ada, {}).error().retry_after == 5s);
}

TEST_CASE_FIXTURE(Fixture,
                  "an IPv6 /56 and a /48 are allowed more than a /64, and not without end") {
  config.sign_up_address = {10, 1h};
  const struct {
    const char* format;
    std::size_t allowed;
  } networks[] = {
      {"2001:db8:1:1::%zx", 10}, {"2001:db8:2:%zx::1", 40}, {"2001:db8:3:%zx00::1", 160}};
  for (const auto scope : {LimitScope::sign_up, LimitScope::login, LimitScope::resend_code,
                           LimitScope::verify, LimitScope::any}) {
    for (auto* const limit :
         {&config.login_address, &config.resend_address, &config.verify_address, &config.any}) {
      *limit = {10, 1h};
    }
    RateLimiter fresh{config, *counters, clock};
    for (const auto& network : networks) {
      std::size_t passed = 0;
      for (std::size_t i = 1; i < 256; ++i) {
        std::array<char, 64> address{};
        std::snprintf(address.data(), address.size(), network.format, i);
        passed += fresh.check_address(scope, address.data()).has_value() ? 1 : 0;
      }
      CAPTURE(network.format);
      CHECK(passed == network.allowed);
    }
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "one IPv6 /64 that asks without end does not use up what its /48 is allowed") {
  for (int i = 0; i < 10'000; ++i) {
    static_cast<void>(limiter.check_address(LimitScope::sign_up, "2001:db8:1:1::1"));
  }
  CHECK_OK(limiter.check_address(LimitScope::sign_up, "2001:db8:1:2::1"));
}

TEST_CASE_FIXTURE(Fixture, "an IPv6 /48 that is turned away takes up no more counters") {
  struct Counting final : RateCounter {
    explicit Counting(RateCounter& counters) : of(counters) {}
    RateCount add(std::string_view key, std::chrono::milliseconds window,
                  UtcTime now) noexcept override {
      ++added;
      return of.add(key, window, now);
    }
    RateCount peek(std::string_view key, UtcTime now) noexcept override {
      return of.peek(key, now);
    }
    void clear(std::string_view key) noexcept override { of.clear(key); }
    RateCounter& of;
    std::size_t added = 0;
  } counting{*counters};
  config.any = {10, 1h};
  RateLimiter narrow{config, counting, clock};
  std::size_t passed = 0;
  for (std::size_t i = 0; i < 1'000; ++i) {
    std::array<char, 64> address{};
    std::snprintf(address.data(), address.size(), "2001:db8:1:%zx::1", i * 61);
    passed += narrow.check_address(LimitScope::any, address.data()).has_value() ? 1 : 0;
  }
  CHECK(passed == 160);
  CHECK(counting.added == 3 * passed);
}

TEST_CASE_FIXTURE(Fixture, "a network that brings dead tokens is not looked up for after a while") {
  for (std::size_t i = 0; i < config.any.count; ++i) {
    REQUIRE_OK(limiter.may_look_up_token("192.0.2.1"));
    limiter.token_was_dead("192.0.2.1");
  }
  CHECK_ERROR(limiter.may_look_up_token("192.0.2.1"), ErrorCode::rate_limited);
  CHECK_OK(limiter.may_look_up_token("192.0.2.2"));
  clock.advance(config.any.window);
  CHECK_OK(limiter.may_look_up_token("192.0.2.1"));
}

TEST_CASE_FIXTURE(Fixture, "a right login clears the failures of the account") {
  fail_logins(10);
  limiter.login_succeeded(ada, {});
  CHECK_OK(limiter.begin_login(ada, {}));
}

TEST_CASE_FIXTURE(Fixture, "but what a wrong password is answered depends on no login") {
  const std::string home = "4-c0000201";
  for (int i = 0; i < 10; ++i) CHECK_OK(fail_login(home));
  CHECK(limiter.login_failed(ada, home, clock.now()).error().retry_after == 15s);
  limiter.login_succeeded(ada, home);
  limiter.login_succeeded(ada, {});
  CHECK_OK(limiter.begin_login(ada, home));
  CHECK(limiter.login_failed(ada, home, clock.now()).error().retry_after == 15s);
  CHECK(limiter.login_failed(ada, "4-c0000202", clock.now()).error().retry_after == 15s);
  // Nor on one that nobody could judge.
  limiter.login_not_judged(ada, home);
  CHECK_ERROR(limiter.login_failed(ada, home, clock.now()), ErrorCode::rate_limited);
  clock.advance(15s);
  CHECK_OK(limiter.login_failed(ada, home, clock.now()));
  CHECK(limiter.login_failed(ada, home, clock.now()).error().retry_after == 30s);
}

TEST_CASE_FIXTURE(Fixture,
                  "a wait counts from where the attempt began, though hashing took its time") {
  const std::string home = "4-c0000201";
  for (int i = 0; i < 9; ++i) CHECK_OK(fail_login(home));
  const auto begun = clock.now();
  REQUIRE_OK(limiter.begin_login(ada, home));
  clock.advance(2s);
  CHECK_OK(limiter.login_failed(ada, home, begun));
  CHECK(limiter.begin_login(ada, home).error().retry_after == 13s);
  CHECK(limiter.login_failed(ada, home, clock.now()).error().retry_after == 13s);
  clock.advance(13s);
  CHECK_OK(limiter.begin_login(ada, home));
  CHECK_OK(limiter.login_failed(ada, home, clock.now()));
}

TEST_CASE_FIXTURE(Fixture, "failures after a login are forgotten with those before it") {
  const std::string home = "4-c0000201";
  CHECK_OK(fail_login(home));
  clock.advance(12h);
  limiter.login_succeeded(ada, home);
  for (int i = 0; i < 9; ++i) CHECK_OK(fail_login(home));
  CHECK_ERROR(fail_login(home), ErrorCode::rate_limited);
  clock.advance(12h);
  for (int i = 0; i < 10; ++i) CHECK_OK(fail_login(home));
}

TEST_CASE_FIXTURE(Fixture,
                  "strangers cannot lock the owner out of a network known to the account") {
  fail_logins(10);
  REQUIRE_ERROR(limiter.begin_login(ada, {}), ErrorCode::rate_limited);
  CHECK_OK(limiter.begin_login(ada, "4-c0000201"));
}

TEST_CASE_FIXTURE(Fixture, "the owner who logs in does not give strangers another ten guesses") {
  fail_logins(10);
  REQUIRE_OK(limiter.begin_login(ada, "4-c0000201"));
  limiter.login_succeeded(ada, "4-c0000201");
  CHECK_ERROR(limiter.begin_login(ada, {}), ErrorCode::rate_limited);
}

TEST_CASE_FIXTURE(Fixture, "failures before a right login are forgiven, and no others") {
  const auto fail_at_home = [&](int times) {
    for (int i = 0; i < times; ++i) {
      REQUIRE_OK(limiter.begin_login(ada, "4-c0000201"));
      REQUIRE_OK(limiter.begin_login(ada, {}));
    }
  };
  for (int day = 0; day < 5; ++day) {
    fail_at_home(9);
    REQUIRE_OK(limiter.begin_login(ada, "4-c0000201"));
    limiter.login_succeeded(ada, "4-c0000201");
  }
  fail_logins(10);
  CHECK_ERROR(limiter.begin_login(ada, {}), ErrorCode::rate_limited);
  // Nor is there more to forgive than there was.
  REQUIRE_OK(limiter.begin_login(ada, "4-c0000201"));
  limiter.login_succeeded(ada, "4-c0000201");
  CHECK_ERROR(limiter.begin_login(ada, {}), ErrorCode::rate_limited);
}

TEST_CASE_FIXTURE(Fixture, "what was not judged is given back, and once") {
  const auto try_in_vain = [&](int times) {
    for (int i = 0; i < times; ++i) {
      REQUIRE_OK(limiter.begin_login(ada, {}));
      limiter.login_not_judged(ada, {});
    }
  };
  SUBCASE("of the free ones") {
    try_in_vain(25);
    fail_logins(10);
    CHECK(limiter.begin_login(ada, {}).error().retry_after == 15s);
    clock.advance(15s);
    fail_logins(1);
    CHECK(limiter.begin_login(ada, {}).error().retry_after == 30s);
  }
  SUBCASE("of those after waits, which are as long as before") {
    fail_logins(10);
    for (const auto wait : {15s, 30s, 60s}) {
      REQUIRE_ERROR(limiter.begin_login(ada, {}), ErrorCode::rate_limited);
      clock.advance(wait);
      fail_logins(1);
    }
    clock.advance(120s);
    try_in_vain(25);
    fail_logins(1);
    CHECK(limiter.begin_login(ada, {}).error().retry_after == 240s);
    clock.advance(240s);
    try_in_vain(1);
    // The wait that it had opened is over, too.
    clock.advance(480s);
    fail_logins(1);
    CHECK(limiter.begin_login(ada, {}).error().retry_after == 480s);
  }
  SUBCASE("and not beyond the memory of what it makes up for") {
    fail_logins(1);
    clock.advance(23h);
    try_in_vain(25);
    clock.advance(1h);
    fail_logins(10);
    CHECK_ERROR(limiter.begin_login(ada, {}), ErrorCode::rate_limited);
  }
  SUBCASE("nor more than was counted") {
    limiter.login_not_judged(ada, {});
    fail_logins(10);
    CHECK_ERROR(limiter.begin_login(ada, {}), ErrorCode::rate_limited);
  }
  SUBCASE("nor again by a login from its network") {
    const std::string home = "4-c0000201";
    for (int i = 0; i < 9; ++i) {
      REQUIRE_OK(limiter.begin_login(ada, home));
      REQUIRE_OK(limiter.begin_login(ada, {}));
      limiter.login_not_judged(ada, home);
      limiter.login_not_judged(ada, {});
    }
    REQUIRE_OK(limiter.begin_login(ada, home));
    limiter.login_succeeded(ada, home);
    fail_logins(10);
    CHECK_ERROR(limiter.begin_login(ada, {}), ErrorCode::rate_limited);
  }
}

TEST_CASE_FIXTURE(Fixture, "a known network is counted too") {
  for (int i = 0; i < 10; ++i) REQUIRE_OK(limiter.begin_login(ada, "4-c0000201"));
  CHECK_ERROR(limiter.begin_login(ada, "4-c0000201"), ErrorCode::rate_limited);
}

TEST_CASE("limits that are turned off refuse nothing") {
  testing::ManualClock clock;
  const auto counters = memory::make_memory_counters({});
  LimitConfig config;
  config.enabled = false;
  config.any.count = 1;
  RateLimiter limiter{config, *counters, clock};
  for (int i = 0; i < 100; ++i) {
    REQUIRE_OK(limiter.check_user("someone"));
    REQUIRE_OK(limiter.check_address(LimitScope::any, "192.0.2.1"));
  }
}
