// What one thread after the other may expect of tickets.

#include "features/recovery/contract/trial.hpp"

namespace coffeeauth::recovery {
namespace contract {
namespace {

void kept_and_read(TicketHarness& harness) {
  const Trial t{harness};
  auto whole = ticket(TicketKind::email_change, 1);
  whole.email = EmailAddress::restore("Ada@Example.org", "ada@example.org");
  whole.changed_to = EmailAddress::restore("New@Example.org", "new@example.org");
  whole.code = digest(50);
  whole.session = nth<SessionId>(9);
  whole.second_factor_done = true;
  whole.asked_at = noon - 5min;
  t.put(whole);
  const auto read = t.alone([&](Tickets& rows) {
    return rows.find(TicketKind::email_change, {digest(99), digest(1)}, noon);
  });
  REQUIRE(read);
  CHECK(*read == whole);
  CHECK(read->email->display() == "Ada@Example.org");
  const auto listed = [&](TicketKind kind, UtcTime now = noon) {
    return t.alone([&](Tickets& rows) { return rows.list(ada, kind, now); });
  };
  CHECK(listed(TicketKind::email_change) == std::vector{whole});

  auto later = ticket(TicketKind::undo, 3);
  later.security_version = 8;
  t.put(ticket(TicketKind::undo, 2));
  t.put(later);
  t.put(ticket(TicketKind::undo, 4, bob));
  CHECK(listed(TicketKind::undo) == std::vector{later, ticket(TicketKind::undo, 2)});
  CHECK(listed(TicketKind::undo, noon + 30min).empty());
}

void one_kind_is_no_other(TicketHarness& harness) {
  const Trial t{harness};
  t.put(ticket(TicketKind::reset, 1));
  CHECK(t.has(TicketKind::reset, 1));
  CHECK_FALSE(t.has(TicketKind::undo, 1));
  CHECK_FALSE(t.has(TicketKind::reset, 2));
  CHECK_FALSE(t.redeem(TicketKind::undo, 1));
  CHECK_FALSE(t.redeem(TicketKind::reset, 2));
  CHECK_FALSE(t.redeem(TicketKind::reset, 1, noon + 30min));
  CHECK(t.has(TicketKind::reset, 1, noon + 30min - 1ms));
  CHECK_FALSE(t.has(TicketKind::reset, 1, noon + 30min));
  CHECK(t.redeem(TicketKind::reset, 1));
  CHECK_FALSE(t.redeem(TicketKind::reset, 1));
}

void newer_ones_replace(TicketHarness& harness) {
  const Trial t{harness};
  for (const std::uint64_t n : {1, 2}) t.put(ticket(TicketKind::reset, n));
  for (const std::uint64_t n : {3, 4}) t.put(ticket(TicketKind::undo, n));
  t.put(ticket(TicketKind::email_change, 5));
  auto proved = ticket(TicketKind::reset, 7, bob);
  proved.second_factor_done = true;
  t.put(proved);
  t.put(ticket(TicketKind::reset, 6, bob));
  CHECK_MESSAGE(t.alone([](Tickets& rows) { return rows.list(bob, TicketKind::reset, noon); }) ==
                    std::vector{ticket(TicketKind::reset, 6, bob)},
                "what was proved for the older one was not proved for the newer");
  CHECK_FALSE(t.has(TicketKind::reset, 1));
  CHECK(t.has(TicketKind::reset, 2));
  CHECK(t.has(TicketKind::undo, 3));
  CHECK(t.has(TicketKind::undo, 4));
  CHECK(t.has(TicketKind::email_change, 5));
  CHECK(t.has(TicketKind::reset, 6));
}

constexpr GuessLimits three_a_code{.per_code = 3, .per_day = 50};
constexpr GuessLimits three_a_day{.per_code = 50, .per_day = 3};

void guesses(TicketHarness& harness) {
  const Trial t{harness};
  const auto kind = TicketKind::reset;
  t.put(coded_ticket(kind, 1));
  CHECK_FALSE(t.guess(kind, three_a_code, bob));
  CHECK_FALSE(t.guess(kind, three_a_code, ada, noon + 30min));
  CHECK_FALSE(t.guess(TicketKind::email_change, three_a_code));
  for (int i = 0; i < 3; ++i) CHECK(t.guess(kind, three_a_code));
  CHECK_FALSE(t.guess(kind, three_a_code));
  CHECK_MESSAGE(t.has(kind, 1), "the link beside a dead code is good");
  t.put(coded_ticket(kind, 3));
  CHECK_MESSAGE(t.guess(kind, three_a_code), "a new ticket has guesses of its own");
  t.put(ticket(kind, 2));
  CHECK_MESSAGE(!t.guess(kind, three_a_code), "a ticket without a code cannot be guessed at");
}

void guesses_of_a_day(TicketHarness& harness) {
  const Trial t{harness};
  const auto put_all = [&](UtcTime now) {
    std::uint64_t n = 1;
    for (const auto& user : {ada, bob}) {
      for (const auto kind : {TicketKind::reset, TicketKind::email_change}) {
        auto each = coded_ticket(kind, n++, user);
        each.created_at = now;
        each.expires_at = now + 30min;
        t.put(each);
      }
    }
  };
  put_all(noon);
  CHECK(t.guess(TicketKind::reset, three_a_day));
  CHECK(t.guess(TicketKind::email_change, three_a_day));
  CHECK(t.guess(TicketKind::reset, three_a_day, ada, noon + 1min));
  CHECK_FALSE(t.guess(TicketKind::reset, three_a_day));
  CHECK_FALSE(t.guess(TicketKind::email_change, three_a_day));
  CHECK_MESSAGE(t.guess(TicketKind::reset, three_a_day, bob), "each account has a day of its own");
  put_all(noon + 24h - 1ms);
  CHECK_MESSAGE(!t.guess(TicketKind::reset, three_a_day, ada, noon + 24h - 1ms),
                "a new ticket gives none back");
  CHECK(t.guess(TicketKind::reset, three_a_day, ada, noon + 24h));
}

void drops(TicketHarness& harness) {
  const Trial t{harness};
  auto later = ticket(TicketKind::undo, 2);
  later.security_version = 8;
  t.put(ticket(TicketKind::undo, 1));
  t.put(later);
  t.put(ticket(TicketKind::undo, 3, bob));
  t.put(ticket(TicketKind::reset, 4));
  const auto drop = [&](std::int64_t from) {
    return t.alone([&](Tickets& rows) { return rows.drop(ada, TicketKind::undo, from); });
  };
  CHECK(drop(8) == 1);
  CHECK(t.has(TicketKind::undo, 1));
  CHECK_FALSE(t.has(TicketKind::undo, 2));
  CHECK(drop(0) == 1);
  CHECK(t.has(TicketKind::undo, 3));
  CHECK(t.has(TicketKind::reset, 4));
}

void paces(TicketHarness& harness) {
  const Trial t{harness};
  const auto take = [&](UtcTime now, MailPurpose purpose = MailPurpose::reset, UserId user = ada) {
    return t.alone([&](Tickets& rows) { return rows.take_slot(user, {purpose}, pace, now); });
  };
  CHECK_FALSE(take(noon, MailPurpose::reset, nth<UserId>(77)));
  CHECK(take(noon));
  CHECK_FALSE(take(noon + 59s));
  for (const auto other : {MailPurpose::reset_by_administrator, MailPurpose::email_change}) {
    CHECK_MESSAGE(take(noon + 59s, other), "each purpose has a pace of its own");
  }
  CHECK_MESSAGE(take(noon + 59s, MailPurpose::reset, bob), "so has each user");
  CHECK(take(noon + 60s));
  CHECK(take(noon + 2min));
  CHECK_MESSAGE(!take(noon + 3min), "three in the hour");
  CHECK(take(noon + 60min));
  CHECK(take(noon + 61min));
  CHECK_MESSAGE(!take(noon + 5h), "five in the day");
  CHECK(take(noon + 24h));
}

/// A reset that is requested from the n-th network; two have a share of their own.
MailRequest from(std::uint64_t n) {
  return {.purpose = MailPurpose::reset, .network = digest(n), .max_networks = 2};
}

void shares(TicketHarness& harness) {
  const Trial t{harness};
  const auto take = [&](const MailRequest& request, UtcTime now, const UserId& user = ada) {
    return t.take(request, now, user);
  };
  CHECK_FALSE(take(from(1), noon, nth<UserId>(77)));
  CHECK(take(from(1), noon));
  CHECK_FALSE(take(from(1), noon + 59s));
  CHECK_MESSAGE(take(from(2), noon + 59s), "each network has a share of its own");
  CHECK_MESSAGE(take(from(3), noon + 59s), "a third one has that of all others");
  CHECK_MESSAGE(!take(from(4), noon + 60s), "and so has a fourth");
  CHECK_MESSAGE(!take({MailPurpose::reset}, noon + 60s), "and what comes from none");
  CHECK_MESSAGE(take(from(4), noon + 60s, bob), "each user has shares of its own");
  auto change = from(4);
  change.purpose = MailPurpose::email_change;
  CHECK_MESSAGE(take(change, noon + 60s), "so has each purpose");

  for (const auto after : {2min, 3min, 60min, 61min}) CHECK(take(from(1), noon + after));
  CHECK_MESSAGE(!take(from(1), noon + 5h), "five in the day of a share");
  CHECK_MESSAGE(take(from(2), noon + 5h), "take nothing from the other");
  CHECK_MESSAGE(take(from(3), noon + 5h), "nor from that of all others");
  CHECK_MESSAGE(take(from(3), noon + 24h), "after a day a share is free for another network");
  CHECK_MESSAGE(take(from(1), noon + 24h + 30s), "whoever comes too late has the common one");
  CHECK_MESSAGE(!take(from(4), noon + 24h + 30s), "with all others");
  CHECK_MESSAGE(take(from(3), noon + 24h + 1min), "and takes nothing from the new share");
}

void targets(TicketHarness& harness) {
  const Trial t{harness};
  CHECK_FALSE(t.take(to_mailbox(1), noon, nth<UserId>(77)));
  CHECK_FALSE(t.take(to_mailbox(1, 0), noon));
  CHECK(t.take(to_mailbox(1), noon));
  CHECK_MESSAGE(!t.take(to_mailbox(1), noon + 59s), "too fast");
  CHECK_MESSAGE(t.take(to_mailbox(1), noon + 59s, bob), "which leaves the mailbox to others");
  CHECK_MESSAGE(!t.take(to_mailbox(1), noon + 2min), "two in a day");
  CHECK_MESSAGE(t.take(to_mailbox(2), noon + 2min), "which leaves the account another mailbox");

  CHECK_MESSAGE(!t.take(to_mailbox(3), noon + 2min + 30s), "too fast");
  CHECK(t.take(to_mailbox(3), noon + 12h));
  CHECK(t.take(to_mailbox(3), noon + 12h, bob));
  CHECK_FALSE(t.take(to_mailbox(1), noon + 24h - 1ms));
  CHECK_MESSAGE(t.take(to_mailbox(1), noon + 24h), "a day after the first mail");
  CHECK_MESSAGE(!t.take(to_mailbox(3), noon + 25h), "what sent nothing began no day");
  CHECK(t.take(to_mailbox(3), noon + 36h));
}

void counts_are_cleaned(TicketHarness& harness) {
  const Trial t{harness};
  const auto clean = [&](std::size_t limit, UtcTime now) {
    return t.alone([&](Tickets& rows) { return rows.delete_expired(limit, now); });
  };
  t.put(coded_ticket(TicketKind::reset, 1));
  CHECK(t.guess(TicketKind::reset, {.per_code = 9, .per_day = 9}));
  for (const std::uint64_t n : {1, 2, 3}) {
    CHECK(t.take(from(n), noon));
  }
  CHECK(t.take(to_mailbox(1), noon));
  CHECK_MESSAGE(clean(100, noon + 24h - 1ms) == 1, "the ticket");
  CHECK(clean(2, noon + 24h) == 2);
  CHECK_MESSAGE(clean(100, noon + 24h) == 4,
                "the rest of five counts of mails, and one of guesses");
  CHECK(clean(100, noon + 24h) == 0);
}

void reservations(TicketHarness& harness) {
  const Trial t{harness};
  const auto former = address("old@example.org");
  const auto holder = [&](UtcTime now) {
    return t.alone([&](Tickets& rows) { return rows.holder_of(former, now); });
  };
  CHECK_FALSE(holder(noon));
  t.alone([&](Tickets& rows) { rows.reserve(former, ada, noon + 7min); });
  CHECK(holder(noon) == ada);
  CHECK(holder(noon + 7min - 1ms) == ada);
  CHECK_FALSE(holder(noon + 7min));
  t.alone([&](Tickets& rows) { rows.reserve(former, bob, noon + 9min); });
  CHECK(holder(noon + 8min) == bob);
}

void cleaning(TicketHarness& harness) {
  const Trial t{harness};
  for (const std::uint64_t n : {1, 2, 3}) t.put(ticket(TicketKind::undo, n));
  auto longer = ticket(TicketKind::undo, 4);
  longer.expires_at = noon + 31min;
  t.put(longer);
  t.alone([&](Tickets& rows) { rows.reserve(address("old@example.org"), ada, noon + 1min); });
  const auto clean = [&](std::size_t limit, UtcTime now) {
    return t.alone([&](Tickets& rows) { return rows.delete_expired(limit, now); });
  };
  CHECK(clean(10, noon + 1min - 1ms) == 0);
  const auto live = [&](TicketKind kind, UtcTime now) {
    return t.alone([&](Tickets& rows) { return rows.count_live(kind, now); });
  };
  CHECK(live(TicketKind::undo, noon) == 4);
  CHECK(live(TicketKind::reset, noon) == 0);
  CHECK_MESSAGE(live(TicketKind::undo, noon + 30min) == 1, "what is over is not");
  CHECK(clean(2, noon + 30min) == 2);
  CHECK(clean(10, noon + 30min) == 2);
  CHECK(clean(10, noon + 30min) == 0);
  CHECK(t.has(TicketKind::undo, 4));
}

void belong_to_users(TicketHarness& harness) {
  const Trial t{harness};
  t.put(ticket(TicketKind::reset, 1));
  t.put(ticket(TicketKind::reset, 2, bob));
  t.alone([&](Tickets& rows) {
    rows.reserve(address("old@example.org"), ada, noon + 1h);
    CHECK(rows.take_slot(ada, {MailPurpose::reset}, pace, noon));
  });
  const auto erase = [&](bool commits) {
    static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
      CHECK(tx.users().delete_user(ada, std::nullopt) == UserWriteOutcome::written);
      CHECK_FALSE(t.tickets->in(tx)->find(TicketKind::reset, {digest(1)}, noon));
      if (!commits) return ErrorCode::internal;
      return {};
    }));
  };
  erase(false);
  CHECK(t.has(TicketKind::reset, 1));
  erase(true);
  CHECK_FALSE(t.has(TicketKind::reset, 1));
  CHECK(t.has(TicketKind::reset, 2));
  CHECK_FALSE(
      t.alone([&](Tickets& rows) { return rows.holder_of(address("old@example.org"), noon); }));
}

constexpr GuessLimits one_guess{.per_code = 1, .per_day = 1};

void undone_with_their_transaction(TicketHarness& harness) {
  const Trial t{harness};
  const auto coded = coded_ticket(TicketKind::reset, 1);
  t.put(coded);
  static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
    const auto rows = t.tickets->in(tx);
    CHECK(rows->count_guess(ada, TicketKind::reset, one_guess, noon));
    rows->put(ticket(TicketKind::undo, 2));
    rows->reserve(address("old@example.org"), ada, noon + 1h);
    CHECK(rows->take_slot(ada, {MailPurpose::reset}, pace, noon));
    CHECK(rows->take_slot(ada, to_mailbox(1, 1), pace, noon));
    CHECK(rows->redeem(TicketKind::reset, coded.digest, noon));
    return ErrorCode::internal;
  }));
  CHECK_FALSE(t.has(TicketKind::undo, 2));
  CHECK(t.take(to_mailbox(1, 1), noon));
  t.alone([&](Tickets& rows) {
    CHECK_FALSE(rows.holder_of(address("old@example.org"), noon));
    CHECK(rows.take_slot(ada, {MailPurpose::reset}, pace, noon));
    CHECK(rows.count_guess(ada, TicketKind::reset, one_guess, noon));
    CHECK(rows.redeem(TicketKind::reset, coded.digest, noon));
  });
}

}  // namespace
}  // namespace contract

void ticket_contract(TicketHarness& harness) {
  using namespace contract;
  SUBCASE("a ticket is read as it was kept") { kept_and_read(harness); }
  SUBCASE("a ticket of one kind is none of another, and none when it is over") {
    one_kind_is_no_other(harness);
  }
  SUBCASE("a newer reset or change takes the place of the older, an undo does not") {
    newer_ones_replace(harness);
  }
  SUBCASE("guesses are counted up to the limit of their code") { guesses(harness); }
  SUBCASE("guesses are counted up to the limit of a day, over both kinds") {
    guesses_of_a_day(harness);
  }
  SUBCASE("tickets are dropped by user, kind and age") { drops(harness); }
  SUBCASE("mails keep their pace") { paces(harness); }
  SUBCASE("mails that one network requests leave others their share") { shares(harness); }
  SUBCASE("mails to one mailbox are counted with the pace of who asks, or neither is") {
    targets(harness);
  }
  SUBCASE("counts are deleted when they are a day old") { counts_are_cleaned(harness); }
  SUBCASE("an address is reserved for one user, for a time") { reservations(harness); }
  SUBCASE("what is over is not counted as live, and is deleted in batches") { cleaning(harness); }
  SUBCASE("all rows go with their user") { belong_to_users(harness); }
  SUBCASE("all verbs are undone with their transaction") { undone_with_their_transaction(harness); }
  races(harness);
}

}  // namespace coffeeauth::recovery
