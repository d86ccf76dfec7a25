#include <array>

#include "features/recovery/tests/world.hpp"
#include "lib/testing/contract/race.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::recovery {
namespace {

using testing::noon;
using testing::nth;
using testing::nth_digest;

/// A Store with two users, and the rows over it.
struct Trial {
  explicit Trial(const Backend& backend)
      : store(backend.harness().fresh()), tickets(backend.tickets_over(*store)) {
    for (const std::uint64_t n : {1, 2}) {
      store->transact(
          [&](Transaction& tx) { static_cast<void>(tx.users().create_user(testing::user(n))); });
    }
  }

  template <class Work>
  auto alone(Work work) const {
    return store->transact([&](Transaction& tx) { return work(*tickets->in(tx)); });
  }
  void put(const Ticket& ticket) const {
    alone([&](Tickets& rows) { rows.put(ticket); });
  }
  [[nodiscard]] bool has(TicketKind kind, std::uint64_t n, UtcTime now = noon) const {
    return alone([&](Tickets& rows) {
      return rows.find(kind, {nth_digest<FeatureDigest>(n)}, now).has_value();
    });
  }

  std::unique_ptr<Store> store;
  std::unique_ptr<TicketStore> tickets;
};

const UserId ada = nth<UserId>(1);
const UserId bob = nth<UserId>(2);

Ticket ticket(TicketKind kind, std::uint64_t n, const UserId& user = ada) {
  return {.digest = nth_digest<FeatureDigest>(n),
          .kind = kind,
          .user = user,
          .security_version = 7,
          .created_at = noon,
          .expires_at = noon + 30min};
}

constexpr MailPace pace{.pause = 60s, .per_hour = 3, .per_day = 5};

void kept_and_read(const Backend& backend) {
  const Trial t{backend};
  auto whole = ticket(TicketKind::email_change, 1);
  whole.email = EmailAddress::restore("Ada@Example.org", "ada@example.org");
  whole.changed_to = EmailAddress::restore("New@Example.org", "new@example.org");
  whole.code = nth_digest<FeatureDigest>(50);
  whole.session = nth<SessionId>(9);
  t.put(whole);
  const auto read = t.alone([&](Tickets& rows) {
    return rows.find(TicketKind::email_change,
                     {nth_digest<FeatureDigest>(99), nth_digest<FeatureDigest>(1)}, noon);
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

void one_kind_is_no_other(const Backend& backend) {
  const Trial t{backend};
  t.put(ticket(TicketKind::reset, 1));
  CHECK(t.has(TicketKind::reset, 1));
  CHECK_FALSE(t.has(TicketKind::undo, 1));
  CHECK_FALSE(t.has(TicketKind::reset, 2));
  const auto redeem = [&](TicketKind kind, std::uint64_t n, UtcTime now) {
    return t.alone(
        [&](Tickets& rows) { return rows.redeem(kind, nth_digest<FeatureDigest>(n), now); });
  };
  CHECK_FALSE(redeem(TicketKind::undo, 1, noon));
  CHECK_FALSE(redeem(TicketKind::reset, 1, noon + 30min));
  CHECK(t.has(TicketKind::reset, 1, noon + 30min - 1ms));
  CHECK_FALSE(t.has(TicketKind::reset, 1, noon + 30min));
  CHECK(redeem(TicketKind::reset, 1, noon));
  CHECK_FALSE(redeem(TicketKind::reset, 1, noon));
}

void newer_ones_replace(const Backend& backend) {
  const Trial t{backend};
  for (const std::uint64_t n : {1, 2}) t.put(ticket(TicketKind::reset, n));
  for (const std::uint64_t n : {3, 4}) t.put(ticket(TicketKind::undo, n));
  t.put(ticket(TicketKind::email_change, 5));
  t.put(ticket(TicketKind::reset, 6, bob));
  CHECK_FALSE(t.has(TicketKind::reset, 1));
  CHECK(t.has(TicketKind::reset, 2));
  CHECK(t.has(TicketKind::undo, 3));
  CHECK(t.has(TicketKind::undo, 4));
  CHECK(t.has(TicketKind::email_change, 5));
  CHECK(t.has(TicketKind::reset, 6));
}

void guesses(const Backend& backend) {
  const Trial t{backend};
  auto coded = ticket(TicketKind::reset, 1);
  coded.code = nth_digest<FeatureDigest>(50);
  t.put(coded);
  const auto guess = [&](const UserId& user, UtcTime now = noon) {
    return t.alone([&](Tickets& rows) {
      return rows.count_guess(user, TicketKind::reset, 3, now).has_value();
    });
  };
  CHECK_FALSE(guess(bob));
  CHECK_FALSE(guess(ada, noon + 30min));
  for (int i = 0; i < 3; ++i) CHECK(guess(ada));
  CHECK_FALSE(guess(ada));
  CHECK_MESSAGE(t.has(TicketKind::reset, 1), "the link beside a dead code is good");
  t.put(coded);
  CHECK_MESSAGE(guess(ada), "a new ticket has guesses of its own");
  t.put(ticket(TicketKind::reset, 2));
  CHECK_MESSAGE(!guess(ada), "a ticket without a code cannot be guessed at");
}

void drops(const Backend& backend) {
  const Trial t{backend};
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

void paces(const Backend& backend) {
  const Trial t{backend};
  const auto take = [&](UtcTime now, TicketKind kind = TicketKind::reset, UserId user = ada) {
    return t.alone([&](Tickets& rows) { return rows.take_slot(user, kind, pace, now); });
  };
  CHECK_FALSE(take(noon, TicketKind::reset, nth<UserId>(77)));
  CHECK(take(noon));
  CHECK_FALSE(take(noon + 59s));
  CHECK_MESSAGE(take(noon + 59s, TicketKind::email_change), "each kind has a pace of its own");
  CHECK_MESSAGE(take(noon + 59s, TicketKind::reset, bob), "so has each user");
  CHECK(take(noon + 60s));
  CHECK(take(noon + 2min));
  CHECK_MESSAGE(!take(noon + 3min), "three in the hour");
  CHECK(take(noon + 60min));
  CHECK(take(noon + 61min));
  CHECK_MESSAGE(!take(noon + 5h), "five in the day");
  CHECK(take(noon + 24h));
}

void reservations(const Backend& backend) {
  const Trial t{backend};
  const auto address = email("old@example.org");
  const auto holder = [&](UtcTime now) {
    return t.alone([&](Tickets& rows) { return rows.holder_of(address, now); });
  };
  CHECK_FALSE(holder(noon));
  t.alone([&](Tickets& rows) { rows.reserve(address, ada, noon + 7min); });
  CHECK(holder(noon) == ada);
  CHECK(holder(noon + 7min - 1ms) == ada);
  CHECK_FALSE(holder(noon + 7min));
  t.alone([&](Tickets& rows) { rows.reserve(address, bob, noon + 9min); });
  CHECK(holder(noon + 8min) == bob);
}

void cleaning(const Backend& backend) {
  const Trial t{backend};
  for (const std::uint64_t n : {1, 2, 3}) t.put(ticket(TicketKind::undo, n));
  auto longer = ticket(TicketKind::undo, 4);
  longer.expires_at = noon + 31min;
  t.put(longer);
  t.alone([&](Tickets& rows) { rows.reserve(email("old@example.org"), ada, noon + 1min); });
  const auto clean = [&](std::size_t limit, UtcTime now) {
    return t.alone([&](Tickets& rows) { return rows.delete_expired(limit, now); });
  };
  CHECK(clean(10, noon) == 0);
  CHECK(clean(2, noon + 30min) == 2);
  CHECK(clean(10, noon + 30min) == 2);
  CHECK(clean(10, noon + 30min) == 0);
  CHECK(t.has(TicketKind::undo, 4));
}

void belong_to_users(const Backend& backend) {
  const Trial t{backend};
  t.put(ticket(TicketKind::reset, 1));
  t.put(ticket(TicketKind::reset, 2, bob));
  t.alone([&](Tickets& rows) {
    rows.reserve(email("old@example.org"), ada, noon + 1h);
    CHECK(rows.take_slot(ada, TicketKind::reset, pace, noon));
  });
  const auto erase = [&](bool commits) {
    static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
      CHECK(tx.users().delete_user(ada, std::nullopt) == UserWriteOutcome::written);
      CHECK_FALSE(t.tickets->in(tx)->find(TicketKind::reset, {nth_digest<FeatureDigest>(1)}, noon));
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
      t.alone([&](Tickets& rows) { return rows.holder_of(email("old@example.org"), noon); }));
}

void undone_with_their_transaction(const Backend& backend) {
  const Trial t{backend};
  auto coded = ticket(TicketKind::reset, 1);
  coded.code = nth_digest<FeatureDigest>(50);
  t.put(coded);
  static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
    const auto rows = t.tickets->in(tx);
    CHECK(rows->count_guess(ada, TicketKind::reset, 1, noon));
    rows->put(ticket(TicketKind::undo, 2));
    rows->reserve(email("old@example.org"), ada, noon + 1h);
    CHECK(rows->take_slot(ada, TicketKind::reset, pace, noon));
    CHECK(rows->redeem(TicketKind::reset, coded.digest, noon));
    return ErrorCode::internal;
  }));
  CHECK_FALSE(t.has(TicketKind::undo, 2));
  t.alone([&](Tickets& rows) {
    CHECK_FALSE(rows.holder_of(email("old@example.org"), noon));
    CHECK(rows.take_slot(ada, TicketKind::reset, pace, noon));
    CHECK(rows.count_guess(ada, TicketKind::reset, 1, noon));
    CHECK(rows.redeem(TicketKind::reset, coded.digest, noon));
  });
}

void races(const Backend& backend) {
  for (testing::Rounds rounds{backend.harness()}; rounds.next();) {
    const Trial t{backend};
    auto coded = ticket(TicketKind::reset, 1);
    coded.code = nth_digest<FeatureDigest>(50);
    t.put(coded);
    const auto guessed = testing::race(testing::race_threads, [&](std::size_t) {
      return t.alone([&](Tickets& rows) {
        return rows.count_guess(ada, TicketKind::reset, 5, noon).has_value();
      });
    });
    CHECK(testing::count_of(guessed, true) == 5);
    const auto redeemed = testing::race(testing::race_threads, [&](std::size_t) {
      return t.alone(
          [&](Tickets& rows) { return rows.redeem(TicketKind::reset, coded.digest, noon); });
    });
    CHECK(testing::count_of(redeemed, true) == 1);
    const auto sent = testing::race(testing::race_threads, [&](std::size_t) {
      return t.alone([&](Tickets& rows) {
        return rows.take_slot(ada, TicketKind::reset, {.pause = 0s, .per_hour = 4, .per_day = 9},
                              noon);
      });
    });
    CHECK(testing::count_of(sent, true) == 4);
    // Whoever puts at the same time, one ticket is left.
    testing::race(testing::race_threads, [&](std::size_t i) {
      t.put(ticket(TicketKind::reset, 100 + i));
      return true;
    });
    std::size_t left = 0;
    for (std::size_t i = 0; i < testing::race_threads; ++i) {
      left += t.has(TicketKind::reset, 100 + i) ? 1 : 0;
    }
    CHECK(left == 1);
  }
}

}  // namespace

void ticket_contract(const Backend& backend) {
  SUBCASE("a ticket is read as it was kept") { kept_and_read(backend); }
  SUBCASE("a ticket of one kind is none of another, and none when it is over") {
    one_kind_is_no_other(backend);
  }
  SUBCASE("a newer reset or change takes the place of the older, an undo does not") {
    newer_ones_replace(backend);
  }
  SUBCASE("guesses are counted up to their limit") { guesses(backend); }
  SUBCASE("tickets are dropped by user, kind and age") { drops(backend); }
  SUBCASE("mails keep their pace") { paces(backend); }
  SUBCASE("an address is reserved for one user, for a time") { reservations(backend); }
  SUBCASE("what is over is deleted in batches") { cleaning(backend); }
  SUBCASE("all rows go with their user") { belong_to_users(backend); }
  SUBCASE("all verbs are undone with their transaction") { undone_with_their_transaction(backend); }
  SUBCASE("of 64 at once as many win as may") { races(backend); }
}

TEST_CASE("tickets in memory keep their contract") { ticket_contract(backends().at(0)); }
TEST_CASE("tickets in SQLite keep their contract") { ticket_contract(backends().at(1)); }
TEST_CASE("tickets in PostgreSQL keep their contract") { ticket_contract(backends().at(2)); }

}  // namespace coffeeauth::recovery
