// What many threads do to one ticket, code, account or address at the same moment.

#include "features/recovery/contract/trial.hpp"

namespace coffeeauth::recovery::contract {
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
    t.put(ticket(TicketKind::reset, 1));
    const auto redeemed =
        race(threads, [&](std::size_t) { return t.redeem(TicketKind::reset, 1); });
    CHECK(count_of(redeemed, true) == 1);
  });
}

/// How many of the guesses of many threads, at two codes in turn, may be compared.
std::size_t compared(const Trial& t, std::size_t threads, const GuessLimits& limits) {
  const auto heard = race(threads, [&](std::size_t i) {
    return t.guess(i % 2 == 0 ? TicketKind::reset : TicketKind::email_change, limits);
  });
  return count_of(heard, true);
}

void guessing(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.put(coded_ticket(TicketKind::reset, 1));
    CHECK(compared(t, threads, {.per_code = 5, .per_day = 50}) == 5);
  });
}

void guessing_all_day(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    t.put(coded_ticket(TicketKind::reset, 1));
    t.put(coded_ticket(TicketKind::email_change, 2));
    CHECK(compared(t, threads, {.per_code = 1'000, .per_day = 7}) == 7);
  });
}

void mailing(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const MailPace four{.pause = 0s, .per_hour = 4, .per_day = 9};
    const auto sent = race(threads, [&](std::size_t) {
      return t.alone(
          [&](Tickets& rows) { return rows.take_slot(ada, {MailPurpose::reset}, four, noon); });
    });
    CHECK(count_of(sent, true) == 4);
  });
}

void sharing(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const MailPace two{.pause = 0s, .per_hour = 2, .per_day = 9};
    const auto sent = race(threads, [&](std::size_t i) {
      const MailRequest request{
          .purpose = MailPurpose::reset, .network = digest(i % 5), .max_networks = 3};
      return t.alone([&](Tickets& rows) { return rows.take_slot(ada, request, two, noon); });
    });
    CHECK_MESSAGE(count_of(sent, true) == 8, "two in each of three shares, and in the common one");
  });
}

/// How many mails the two accounts can still have sent.
std::size_t left_of(const Trial& t, const MailRequest& request, const MailPace& limits) {
  std::size_t sent = 0;
  for (const auto& user : {ada, bob}) {
    for (int i = 0; i < 100 && t.take(request, noon, user, limits); ++i) ++sent;
  }
  return sent;
}

void mailing_one_mailbox(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const MailPace eight{.pause = 0s, .per_hour = 8, .per_day = 99};
    const auto sent = race(threads, [&](std::size_t i) {
      return t.take(to_mailbox(1, 5), noon, i % 2 == 0 ? ada : bob, eight);
    });
    CHECK(count_of(sent, true) == 5);
    CHECK(left_of(t, {MailPurpose::email_change}, eight) == 2 * 8 - 5);
  });
}

void asking_for_one_mailbox(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const MailPace two{.pause = 0s, .per_hour = 2, .per_day = 99};
    const auto sent =
        race(threads, [&](std::size_t) { return t.take(to_mailbox(1, 5), noon, ada, two); });
    CHECK(count_of(sent, true) == 2);
    const MailPace nine{.pause = 0s, .per_hour = 9, .per_day = 99};
    CHECK(left_of(t, to_mailbox(1, 5), nine) == 3);
  });
}

void putting(TicketHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    race(threads, [&](std::size_t i) {
      t.put(ticket(TicketKind::reset, 100 + i));
      return true;
    });
    std::size_t left = 0;
    for (std::size_t i = 0; i < threads; ++i) {
      left += t.has(TicketKind::reset, 100 + i) ? 1 : 0;
    }
    CHECK(left == 1);
  });
}

}  // namespace

void races(TicketHarness& harness) {
  SUBCASE("of many who redeem one ticket at once, one gets it") { redeeming(harness); }
  SUBCASE("of many guesses at once, as many are compared as a code has") { guessing(harness); }
  SUBCASE("of many guesses at two codes at once, as many are compared as a day has") {
    guessing_all_day(harness);
  }
  SUBCASE("of many who ask for a mail at once, as many get one as the pace has") {
    mailing(harness);
  }
  SUBCASE("of many networks that ask for a mail at once, as many get a share as may") {
    sharing(harness);
  }
  SUBCASE("of many who ask for a mail to one mailbox at once, it gets as many as it may") {
    mailing_one_mailbox(harness);
  }
  SUBCASE("of many who ask for a mail to one mailbox at once, those too fast use nothing up") {
    asking_for_one_mailbox(harness);
  }
  SUBCASE("however many put a ticket at once, one is left") { putting(harness); }
}

}  // namespace coffeeauth::recovery::contract
