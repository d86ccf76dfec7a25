#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

const UserId ada = nth<UserId>(1);
const SessionId hers = nth<SessionId>(1);

std::string sealed(std::uint64_t n) { return "\0sealed\xff"s + std::to_string(n); }

// Presents token `from`, to be followed by token `to`.
Rotation refresh(std::uint64_t from, std::uint64_t to, UtcTime now = noon) {
  return Rotation{.session = hers,
                  .presented = token(from),
                  .next = token(to),
                  .sealed_successor = sealed(to),
                  .grace = 10s,
                  .idle_lifetime = 24h,
                  .now = now};
}

// A session of Ada's whose current token is 1.
struct LoggedIn : Trial {
  explicit LoggedIn(StoreHarness& harness) : Trial(harness) {
    alone.create(user(1));
    REQUIRE(alone.open(session(1, ada)) == OpenSessionOutcome::opened);
  }
};

void rotation(StoreHarness& harness) {
  SUBCASE("refresh: the current token is spent, and the next one is current") {
    const LoggedIn t{harness};
    const auto first = t.alone.rotate(refresh(1, 2, noon + 1h));
    REQUIRE(first.outcome == RotationOutcome::rotated);
    REQUIRE(first.live);
    CHECK(first.live->user == t.get(ada));
    CHECK(first.live->session.last_used_at == noon + 1h);
    CHECK(first.live->session.idle_expires_at == noon + 25h);
    CHECK(first.live->session.expires_at == noon + 72h);
    CHECK(first.live->session.created_at == noon);
    const auto stored = t.store->sessions().find_live(hers, noon + 1h);
    REQUIRE(stored);
    CHECK(stored->session.idle_expires_at == noon + 25h);
    CHECK(stored->session.last_used_at == noon + 1h);
    CHECK(t.alone.rotate(refresh(2, 3, noon + 2h)).outcome == RotationOutcome::rotated);
  }

  SUBCASE("refresh: a token that is replaced is the only one, and the one before is no reuse") {
    const LoggedIn t{harness};
    REQUIRE(t.alone.rotate(refresh(1, 2, noon)).outcome == RotationOutcome::rotated);
    const auto replace = [&](std::uint64_t next, UtcTime now) {
      return t.store->transact([&](Transaction& tx) {
        return tx.sessions().replace_refresh(hers, token(next), 24h, now);
      });
    };
    CHECK(replace(7, noon + 1s));
    const auto live = t.store->sessions().find_live(hers, noon + 1s);
    REQUIRE(live);
    CHECK(live->session.last_used_at == noon + 1s);
    CHECK(live->session.idle_expires_at == noon + 24h + 1s);
    CHECK(t.alone.rotate(refresh(7, 8, noon + 2s)).outcome == RotationOutcome::rotated);
    // Within the grace of the rotation before it was replaced, or not: its client has the new one.
    CHECK(t.alone.rotate(refresh(2, 9, noon + 3s)).outcome == RotationOutcome::reused);
    CHECK_FALSE(replace(9, noon + 4s));
  }

  SUBCASE("refresh: a token that is replaced moves the idle expiry as a refresh does") {
    const LoggedIn t{harness};
    const auto replace = [&](UtcTime now) {
      return t.store->transact(
          [&](Transaction& tx) { return tx.sessions().replace_refresh(hers, token(7), 60h, now); });
    };
    CHECK(replace(noon + 23h));
    CHECK(t.store->sessions().find_live(hers, noon + 23h)->session.idle_expires_at == noon + 72h);
    CHECK_FALSE(replace(noon + 72h));
  }

  SUBCASE("refresh: use moves the idle expiry, but never beyond the absolute one") {
    const LoggedIn t{harness};
    REQUIRE(t.alone.rotate(refresh(1, 2, noon + 23h)).outcome == RotationOutcome::rotated);
    REQUIRE(t.alone.rotate(refresh(2, 3, noon + 46h)).outcome == RotationOutcome::rotated);
    const auto last = t.alone.rotate(refresh(3, 4, noon + 69h));
    REQUIRE(last.outcome == RotationOutcome::rotated);
    CHECK(last.live->session.idle_expires_at == noon + 72h);
    CHECK_FALSE(t.is_live(hers, noon + 72h + 1ms));
  }

  SUBCASE("refresh: a session that is gone, expired or of a disabled user is missing") {
    const LoggedIn t{harness};
    CHECK(t.alone.rotate(refresh(1, 2, noon + 24h + 1ms)).outcome == RotationOutcome::missing);
    auto other = refresh(1, 2);
    other.session = nth<SessionId>(9);
    CHECK(t.alone.rotate(other).outcome == RotationOutcome::missing);
    t.alone.update(ada, {.is_active = false});
    CHECK(t.alone.rotate(refresh(1, 2)).outcome == RotationOutcome::missing);
    CHECK_FALSE(t.alone.rotate(refresh(1, 2)).live);
  }
}

void replay(StoreHarness& harness) {
  SUBCASE("refresh: a spent token within the grace period is answered with its one successor") {
    const LoggedIn t{harness};
    REQUIRE(t.alone.rotate(refresh(1, 2)).outcome == RotationOutcome::rotated);
    for (std::uint64_t n = 3; n <= 4; ++n) {
      const auto again = t.alone.rotate(refresh(1, n, noon + 10s - 1ms));
      REQUIRE(again.outcome == RotationOutcome::replayed);
      CHECK(again.sealed_successor == sealed(2));
      REQUIRE(again.live);
      CHECK(again.live->session.id == hers);
    }
    CHECK(t.alone.rotate(refresh(2, 5, noon + 10s)).outcome == RotationOutcome::rotated);
  }

  SUBCASE("refresh: a replay does not prolong the grace period") {
    const LoggedIn t{harness};
    t.alone.rotate(refresh(1, 2));
    CHECK(t.alone.rotate(refresh(1, 3, noon + 9s)).outcome == RotationOutcome::replayed);
    CHECK(t.alone.rotate(refresh(1, 4, noon + 11s)).outcome == RotationOutcome::reused);
  }
}

void reuse(StoreHarness& harness) {
  const auto check_ended = [](const LoggedIn& t, const RotationResult& result) {
    CHECK(result.outcome == RotationOutcome::reused);
    REQUIRE(result.live);
    CHECK(result.live->user.id == ada);
    CHECK_FALSE(t.is_live(hers));
    CHECK(t.alone.rotate(refresh(2, 9)).outcome == RotationOutcome::missing);
  };

  SUBCASE("refresh: a spent token after the grace period ends the session") {
    const LoggedIn t{harness};
    t.alone.rotate(refresh(1, 2));
    check_ended(t, t.alone.rotate(refresh(1, 3, noon + 10s + 1ms)));
  }

  SUBCASE("refresh: a token from before the last one ends the session, however young") {
    const LoggedIn t{harness};
    t.alone.rotate(refresh(1, 2));
    t.alone.rotate(refresh(2, 3, noon + 1s));
    check_ended(t, t.alone.rotate(refresh(1, 4, noon + 2s)));
  }

  SUBCASE("refresh: a token that never was ends the session") {
    const LoggedIn t{harness};
    check_ended(t, t.alone.rotate(refresh(77, 2)));
  }

  SUBCASE("refresh: reuse leaves the user's other sessions alone") {
    const LoggedIn t{harness};
    t.alone.open(session(2, ada));
    t.alone.rotate(refresh(77, 2));
    CHECK_FALSE(t.is_live(hers));
    CHECK(t.is_live(nth<SessionId>(2)));
  }
}

void races(StoreHarness& harness) {
  SUBCASE("refresh: of many with one token, one rotates and all get the same successor") {
    for (Rounds rounds{harness}; rounds.next();) {
      const LoggedIn t{harness};
      const auto results = race(t.threads, [&](std::size_t i) {
        auto result = t.alone.rotate(refresh(1, 100 + i));
        if (result.outcome == RotationOutcome::rotated) result.sealed_successor = sealed(100 + i);
        return result;
      });
      std::size_t rotated = 0;
      std::size_t replayed = 0;
      for (const auto& result : results) {
        rotated += result.outcome == RotationOutcome::rotated ? 1 : 0;
        replayed += result.outcome == RotationOutcome::replayed ? 1 : 0;
        CHECK(result.sealed_successor == results.front().sealed_successor);
      }
      CHECK(rotated == 1);
      CHECK(replayed == t.threads - 1);
      CHECK(t.is_live(hers));
    }
  }

  SUBCASE("refresh: of many that reuse an old token, one ends the session") {
    for (Rounds rounds{harness}; rounds.next();) {
      const LoggedIn t{harness};
      const auto outcomes = race(
          t.threads, [&](std::size_t i) { return t.alone.rotate(refresh(77, 100 + i)).outcome; });
      CHECK(count_of(outcomes, RotationOutcome::reused) == 1);
      CHECK(count_of(outcomes, RotationOutcome::missing) == t.threads - 1);
    }
  }
}

}  // namespace

void refresh_contract(StoreHarness& harness) {
  rotation(harness);
  replay(harness);
  reuse(harness);
  races(harness);
}

}  // namespace coffeeauth::testing
