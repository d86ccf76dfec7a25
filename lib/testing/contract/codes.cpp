#include "coffeeauth/testing/doctest.hpp"

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

void guesses_under_several_keys(StoreHarness& harness) {
  const CodeGuess found{{code(8), right, code(9)}};
  const CodeGuess missed{{code(7), code(8), code(9)}};

  SUBCASE("codes: a guess with several digests is right when one of them is") {
    const Waiting t{harness};
    CHECK(t.alone.try_code(ada, missed) == CodeVerdict::no_match);
    CHECK(t.alone.activate(ada, missed).outcome == ActivationOutcome::gone);
    CHECK(t.alone.try_code(ada, found) == CodeVerdict::match);
    CHECK(t.alone.activate(ada, found).outcome == ActivationOutcome::activated);
  }

  SUBCASE("codes: a guess with several digests is one guess") {
    const Waiting t{harness};
    for (int i = 0; i < 4; ++i) CHECK(t.alone.try_code(ada, missed) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, found) == CodeVerdict::match);
    CHECK(t.alone.try_code(ada, missed) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, found) == CodeVerdict::dead);
  }
}

void new_codes(StoreHarness& harness) {
  SUBCASE("codes: the last two live, each with attempts of its own") {
    const Waiting t{harness};
    for (int i = 0; i < 3; ++i) {
      REQUIRE(t.alone.try_code(ada, wrong) == CodeVerdict::no_match);
    }
    t.alone.put_code(ada, code(3));
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::match);
    CHECK(t.alone.try_code(ada, code(3)) == CodeVerdict::match);
    for (int i = 0; i < 2; ++i) CHECK(t.alone.try_code(ada, wrong) == CodeVerdict::no_match);
    // Five wrong ones in the life of the first code, two in that of the second.
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, code(3)) == CodeVerdict::match);
    for (int i = 0; i < 2; ++i) CHECK(t.alone.try_code(ada, wrong) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, code(3)) == CodeVerdict::dead);
    t.alone.put_code(ada, code(4));
    CHECK(t.alone.try_code(ada, code(3)) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, code(4)) == CodeVerdict::match);
  }

  SUBCASE("codes: a third one takes the place of the first") {
    const Waiting t{harness};
    t.alone.put_code(ada, code(3));
    t.alone.put_code(ada, code(4));
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::no_match);
    CHECK(t.alone.try_code(ada, code(3)) == CodeVerdict::match);
    CHECK(t.alone.try_code(ada, code(4)) == CodeVerdict::match);
    CHECK(t.alone.activate(ada, code(3)).outcome == ActivationOutcome::activated);
    CHECK(t.alone.try_code(ada, code(4)) == CodeVerdict::dead);
  }

  SUBCASE("codes: however many a stranger has mailed, the owner's last one lives") {
    const Waiting t{harness};
    for (std::uint64_t n = 3; n <= 9; ++n)
      t.alone.put_code(ada, code(n), noon + 1h, noon, network(2));
    CHECK(t.alone.try_code(ada, right) == CodeVerdict::match);
    CHECK(t.alone.try_code(ada, code(9)) == CodeVerdict::match);
    CHECK(t.alone.try_code(ada, code(8)) == CodeVerdict::no_match);
    CHECK(t.alone.activate(ada, right).outcome == ActivationOutcome::activated);
  }

  SUBCASE("codes: networks that were admitted later displace each other's, not the first one's") {
    const Waiting t{harness};
    for (std::uint64_t n = 1; n <= 3; ++n) t.alone.admit(ada, network(n), 3, noon + n * 1ms);
    const auto put = [&](std::uint64_t n, std::uint64_t from) {
      t.alone.put_code(ada, code(n), noon + 1h, noon + 1s, network(from));
    };
    const auto lives = [&](std::uint64_t n) {
      return t.alone.try_code(ada, code(n), five_guesses, noon + 1s) == CodeVerdict::match;
    };
    put(10, 2);
    put(11, 3);
    CHECK(lives(1));
    CHECK_FALSE(lives(10));
    CHECK(lives(11));
    put(12, 2);
    CHECK(lives(1));
    // The first one's next code takes the place of its last one, wherever that stands.
    put(13, 1);
    CHECK(lives(13));
    CHECK(lives(12));
    put(14, 3);
    put(15, 2);
    CHECK(lives(13));
    // Nor do networks without a share: of two of theirs the older goes.
    put(16, 8);
    put(17, 9);
    CHECK(lives(13));
    CHECK(lives(17));
    CHECK(t.alone.activate(ada, code(13)).outcome == ActivationOutcome::activated);
  }

  SUBCASE("codes: a network that was admitted is not displaced by those that were not") {
    const Waiting t{harness};
    // Theirs was there before.
    t.alone.admit(ada, network(7));
    t.alone.put_code(ada, code(3), noon + 1h, noon, network(7));
    for (std::uint64_t n = 10; n <= 15; ++n) {
      t.alone.put_code(ada, code(n), noon + 1h, noon, network(n));
      CHECK(t.alone.try_code(ada, code(3)) == CodeVerdict::match);
      CHECK(t.alone.try_code(ada, code(n)) == CodeVerdict::match);
    }
    CHECK(t.alone.activate(ada, code(3)).outcome == ActivationOutcome::activated);
  }

  SUBCASE("codes: a network that was admitted a day ago displaces none that is admitted now") {
    const Waiting t{harness};
    for (std::uint64_t n = 8; n <= 9; ++n) t.alone.admit(ada, network(n), 3, noon);
    t.alone.admit(ada, network(7), 3, noon + 25h);
    for (std::uint64_t n = 7; n <= 9; ++n) {
      t.alone.put_code(ada, code(n), noon + 26h, noon + 25h, network(n));
    }
    CHECK(t.alone.activate(ada, code(7), {}, noon + 25h).outcome == ActivationOutcome::activated);
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

void shares(StoreHarness& harness) {
  SUBCASE("codes: the guesses of strangers take nothing from a network that was admitted") {
    const Waiting t{harness};
    t.alone.admit(ada, network(7));
    const auto guess = [&](const CodeDigest& digest, std::uint64_t from) {
      return t.alone.try_code(ada, digest, {.per_code = 3, .per_day = 4}, noon, network(from));
    };
    for (std::uint64_t n = 2; n < 5; ++n) REQUIRE(guess(wrong, n) == CodeVerdict::no_match);
    CHECK(guess(right, 5) == CodeVerdict::dead);
    CHECK(guess(right, 7) == CodeVerdict::match);
    for (int i = 0; i < 3; ++i) CHECK(guess(wrong, 7) == CodeVerdict::no_match);
    CHECK(guess(right, 7) == CodeVerdict::dead);
    // The day's guesses of the share hold for the next code, too.
    t.alone.put_code(ada, code(5));
    CHECK(guess(wrong, 7) == CodeVerdict::no_match);
    CHECK(guess(code(5), 7) == CodeVerdict::dead);
    CHECK(guess(code(5), 1) == CodeVerdict::match);
  }

  SUBCASE("codes: attempts at one hold though its network is admitted since, or no longer") {
    for (const bool admitted_before : {true, false}) {
      const Waiting t{harness};
      const GuessLimits limits{.per_code = 5, .per_day = 50};
      if (admitted_before) t.alone.admit(ada, network(7), 3, noon);
      const auto late = noon + 24h - 1ms;
      t.alone.put_code(ada, code(7), noon + 26h, late, network(7));
      const auto guess = [&](const CodeDigest& digest, UtcTime now) {
        return t.alone.try_code(ada, digest, limits, now, network(7));
      };
      for (int i = 0; i < 5; ++i) CHECK(guess(wrong, late) == CodeVerdict::no_match);
      CHECK(guess(code(7), late) == CodeVerdict::dead);
      if (!admitted_before) t.alone.admit(ada, network(7), 3, late);
      CHECK(guess(code(7), noon + 24h) == CodeVerdict::dead);
    }
  }

  SUBCASE("codes: who asked for one has attempts at it that no stranger can spend") {
    const Waiting t{harness};
    const auto guess = [&](const CodeDigest& digest, std::uint64_t from) {
      return t.alone.try_code(ada, digest, {.per_code = 3, .per_day = 50}, noon, network(from));
    };
    const auto put = [&](std::uint64_t n, std::uint64_t from) {
      t.alone.put_code(ada, code(n), noon + 1h, noon, network(from));
    };
    // Strangers came first with as many networks as have a share; `right` is for the first network.
    for (std::uint64_t n = 11; n <= 13; ++n) t.alone.admit(ada, network(n), 3);
    put(3, 11);
    for (std::uint64_t n = 21; n <= 23; ++n) CHECK(guess(wrong, n) == CodeVerdict::no_match);
    CHECK(guess(right, 24) == CodeVerdict::dead);
    CHECK(guess(right, 1) == CodeVerdict::match);
    // At that code alone: of the other one the others' attempts are spent.
    CHECK(guess(code(3), 1) == CodeVerdict::no_match);
    CHECK(guess(code(3), 11) == CodeVerdict::match);
    for (int i = 0; i < 2; ++i) CHECK(guess(wrong, 1) == CodeVerdict::no_match);
    CHECK(guess(right, 1) == CodeVerdict::dead);

    // The next code has attempts of its own, which go with it when another follows.
    put(4, 1);
    for (int i = 0; i < 2; ++i) CHECK(guess(wrong, 1) == CodeVerdict::no_match);
    put(5, 11);
    CHECK(guess(code(4), 1) == CodeVerdict::match);
    CHECK(guess(wrong, 1) == CodeVerdict::no_match);
    // What is left are two of the others' at the newest.
    CHECK(guess(code(4), 1) == CodeVerdict::no_match);
    CHECK(guess(code(5), 1) == CodeVerdict::match);
    CHECK(guess(wrong, 21) == CodeVerdict::no_match);
    CHECK(guess(code(5), 1) == CodeVerdict::dead);
  }

  SUBCASE("codes: who asked for one is bound by the guesses of the day") {
    const Waiting t{harness};
    const auto guess = [&](const CodeDigest& digest, std::uint64_t from) {
      return t.alone.try_code(ada, digest, {.per_code = 5, .per_day = 2}, noon, network(from));
    };
    CHECK(guess(wrong, 1) == CodeVerdict::no_match);
    CHECK(guess(wrong, 2) == CodeVerdict::no_match);
    CHECK(guess(right, 1) == CodeVerdict::dead);
  }

  SUBCASE("codes: no more networks have a share than may, and none a second one in a day") {
    const Waiting t{harness};
    for (std::uint64_t n = 11; n <= 15; ++n) t.alone.admit(ada, network(n), 2);
    t.alone.admit(ada, network(11), 2);
    const auto guess = [&](std::uint64_t from, UtcTime at) {
      return t.alone.try_code(ada, wrong, {.per_code = 1'000, .per_day = 1}, at, network(from));
    };
    std::size_t heard = 0;
    for (std::uint64_t n = 10; n <= 16; ++n) heard += guess(n, noon) == CodeVerdict::no_match;
    CHECK(heard == 3);
    t.alone.put_code(ada, right, noon + 72h);
    t.alone.admit(ada, network(13), 2, noon + 24h - 1ms);
    CHECK(guess(13, noon + 24h - 1ms) == CodeVerdict::dead);
    t.alone.admit(ada, network(13), 2, noon + 24h + 1ms);
    CHECK(guess(14, noon + 24h + 1ms) == CodeVerdict::no_match);
    CHECK(guess(13, noon + 24h + 1ms) == CodeVerdict::no_match);
  }

  SUBCASE("codes: a share ends with its day, so that those of many days do not add up") {
    const Waiting t{harness};
    t.alone.put_code(ada, right, noon + 240h);
    constexpr std::uint64_t days = 4;
    for (std::uint64_t n = 0; n < days * 2; ++n) {
      t.alone.admit(ada, network(11 + n), 2, noon + (n / 2) * 24h);
    }
    const auto now = noon + (days - 1) * 24h;
    std::size_t heard = 0;
    std::size_t mailed = 0;
    for (std::uint64_t n = 0; n < days * 2; ++n) {
      heard += t.alone.try_code(ada, wrong, {.per_code = 1'000, .per_day = 1}, now,
                                network(11 + n)) == CodeVerdict::no_match;
      mailed += t.alone.take_mail_slot(ada, {.pause = 0ms, .per_hour = 1, .per_day = 1}, now,
                                       network(11 + n));
    }
    CHECK(heard == 3);
    CHECK(mailed == 3);
  }

  SUBCASE("codes: of many networks at once no more are admitted than may") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Waiting t{harness};
      constexpr GuessLimits limits{.per_code = 1'000, .per_day = 1};
      race(t.threads, [&](std::size_t i) -> int {
        t.alone.admit(ada, network(100 + i), 3);
        return 0;
      });
      std::size_t heard = 0;
      for (std::size_t i = 0; i < t.threads; ++i) {
        heard +=
            t.alone.try_code(ada, wrong, limits, noon, network(100 + i)) == CodeVerdict::no_match;
      }
      CHECK(heard == 4);
    }
  }
}

void parallel_guesses(StoreHarness& harness) {
  SUBCASE("codes: parallel guesses: no more are compared than one code allows") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Waiting t{harness};
      const auto verdicts =
          race(t.threads, [&](std::size_t i) { return t.alone.try_code(ada, code(100 + i)); });
      CHECK(count_of(verdicts, CodeVerdict::no_match) == 5);
      CHECK(count_of(verdicts, CodeVerdict::dead) == t.threads - 5);
      CHECK(t.alone.try_code(ada, right) == CodeVerdict::dead);
    }
  }

  SUBCASE("codes: parallel guesses: no more are compared than the day allows") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Waiting t{harness};
      constexpr GuessLimits limits{.per_code = 1'000, .per_day = 9};
      const auto verdicts = race(
          t.threads, [&](std::size_t i) { return t.alone.try_code(ada, code(100 + i), limits); });
      CHECK(count_of(verdicts, CodeVerdict::no_match) == 9);
    }
  }
}

}  // namespace

void code_contract(StoreHarness& harness) {
  guesses(harness);
  guesses_under_several_keys(harness);
  new_codes(harness);
  shares(harness);
  parallel_guesses(harness);
}

}  // namespace coffeeauth::testing
