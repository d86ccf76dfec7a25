#include "lib/testing/contract/login_codes.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <numeric>

#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

const UserId ada = nth<UserId>(1);
const UserId bob = nth<UserId>(2);

}  // namespace

void login_codes(StoreHarness& harness) {
  SUBCASE("login codes: a right one is taken once, and only its user's") {
    const TwoUsers t{harness};
    CHECK_FALSE(t.alone.try_login_code(ada, code(1)));
    CHECK(t.alone.put_login_code(ada, code(1)));
    CHECK_FALSE(t.alone.try_login_code(bob, code(1)));
    CHECK_FALSE(t.alone.try_login_code(nth<UserId>(9), code(1)));
    CHECK_FALSE(t.alone.put_login_code(nth<UserId>(9), code(1)));
    CHECK_FALSE(t.alone.try_login_code(ada, code(2)));
    CHECK(t.alone.try_login_code(ada, code(1)));
    CHECK_FALSE(t.alone.try_login_code(ada, code(1)));
  }

  SUBCASE("login codes: a guess with several digests is one guess, right when one of them is") {
    const TwoUsers t{harness};
    const GuessLimits limits{.per_code = 3, .per_day = 10};
    CHECK(t.alone.put_login_code(ada, code(1)));
    const CodeGuess missed{{code(7), code(8)}};
    for (int i = 0; i < 2; ++i) CHECK_FALSE(t.alone.try_login_code(ada, missed, limits));
    CHECK(t.alone.try_login_code(ada, CodeGuess{{code(8), code(1)}}, limits));
    CHECK_FALSE(t.alone.try_login_code(ada, CodeGuess{{code(8), code(1)}}, limits));
  }

  SUBCASE("login codes: one that lives is not voided by the next, and ends in its time") {
    const TwoUsers t{harness};
    CHECK(t.alone.put_login_code(ada, code(1), noon + 10min));
    CHECK_FALSE(t.alone.put_login_code(ada, code(2), noon + 20min, noon + 10min - 1ms));
    CHECK_FALSE(t.alone.try_login_code(ada, code(1), five_guesses, noon + 10min));
    CHECK(t.alone.put_login_code(ada, code(3), noon + 20min, noon + 10min));
    CHECK(t.alone.try_login_code(ada, code(3), five_guesses, noon + 10min));
    // Spent: the next may come at once. Three a day is what the suite allows.
    CHECK(t.alone.put_login_code(ada, code(4), noon + 20min, noon + 10min));
    CHECK(t.alone.try_login_code(ada, code(4), five_guesses, noon + 10min));
    CHECK_FALSE(t.alone.put_login_code(ada, code(5), noon + 20min, noon + 10min));
    CHECK(t.alone.put_login_code(bob, code(5), noon + 20min, noon + 10min));
    CHECK(t.alone.put_login_code(ada, code(6), noon + 25h, noon + 24h));
  }

  SUBCASE(
      "login codes: after as many guesses as allowed the right one is dead, of a code and a day") {
    const TwoUsers t{harness};
    const GuessLimits limits{.per_code = 3, .per_day = 4};
    CHECK(t.alone.put_login_code(ada, code(1), noon + 1h));
    for (int i = 0; i < 3; ++i) CHECK_FALSE(t.alone.try_login_code(ada, code(9), limits));
    CHECK_FALSE(t.alone.try_login_code(ada, code(1), limits));
    CHECK(t.alone.put_login_code(ada, code(2), noon + 2h, noon + 1h));
    CHECK_FALSE(t.alone.try_login_code(ada, code(9), limits, noon + 1h));
    CHECK_FALSE(t.alone.try_login_code(ada, code(2), limits, noon + 1h));
    CHECK(t.alone.put_login_code(ada, code(3), noon + 26h, noon + 25h));
    CHECK(t.alone.try_login_code(ada, code(3), limits, noon + 25h));
  }

  SUBCASE("login codes: a right one counts beside a wrong password, both wrong do not") {
    const TwoUsers t{harness};
    const GuessLimits limits{.per_code = 3, .per_day = 4};
    const auto guess = [&](std::uint64_t n, bool password, UtcTime now = noon) {
      return t.alone.try_login_code(ada, code(n), limits, now, password);
    };
    CHECK(t.alone.put_login_code(ada, code(1)));
    for (int i = 0; i < 20; ++i) CHECK_FALSE(guess(9, false));
    for (int i = 0; i < 2; ++i) CHECK_FALSE(guess(1, false));
    CHECK(guess(1, true));
    // The day has counted all three.
    CHECK(t.alone.put_login_code(ada, code(2), noon + 2h, noon + 1h));
    CHECK_FALSE(guess(2, false, noon + 1h));
    CHECK_FALSE(guess(2, true, noon + 1h));

    CHECK(t.alone.put_login_code(bob, code(3)));
    for (int i = 0; i < 3; ++i) {
      CHECK_FALSE(t.alone.try_login_code(bob, code(3), limits, noon, false));
    }
    CHECK_FALSE(t.alone.try_login_code(bob, code(3), limits));
  }

  SUBCASE("login codes: what others ask for takes nothing from who gives the password") {
    const TwoUsers t{harness};
    std::uint64_t n = 0;
    const auto pass = [&](LoginCodeBudget budget, UtcTime now) {
      ++n;
      return t.alone.put_login_code(ada, code(n), now + 10min, now, budget) &&
             t.alone.try_login_code(ada, code(n), five_guesses, now);
    };
    const auto others = LoginCodeBudget::anybodys;
    const auto owner = LoginCodeBudget::password_holders;
    for (int i = 0; i < 3; ++i) CHECK(pass(others, noon));
    CHECK_FALSE(pass(others, noon));
    for (int i = 0; i < 3; ++i) CHECK(pass(owner, noon + 1h));
    CHECK_FALSE(pass(owner, noon + 1h));
    CHECK_FALSE(pass(others, noon + 1h));
    // Each has a day of its own.
    CHECK(pass(others, noon + 24h));
    CHECK_FALSE(pass(owner, noon + 24h));
    CHECK(pass(owner, noon + 25h));
    // One that lives stays, whoever asked for it.
    CHECK(t.alone.put_login_code(ada, code(100), noon + 26h, noon + 25h, others));
    CHECK_FALSE(t.alone.put_login_code(ada, code(101), noon + 27h, noon + 25h, owner));
    CHECK(t.alone.try_login_code(ada, code(100), five_guesses, noon + 25h));
  }

  SUBCASE("login codes: of many right answers at once, one is taken") {
    for (Rounds rounds{harness}; rounds.next();) {
      const TwoUsers t{harness};
      const auto put = race(t.threads, [&](std::size_t i) -> int {
        return t.alone.put_login_code(ada, code(i + 1)) ? 1 : 0;
      });
      CHECK(count_of(put, 1) == 1);
      const GuessLimits many{.per_code = 1'000, .per_day = 1'000};
      const auto right = std::find(put.begin(), put.end(), 1) - put.begin() + 1;
      const auto taken = race(t.threads, [&](std::size_t) -> int {
        return t.alone.try_login_code(ada, code(static_cast<std::uint64_t>(right)), many) ? 1 : 0;
      });
      CHECK(count_of(taken, 1) == 1);
    }
  }

  SUBCASE("login codes: parallel guesses at the password: as many count as one code allows") {
    for (Rounds rounds{harness}; rounds.next();) {
      const TwoUsers t{harness};
      CHECK(t.alone.put_login_code(ada, code(1)));
      const GuessLimits limits{.per_code = t.threads, .per_day = 1'000};
      race(t.threads, [&](std::size_t) -> int {
        return t.alone.try_login_code(ada, code(1), limits, noon, false) ? 1 : 0;
      });
      CHECK_FALSE(t.alone.try_login_code(ada, code(1), limits));
    }
  }

  SUBCASE("login codes: parallel guesses: no more are compared than one code allows") {
    for (Rounds rounds{harness}; rounds.next();) {
      const TwoUsers t{harness};
      CHECK(t.alone.put_login_code(ada, code(1)));
      const GuessLimits limits{.per_code = t.threads, .per_day = 1'000};
      race(t.threads, [&](std::size_t) -> int {
        return t.alone.try_login_code(ada, code(2), limits) ? 1 : 0;
      });
      CHECK_FALSE(t.alone.try_login_code(ada, code(1), limits));
    }
  }
}

}  // namespace coffeeauth::testing
