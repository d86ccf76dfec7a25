// What many threads do to one ticket, factor, code or account at the same moment.

#include <algorithm>

#include "features/second_factor/contract/trial.hpp"

namespace coffeeauth::second_factor::contract {
namespace {

using testing::count_of;
using testing::race;

/// Rounds of one race, each over rows of its own: `round(trial, threads)`.
template <class Round>
void rounds_of(FactorHarness& harness, Round round) {
  for (testing::Rounds rounds{harness}; rounds.next();) {
    const Trial t{harness};
    round(t, harness.threads());
  }
}

/// How many of the threads are told true.
template <class Work>
std::size_t winners(std::size_t threads, Work work) {
  return count_of(race(threads, [&](std::size_t i) { return bool{work(i)}; }), true);
}

void redeeming(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.put(ticket(1));
    CHECK(winners(threads, [&](std::size_t) { return t.redeem(1).has_value(); }) == 1);
  });
}

void trying_a_ticket(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.put(ticket(1));
    CHECK(winners(threads, [&](std::size_t) { return t.spend(1, 5) > 0; }) == 5);
  });
}

void putting(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    race(threads, [&](std::size_t i) {
      t.put(ticket(100 + i), 10);
      return true;
    });
    std::size_t left = 0;
    for (std::size_t i = 0; i < threads; ++i) left += t.find(100 + i) ? 1 : 0;
    CHECK(left == 10);
  });
}

void guessing(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.put(ticket(1));
    CHECK(t.put_code(1, sent_code(5)));
    CHECK(winners(threads,
                  [&](std::size_t) { return t.guess(1, 5, {.per_code = 5, .per_day = 50}); }) == 5);
  });
}

void guessing_all_day(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    for (const std::uint64_t n : {1, 2}) {
      t.put(ticket(n));
      CHECK(t.put_code(n, sent_code(5)));
    }
    CHECK(winners(threads, [&](std::size_t i) {
            return t.guess(1 + i % 2, 5, {.per_code = 1'000, .per_day = 7});
          }) == 7);
  });
}

void failing(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const auto going = [&](UtcTime now) {
      return winners(threads, [&](std::size_t) {
        return t.attempt(now, false, ada, {}).verdict == AttemptVerdict::go;
      });
    };
    CHECK_MESSAGE(going(noon) == 10, "before the first wait");
    CHECK_MESSAGE(going(noon + 60s) == 1, "after it");
  });
}

void failing_until_the_stop(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const FailurePolicy no_waits{.free = 1'000, .stop = 12};
    const auto heard =
        race(threads, [&](std::size_t) { return t.attempt(noon, false, ada, no_waits); });
    std::vector<std::size_t> counted;
    for (const auto& attempt : heard) {
      if (attempt.verdict == AttemptVerdict::go) counted.push_back(attempt.failures);
    }
    std::sort(counted.begin(), counted.end());
    REQUIRE(counted.size() == 12);
    for (std::size_t i = 0; i < counted.size(); ++i) CHECK(counted[i] == i + 1);
  });
}

void telling(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    CHECK(winners(threads, [&](std::size_t) {
            return t.alone([](Factors& rows) { return rows.take_notice(ada, 24h, noon); });
          }) == 1);
  });
}

void adding(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.enrol(factor(1));
    t.enrol(factor(2));
    // Added and confirmed by many at once, there is room for one.
    const auto confirmed = winners(threads, [&](std::size_t i) {
      return t.add(factor(100 + i), 3) == AddOutcome::added && t.confirm(100 + i);
    });
    CHECK(t.ids().size() == 2 + confirmed);
    CHECK(confirmed == 1);
  });
}

void confirming(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    CHECK(t.add(factor(1)) == AddOutcome::added);
    CHECK(winners(threads, [&](std::size_t) { return t.confirm(1); }) == 1);
  });
}

void stepping(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.enrol(factor(1));
    CHECK(winners(threads, [&](std::size_t) { return t.accept(1, 101); }) == 1);
  });
}

void spending(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.set_codes({digest(1), digest(2), digest(3)});
    const auto heard =
        race(threads, [&](std::size_t i) { return t.spend_code({digest(1 + i % 3)}); });
    for (const std::size_t left : {0, 1, 2}) {
      CHECK_MESSAGE(count_of(heard, std::optional{left}) == 1, "each with another number left");
    }
    CHECK(t.codes_left() == 0);
  });
}

void replacing(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    race(threads, [&](std::size_t i) {
      t.set_codes({digest(2 * i + 1), digest(2 * i + 2)});
      return true;
    });
    CHECK_MESSAGE(t.codes_left() == 2, "one list is left");
  });
}

void trusting(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    race(threads, [&](std::size_t i) {
      t.trust(device(100 + i), 10);
      return true;
    });
    CHECK(t.devices().size() == 10);
  });
}

/// Two remove the two factors, and say whether one is left.
void removing(FactorHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t) {
    t.enrol(factor(1));
    t.enrol(factor(2));
    CHECK_MESSAGE(winners(2,
                          [&](std::size_t i) {
                            return t.alone([&](Factors& rows) {
                              return rows.remove_factor(ada, factor_id(1 + i)) &&
                                     rows.list_factors(ada, noon).empty();
                            });
                          }) == 1,
                  "one sees that it was the last");
  });
}

void races_of_tickets(FactorHarness& harness) {
  SUBCASE("of many who redeem one ticket at once, one gets it") { redeeming(harness); }
  SUBCASE("of many attempts at a ticket at once, as many are made as it has") {
    trying_a_ticket(harness);
  }
  SUBCASE("however many put a ticket at once, as many are left as may be") { putting(harness); }
  SUBCASE("of many guesses at once, as many are compared as a code has") { guessing(harness); }
  SUBCASE("of many guesses at two codes at once, as many are compared as a day has") {
    guessing_all_day(harness);
  }
  SUBCASE(
      "of many attempts of an account at once, as many go as are free, and one after the wait") {
    failing(harness);
  }
  SUBCASE("of many attempts of an account at once, each has another number, up to the stop") {
    failing_until_the_stop(harness);
  }
  SUBCASE("of many who would tell of failures at once, one does") { telling(harness); }
}

}  // namespace

void races(FactorHarness& harness) {
  races_of_tickets(harness);
  SUBCASE("however many add and confirm a factor at once, there is room for as many as may be") {
    adding(harness);
  }
  SUBCASE("of many who confirm a factor at once, one does") { confirming(harness); }
  SUBCASE("of many with one step at once, one is accepted") { stepping(harness); }
  SUBCASE("of many with one recovery code at once, one spends it") { spending(harness); }
  SUBCASE("however many replace the recovery codes at once, one list is left") {
    replacing(harness);
  }
  SUBCASE("however many trust a device at once, as many are left as may be") { trusting(harness); }
  SUBCASE("of two who remove the last two factors at once, one sees that none is left") {
    removing(harness);
  }
}

}  // namespace coffeeauth::second_factor::contract
