// What many threads do to one ticket, code or account at the same moment.

#include "features/email_login/contract/trial.hpp"

namespace coffeeauth::email_login::contract {
namespace {

using testing::count_of;
using testing::race;

/// Rounds of one race, each over rows of its own: `round(trial, threads)`.
template <class Round>
void rounds_of(TicketHarness& harness, Round round) {
  for (testing::Rounds rounds{harness}; rounds.next();) {
    const Trial t{harness};
    round(t, harness.threads());
  }
}

void redeeming(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.put(ticket(1));
    CHECK(count_of(race(threads, [&](std::size_t) { return t.redeem(1); }), true) == 1);
  });
}

void guessing(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.put(ticket(1));
    const auto heard =
        race(threads, [&](std::size_t) { return t.guess(1, {.per_code = 5, .per_day = 50}); });
    CHECK(count_of(heard, true) == 5);
  });
}

void guessing_all_day(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.put(ticket(1));
    const auto heard =
        race(threads, [&](std::size_t) { return t.guess(1, {.per_code = 1'000, .per_day = 7}); });
    CHECK(count_of(heard, true) == 7);
  });
}

void sharing(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const MailPace two{.pause = 0s, .per_hour = 2, .per_day = 9};
    const auto sent = race(threads, [&](std::size_t i) {
      return t.take({.network = digest(i % 5), .max_networks = 3}, noon, ada, two);
    });
    CHECK_MESSAGE(count_of(sent, true) == 8, "two in each of three shares, and in the common one");
  });
}

void mailing(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const MailPace four{.pause = 0s, .per_hour = 4, .per_day = 9};
    const auto sent = race(threads, [&](std::size_t) { return t.take(from(1), noon, ada, four); });
    CHECK(count_of(sent, true) == 4);
  });
}

void putting(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    race(threads, [&](std::size_t i) {
      t.put(ticket(100 + i));
      return true;
    });
    std::size_t left = 0;
    for (std::size_t i = 0; i < threads; ++i) left += t.has(100 + i) ? 1 : 0;
    CHECK(left == 1);
  });
}

}  // namespace

void races(TicketHarness& harness) {
  SUBCASE("of many who redeem one ticket at once, one gets it") { redeeming(harness); }
  SUBCASE("of many guesses at once, as many are compared as a code has") { guessing(harness); }
  SUBCASE("of many guesses at once, as many are compared as a day has") {
    guessing_all_day(harness);
  }
  SUBCASE("of many who ask for a mail at once, as many get one as the pace has") {
    mailing(harness);
  }
  SUBCASE("of many networks that ask for a mail at once, as many get a share as may") {
    sharing(harness);
  }
  SUBCASE("however many put a ticket at once, one is left") { putting(harness); }
}

}  // namespace coffeeauth::email_login::contract
