// What one thread after the other may expect of tickets.

#include "features/email_login/contract/trial.hpp"

namespace coffeeauth::email_login {
namespace contract {
namespace {

void kept_and_read(TicketHarness& harness) {
  const Trial t{harness};
  t.put(ticket(1));
  t.put(ticket(2, bob));
  const auto read = t.alone([&](Tickets& rows) {
    return rows.find({digest(99), digest(1)}, noon);
  });
  CHECK(read == ticket(1));
  const auto guessed = t.alone([&](Tickets& rows) {
    return rows.count_guess({login_digest(99), login_digest(2)}, three_a_code, noon);
  });
  CHECK(guessed == ticket(2, bob));
}

void over(TicketHarness& harness) {
  const Trial t{harness};
  t.put(ticket(1));
  CHECK_FALSE(t.has(2));
  CHECK_FALSE(t.redeem(2));
  CHECK_FALSE(t.guess(2, three_a_code));
  CHECK_FALSE(t.redeem(1, noon + 10min));
  CHECK_FALSE(t.guess(1, three_a_code, noon + 10min));
  CHECK_FALSE(t.has(1, noon + 10min));
  CHECK(t.has(1, noon + 10min - 1ms));
  CHECK(t.redeem(1, noon + 10min - 1ms));
  CHECK_FALSE(t.redeem(1));
  CHECK_FALSE(t.has(1));
  CHECK_MESSAGE(!t.guess(1, three_a_code), "the code goes with the link");
}

void newer_ones_replace(TicketHarness& harness) {
  const Trial t{harness};
  t.put(ticket(1));
  t.put(ticket(3, bob));
  t.put(ticket(2));
  CHECK_FALSE(t.has(1));
  CHECK_FALSE(t.redeem(1));
  CHECK_FALSE(t.guess(1, three_a_code));
  CHECK(t.has(3));
  CHECK(t.alone([&](Tickets& rows) { return rows.find({digest(2)}, noon); }) == ticket(2));
}

void guesses(TicketHarness& harness) {
  const Trial t{harness};
  t.put(ticket(1));
  t.put(ticket(2, bob));
  for (int i = 0; i < 3; ++i) CHECK(t.guess(1, three_a_code));
  CHECK_FALSE(t.guess(1, three_a_code));
  CHECK_MESSAGE(t.guess(2, three_a_code), "each code has guesses of its own");
  CHECK_MESSAGE(t.has(1), "the link beside a dead code is good");
  t.put(ticket(3));
  CHECK_MESSAGE(t.guess(3, three_a_code), "a new ticket has guesses of its own");
}

void guesses_of_a_day(TicketHarness& harness) {
  const Trial t{harness};
  const auto put_at = [&](std::uint64_t n, UtcTime now) {
    auto one = ticket(n);
    one.created_at = now;
    one.expires_at = now + 10min;
    t.put(one);
  };
  put_at(1, noon);
  t.put(ticket(9, bob));
  CHECK(t.guess(1, three_a_day));
  CHECK(t.guess(1, three_a_day, noon + 1min));
  put_at(2, noon + 2min);
  CHECK(t.guess(2, three_a_day, noon + 2min));
  CHECK_MESSAGE(!t.guess(2, three_a_day, noon + 2min), "a new ticket gives none back");
  CHECK_MESSAGE(t.guess(9, three_a_day), "each account has a day of its own");
  put_at(3, noon + 24h - 1ms);
  CHECK_FALSE(t.guess(3, three_a_day, noon + 24h - 1ms));
  CHECK(t.guess(3, three_a_day, noon + 24h));
}

void paces(TicketHarness& harness) {
  const Trial t{harness};
  const auto take = [&](UtcTime now, const UserId& user = ada) {
    return t.take(from(1), now, user);
  };
  CHECK_FALSE(take(noon, nth<UserId>(77)));
  CHECK(take(noon));
  CHECK_FALSE(take(noon + 59s));
  CHECK_MESSAGE(take(noon + 59s, bob), "each user has a pace of its own");
  CHECK(take(noon + 60s));
  CHECK(take(noon + 2min));
  CHECK_MESSAGE(!take(noon + 3min), "three in the hour");
  CHECK(take(noon + 60min));
  CHECK(take(noon + 61min));
  CHECK_MESSAGE(!take(noon + 5h), "five in the day");
  CHECK(take(noon + 24h));
}

void shares(TicketHarness& harness) {
  const Trial t{harness};
  const auto take = [&](std::uint64_t network, UtcTime now, const UserId& user = ada) {
    return t.take(from(network), now, user);
  };
  CHECK(take(1, noon));
  CHECK_FALSE(take(1, noon + 59s));
  CHECK_MESSAGE(take(2, noon + 59s), "each network has a share of its own");
  CHECK_MESSAGE(take(3, noon + 59s), "a third one has that of all others");
  CHECK_MESSAGE(!take(4, noon + 60s), "and so has a fourth");
  CHECK_MESSAGE(take(4, noon + 60s, bob), "each user has shares of its own");
  for (const auto after : {2min, 3min, 60min, 61min}) CHECK(take(1, noon + after));
  CHECK_MESSAGE(!take(1, noon + 5h), "five in the day of a share");
  CHECK_MESSAGE(take(2, noon + 5h), "take nothing from the other");
  CHECK_MESSAGE(take(3, noon + 5h), "nor from that of all others");
  CHECK_MESSAGE(take(3, noon + 24h), "after a day a share is free for another network");
  CHECK_MESSAGE(take(1, noon + 24h + 30s), "whoever comes too late has the common one");
  CHECK_MESSAGE(!take(4, noon + 24h + 30s), "with all others");
}

void owners_share(TicketHarness& harness) {
  const Trial t{harness};
  const auto by_owner = [&](UtcTime now, const UserId& user = ada) {
    return t.take({.network = digest(1), .max_networks = 2, .by_owner = true}, now, user);
  };
  CHECK(t.take(from(1), noon));
  CHECK_MESSAGE(by_owner(noon), "apart from that of the same network");
  CHECK_FALSE(by_owner(noon + 59s));
  CHECK(by_owner(noon, bob));
  const MailRequest elsewhere{.network = digest(1), .by_owner = true, .from_elsewhere = true};
  CHECK_MESSAGE(t.take(elsewhere, noon), "networks that it has not used have another one");
  CHECK_FALSE(t.take(elsewhere, noon + 59s));
  CHECK_MESSAGE(t.take(from(2), noon), "it takes no network's share");
  CHECK_MESSAGE(t.take(from(3), noon), "nor that of all others");
  CHECK_FALSE(t.take(from(4), noon));
  CHECK(by_owner(noon + 60s));
}

void cleaning(TicketHarness& harness) {
  const Trial t{harness};
  const auto clean = [&](std::size_t limit, UtcTime now) {
    return t.alone([&](Tickets& rows) { return rows.delete_expired(limit, now); });
  };
  auto longer = ticket(2, bob);
  longer.expires_at = noon + 11min;
  t.put(ticket(1));
  t.put(longer);
  CHECK(clean(10, noon + 10min - 1ms) == 0);
  const auto live = [&](UtcTime now) {
    return t.alone([&](Tickets& rows) { return rows.count_live(now); });
  };
  CHECK(live(noon) == 2);
  CHECK_MESSAGE(live(noon + 10min) == 1, "what is over is not");
  CHECK(clean(10, noon + 10min) == 1);
  CHECK(t.has(2));
  t.put(ticket(3));
  CHECK_MESSAGE(clean(1, noon + 11min) == 1, "no more than it is told to");
  CHECK(clean(10, noon + 11min) == 1);
  CHECK(clean(10, noon + 11min) == 0);
}

void counts_are_cleaned(TicketHarness& harness) {
  const Trial t{harness};
  const auto clean = [&](std::size_t limit, UtcTime now) {
    return t.alone([&](Tickets& rows) { return rows.delete_expired(limit, now); });
  };
  t.put(ticket(1));
  CHECK(t.guess(1, three_a_day));
  // The third has the share of all others.
  for (const std::uint64_t n : {1, 2, 3}) CHECK(t.take(from(n), noon));
  CHECK_MESSAGE(clean(100, noon + 24h - 1ms) == 1, "the ticket");
  CHECK(clean(2, noon + 24h) == 2);
  CHECK_MESSAGE(clean(100, noon + 24h) == 2,
                "the rest of three counts of mails, and one of guesses");
  CHECK(clean(100, noon + 24h) == 0);
}

void belong_to_users(TicketHarness& harness) {
  const Trial t{harness};
  t.put(ticket(1));
  t.put(ticket(2, bob));
  CHECK(t.take(from(1), noon));
  CHECK(t.guess(1, three_a_code));
  const auto erase = [&](bool commits) {
    static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
      CHECK(tx.users().delete_user(ada, std::nullopt) == UserWriteOutcome::written);
      CHECK_FALSE(t.tickets->in(tx)->find({digest(1)}, noon));
      if (!commits) return ErrorCode::internal;
      return {};
    }));
  };
  erase(false);
  CHECK(t.has(1));
  erase(true);
  CHECK_FALSE(t.has(1));
  CHECK(t.has(2));
  CHECK_MESSAGE(t.alone([&](Tickets& rows) { return rows.delete_expired(10, noon + 24h); }) == 1,
                "the ticket of the other user is all that is left");
}

constexpr GuessLimits one_guess{.per_code = 1, .per_day = 1};

void undone_with_their_transaction(TicketHarness& harness) {
  const Trial t{harness};
  t.put(ticket(1));
  static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
    const auto rows = t.tickets->in(tx);
    CHECK(rows->count_guess({login_digest(1)}, one_guess, noon));
    rows->put(ticket(2, bob));
    CHECK(rows->take_slot(ada, from(1), pace, noon));
    CHECK(rows->redeem(digest(1), noon));
    return ErrorCode::internal;
  }));
  CHECK_FALSE(t.has(2));
  CHECK(t.take(from(1), noon));
  CHECK(t.guess(1, one_guess));
  CHECK(t.redeem(1));
}

}  // namespace
}  // namespace contract

void ticket_contract(TicketHarness& harness) {
  using namespace contract;
  SUBCASE("a ticket is read as it was kept") { kept_and_read(harness); }
  SUBCASE("a ticket is none when it is over or used") { over(harness); }
  SUBCASE("a newer ticket takes the place of the older") { newer_ones_replace(harness); }
  SUBCASE("guesses are counted up to the limit of their code") { guesses(harness); }
  SUBCASE("guesses are counted up to the limit of a day") { guesses_of_a_day(harness); }
  SUBCASE("mails keep their pace") { paces(harness); }
  SUBCASE("mails that one network requests leave others their share") { shares(harness); }
  SUBCASE("mails that the account itself requests have a share of their own") {
    owners_share(harness);
  }
  SUBCASE("what is over is not counted as live, and is deleted in batches") { cleaning(harness); }
  SUBCASE("counts are deleted when they are a day old") { counts_are_cleaned(harness); }
  SUBCASE("all rows go with their user") { belong_to_users(harness); }
  SUBCASE("all verbs are undone with their transaction") { undone_with_their_transaction(harness); }
  races(harness);
}

}  // namespace coffeeauth::email_login
