// What goes with time: accounts that nobody proved, sign-ups beside those that stay, codes, counts.

#include "coffeeauth/testing/doctest.hpp"

#include <array>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

constexpr const char* ada_mail = "ada@example.org";
const UserId ada = nth<UserId>(1);

void unproved_accounts(StoreHarness& harness) {
  SUBCASE("clean-up: only unverified users from before the cutoff go, at most as many as asked") {
    const Trial t{harness};
    t.alone.create(user(1));
    for (std::uint64_t n = 2; n <= 6; ++n) {
      auto made = candidate(n, std::to_string(n) + "@example.org", hash(n));
      made.now = n == 6 ? noon + 2ms : noon;
      t.alone.sign_up(made);
    }
    CHECK(t.alone.erase_unverified(noon) == 0);
    CHECK(t.alone.erase_unverified(noon + 1ms, 3) == 3);
    CHECK(t.alone.erase_unverified(noon + 1ms, 3) == 1);
    CHECK(t.alone.erase_unverified(noon + 1ms, 3) == 0);
    CHECK(t.exists(nth<UserId>(1)));
    CHECK(t.exists(nth<UserId>(6)));
    CHECK(t.store->users().count({}) == 2);
  }

  SUBCASE("clean-up: who was disabled stays") {
    const Trial t{harness};
    t.alone.sign_up(candidate(1, ada_mail, hash(1)));
    t.alone.update(ada, {.is_active = false});
    CHECK(t.alone.erase_unverified(noon + 1ms) == 0);
    CHECK(t.exists(ada));
    // From then on there is the whole time to prove the address.
    t.alone.update(ada, {.is_active = true}, {}, noon + 72h);
    CHECK(t.alone.erase_unverified(noon + 72h) == 0);
    CHECK(t.alone.erase_unverified(noon + 72h + 1ms) == 1);
  }

  SUBCASE("clean-up: an account that is moved to another mailbox has the whole time again") {
    const Trial t{harness};
    t.alone.sign_up(candidate(1, ada_mail, hash(1)));
    t.alone.update(ada, {.first_name = "Augusta"}, {}, noon + 47h);
    CHECK(t.alone.erase_unverified(noon) == 0);
    t.alone.update(ada, {.email = address("right@example.org")}, {}, noon + 47h);
    CHECK(t.alone.erase_unverified(noon + 47h) == 0);
    CHECK(t.alone.erase_unverified(noon + 47h + 1ms) == 1);
  }

  SUBCASE("clean-up: signing up again restarts the time") {
    const Trial t{harness};
    t.alone.sign_up(candidate(1, ada_mail, hash(1)));
    auto again = candidate(2, ada_mail, hash(1));
    again.now = noon + 10h;
    t.alone.sign_up(again);
    CHECK(t.alone.erase_unverified(noon + 10h) == 0);
    CHECK(t.alone.erase_unverified(noon + 10h + 1ms) == 1);
  }

  SUBCASE("clean-up: an account that is created unverified goes too, one verified since does not") {
    const Trial t{harness};
    auto made = user(1);
    made.is_verified = false;
    t.alone.create(made);
    made = user(2);
    made.is_verified = false;
    t.alone.create(made);
    t.alone.update(nth<UserId>(2), {.is_verified = true});
    CHECK(t.alone.erase_unverified(noon + 1h) == 1);
    CHECK_FALSE(t.exists(nth<UserId>(1)));
    CHECK(t.exists(nth<UserId>(2)));
  }

  SUBCASE("clean-up: at the same moment as an activation, exactly one of them happens") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      t.alone.sign_up(candidate(1, ada_mail, hash(1)));
      t.alone.put_code(ada, code(1));
      const auto happened = race(t.threads, [&](std::size_t i) -> std::size_t {
        if (i % 2 == 0) return t.alone.erase_unverified(noon + 1ms);
        return t.alone.activate(ada, code(1)).outcome == ActivationOutcome::activated ? 1 : 0;
      });
      std::array<std::size_t, 2> sums{};
      for (std::size_t i = 0; i < t.threads; ++i) sums[i % 2] += happened[i];
      CHECK(sums[0] + sums[1] == 1);
      CHECK(t.exists(ada) == (sums[1] == 1));
      if (t.exists(ada)) CHECK(t.get(ada).is_verified);
    }
  }
}

void kept_sign_ups(StoreHarness& harness) {
  SUBCASE("clean-up: decoys go with the time of their latest sign-up, those that wait do not") {
    const Trial t{harness};
    t.alone.create(user(1));
    for (std::uint64_t n = 2; n <= 3; ++n) {
      auto decoy = candidate(n, "user1@example.org", hash(n));
      decoy.now = noon + (n - 2) * 1h;
      t.alone.sign_up(decoy);
    }
    t.alone.sign_up(candidate(4, "waits@example.org", hash(4)));
    const auto kept = [&](const char* mail) {
      return t.store->users().find_credentials(address(mail))->sign_ups.size();
    };
    CHECK(t.alone.erase_stale({.sign_ups = noon + 1h, .now = noon}) == 0);
    CHECK(kept("user1@example.org") == 2);
    CHECK(t.alone.erase_stale({.sign_ups = noon + 1h + 1ms, .now = noon}) > 0);
    CHECK(kept("user1@example.org") == 0);
    CHECK(kept("waits@example.org") == 1);
    CHECK(t.alone.erase_stale({.sign_ups = noon + 1h + 1ms, .now = noon}) == 0);
  }

  SUBCASE("clean-up: sign-ups for a disabled account go, and then no code alone activates it") {
    for (const bool had_an_owner : {true, false}) {
      const Trial t{harness};
      if (had_an_owner) {
        t.alone.create(user(1));
        t.alone.update(ada, {.is_verified = false, .is_active = false});
      } else {
        t.alone.sign_up(candidate(1, "user1@example.org", hash(1)));
        t.alone.update(ada, {.is_active = false});
      }
      const auto kept = [&] {
        return t.store->users().find_credentials(address("user1@example.org"))->sign_ups;
      };
      CHECK(t.alone.erase_stale({.sign_ups = noon, .now = noon}) == 0);
      CHECK(kept() == std::vector{hash(1)});
      CHECK(t.alone.erase_stale({.sign_ups = noon + 1ms, .now = noon + 48h}) > 0);
      CHECK(kept().empty());
      CHECK(t.alone.erase_stale({.sign_ups = noon + 1ms, .now = noon + 48h}) == 0);
      // Whoever is the next one to sign up was not the only one.
      CHECK(t.alone.sign_up(candidate(2, "user1@example.org", hash(2))).outcome ==
            SignUpOutcome::joined);
      t.alone.update(ada, {.is_active = true});
      t.alone.put_code(ada, code(1));
      CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
      CHECK(t.alone.activate(ada, code(1), {{hash(3), true}}).outcome ==
            ActivationOutcome::activated);
    }
  }

  SUBCASE("clean-up: at the same moment as a lost verification, loses no contest") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      auto made = user(1);
      made.password_hash = PasswordHash{};
      t.alone.create(made);
      race(t.threads, [&](std::size_t i) -> std::size_t {
        if (i % 4 != 0) return t.alone.erase_stale({.sign_ups = noon + 1ms, .now = noon});
        t.alone.update(ada, {.is_verified = false}, {}, noon + 1h);
        return 0;
      });
      t.alone.sign_up(candidate(2, "user1@example.org", hash(2)));
      t.alone.put_code(ada, code(1));
      CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
    }
  }

  SUBCASE(
      "clean-up: beside a disabled account, at the same moment as a sign-up, loses no contest") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      t.alone.create(user(1));
      t.alone.update(ada, {.is_verified = false, .is_active = false});
      race(t.threads, [&](std::size_t i) -> std::size_t {
        if (i % 2 == 0) return t.alone.erase_stale({.sign_ups = noon + 1ms, .now = noon});
        auto later = candidate(i + 1, "user1@example.org", hash(2));
        later.now = noon + 1h;
        t.alone.sign_up(later);
        return 0;
      });
      t.alone.update(ada, {.is_active = true});
      t.alone.put_code(ada, code(1));
      CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
    }
  }
}

void codes_and_counts(StoreHarness& harness) {
  SUBCASE("clean-up: dead codes, and counts of mails and guesses a day later; live ones stay") {
    const Trial t{harness};
    t.alone.sign_up(candidate(1, ada_mail, hash(1)));
    t.alone.admit(ada, network(1));
    REQUIRE(t.alone.take_mail_slot(ada, {.pause = 0ms, .per_hour = 1, .per_day = 1}, noon));
    t.alone.put_code(ada, code(1), noon + 1h);
    REQUIRE(t.alone.try_code(ada, code(2), {.per_code = 1, .per_day = 1}) == CodeVerdict::no_match);
    const StaleBefore early{.sign_ups = noon, .now = noon + 1h - 1ms};
    CHECK(t.alone.erase_stale(early) == 0);
    CHECK(t.alone.try_code(ada, code(1), {.per_code = 1, .per_day = 9}) == CodeVerdict::dead);
    CHECK_FALSE(
        t.alone.take_mail_slot(ada, {.pause = 0ms, .per_hour = 9, .per_day = 1}, noon + 1h));
    CHECK(t.alone.erase_stale({.sign_ups = noon, .now = noon + 24h + 1ms}) > 0);
    CHECK(t.alone.erase_stale({.sign_ups = noon, .now = noon + 24h + 1ms}) == 0);
    CHECK(t.exists(ada));
  }

  SUBCASE("clean-up: attempts at a code that lives longer than a day are not given back") {
    const Trial t{harness};
    t.alone.sign_up(candidate(1, ada_mail, hash(1)));
    t.alone.put_code(ada, code(1), noon + 72h);
    for (int i = 0; i < 5; ++i) {
      REQUIRE(t.alone.try_code(ada, code(2)) == CodeVerdict::no_match);
    }
    static_cast<void>(t.alone.erase_stale({.sign_ups = noon, .now = noon + 48h}));
    CHECK(t.alone.try_code(ada, code(1), five_guesses, noon + 48h) == CodeVerdict::dead);
  }

  SUBCASE("clean-up: login codes go when they have expired and their counts are a day old") {
    const Trial t{harness};
    t.alone.create(user(1));
    t.alone.create(user(2));
    const auto owner = LoginCodeBudget::password_holders;
    for (std::uint64_t n = 1; n <= 3; ++n) {
      REQUIRE(t.alone.put_login_code(ada, code(n), noon + n * 1h, noon + (n - 1) * 1h));
    }
    REQUIRE(t.alone.put_login_code(nth<UserId>(2), code(9), noon + 1h, noon, owner));
    REQUIRE_FALSE(t.alone.try_login_code(nth<UserId>(2), code(8), {5, 1}));
    const auto erase_at = [&](UtcTime now) {
      return t.alone.erase_stale({.sign_ups = noon, .now = now});
    };
    CHECK(erase_at(noon + 24h - 1ms) == 0);
    // They still count.
    CHECK_FALSE(t.alone.put_login_code(ada, code(4), noon + 25h, noon + 24h - 1ms));
    REQUIRE(t.alone.put_login_code(nth<UserId>(2), code(9), noon + 26h, noon + 23h, owner));
    CHECK_FALSE(t.alone.try_login_code(nth<UserId>(2), code(9), {5, 1}, noon + 23h));
    // Hers is old now, his lives.
    CHECK(erase_at(noon + 25h) > 0);
    CHECK(erase_at(noon + 25h) == 0);
    CHECK(t.alone.try_login_code(nth<UserId>(2), code(9), {5, 1}, noon + 25h));
    CHECK(erase_at(noon + 72h) > 0);
    CHECK(erase_at(noon + 72h) == 0);
    CHECK(t.alone.put_login_code(ada, code(5), noon + 73h, noon + 72h));
    CHECK(t.alone.try_login_code(ada, code(5), five_guesses, noon + 72h));
  }
}

}  // namespace

void clean_up_contract(StoreHarness& harness) {
  unproved_accounts(harness);
  kept_sign_ups(harness);
  codes_and_counts(harness);
}

}  // namespace coffeeauth::testing
