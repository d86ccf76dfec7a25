#include <doctest/doctest.h>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

const UserId ada = nth<UserId>(1);
const CodeDigest right = code(1);
const CodeDigest wrong = code(2);

// An account that waits for the code `right`.
struct Waiting : Trial {
  explicit Waiting(StoreHarness& harness) : Trial(harness) {
    alone.sign_up(candidate(1, "ada@example.org", hash(1)));
    alone.put_code(ada, right, noon + 1h);
  }
};

void guesses(StoreHarness& harness) {
  SUBCASE("codes: the right one matches and is not consumed, a wrong one does not match") {
    const Waiting t{harness};
    CHECK(t.alone.try_code(ada, wrong) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::match);
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::match);
  }

  SUBCASE("codes: after as many wrong guesses as allowed, the right one is dead too") {
    const Waiting t{harness};
    for (int i = 0; i < 5; ++i) CHECK(t.alone.try_code(ada, wrong) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, wrong) == CodeVerdict::dead);
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::dead);
  }

  SUBCASE("codes: a match gives its attempt back, and only its own") {
    const Waiting t{harness};
    for (int i = 0; i < 20; ++i) CHECK(t.alone.try_code(ada, right) == CodeVerdict::match);
    for (int i = 0; i < 4; ++i) CHECK(t.alone.try_code(ada, wrong) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::match);
    CHECK(t.alone.try_code(ada, wrong) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::dead);
  }

  SUBCASE("codes: an expired one is dead, to the millisecond") {
    const Waiting t{harness};
    CHECK(t.alone.try_code(ada, right, five_guesses, noon + 1h - 1ms) == CodeVerdict::match);
    CHECK(t.alone.try_code(ada, right, five_guesses, noon + 1h + 1ms) == CodeVerdict::dead);
  }

  SUBCASE("codes: where there is none, there is nothing to guess at") {
    const Waiting t{harness};
    t.alone.sign_up(candidate(2, "bob@example.org", hash(2)));
    CHECK(t.alone.try_code(nth<UserId>(2), right) == CodeVerdict::dead);
    CHECK(t.alone.try_code(nth<UserId>(3), right) == CodeVerdict::dead);
    t.alone.put_code(nth<UserId>(2), wrong);
    CHECK(t.alone.try_code(nth<UserId>(2), right) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::match);
  }
}

void new_codes(StoreHarness& harness) {
  SUBCASE("codes: a new one takes the place of the old one, with its attempts unspent") {
    const Waiting t{harness};
    for (int i = 0; i < 5; ++i) {
      REQUIRE(t.alone.try_code(ada, wrong) == CodeVerdict::no_match);
    }
    t.alone.put_code(ada, code(3));
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::no_match);
    for (int i = 0; i < 4; ++i) CHECK(t.alone.try_code(ada, wrong) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, code(3)) == CodeVerdict::dead);
  }

  SUBCASE("codes: a new one does not give back the guesses of the day") {
    const Waiting t{harness};
    constexpr GuessLimits limits{.per_code = 5, .per_day = 7};
    t.alone.put_code(ada, right, noon + 72h);
    for (int i = 0; i < 5; ++i) {
      REQUIRE(t.alone.try_code(ada, wrong, limits) == CodeVerdict::no_match);
    }
    t.alone.put_code(ada, right, noon + 72h);
    CHECK(t.alone.try_code(ada, wrong, limits) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, right, limits) == CodeVerdict::match);
    CHECK(t.alone.try_code(ada, wrong, limits) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, right, limits) == CodeVerdict::dead);

    t.alone.put_code(ada, right, noon + 72h);
    CHECK(t.alone.try_code(ada, right, limits, noon + 1h) == CodeVerdict::dead);
    CHECK(t.alone.try_code(ada, right, limits, noon + 24h + 1ms) == CodeVerdict::match);
  }
}

void parallel_guesses(StoreHarness& harness) {
  SUBCASE("codes: parallel guesses: no more are compared than one code allows") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Waiting t{harness};
      const auto verdicts =
          race(race_threads, [&](std::size_t i) { return t.alone.try_code(ada, code(100 + i)); });
      CHECK(count_of(verdicts, CodeVerdict::no_match) == 5);
      CHECK(count_of(verdicts, CodeVerdict::dead) == race_threads - 5);
      CHECK(t.alone.try_code(ada, right) == CodeVerdict::dead);
    }
  }

  SUBCASE("codes: parallel guesses: no more are compared than the day allows") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Waiting t{harness};
      constexpr GuessLimits limits{.per_code = 1'000, .per_day = 9};
      const auto verdicts = race(race_threads, [&](std::size_t i) {
        return t.alone.try_code(ada, code(100 + i), limits);
      });
      CHECK(count_of(verdicts, CodeVerdict::no_match) == 9);
    }
  }
}

}  // namespace

void code_contract(StoreHarness& harness) {
  guesses(harness);
  new_codes(harness);
  parallel_guesses(harness);
}

}  // namespace coffeeauth::testing
