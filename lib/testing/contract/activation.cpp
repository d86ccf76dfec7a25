#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

const UserId ada = nth<UserId>(1);

// One sign-up, by Ada, and the live code 1.
struct Waiting : Trial {
  explicit Waiting(StoreHarness& harness) : Trial(harness) {
    alone.sign_up(candidate(1, "Ada@example.org", hash(1)));
    alone.put_code(ada, code(1), noon + 1h);
  }
  // Somebody else signs up with her address.
  void contest() const {
    auto mallory = candidate(2, "ADA@example.org", hash(2));
    mallory.first_name = "Mallory";
    mallory.last_name = "";
    REQUIRE(alone.sign_up(mallory).outcome == SignUpOutcome::joined);
  }
};

void one_sign_up(StoreHarness& harness) {
  SUBCASE("activation: with one sign-up the code is enough, and is consumed") {
    const Waiting t{harness};
    const auto done = t.alone.activate(ada, code(1));
    REQUIRE(done.outcome == ActivationOutcome::activated);
    CHECK(done.user == t.get(ada));
    CHECK(t.get(ada).is_verified);
    CHECK(t.get(ada).version > 1);
    CHECK(t.store->users().find_credentials(ada)->password_hash == hash(1));
    CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::gone);
    CHECK(t.alone.try_code(ada, code(1)) == CodeVerdict::dead);
  }

  SUBCASE("activation: a wrong or expired code, or nobody to activate, is gone") {
    const Waiting t{harness};
    CHECK(t.alone.activate(ada, code(2)).outcome == ActivationOutcome::gone);
    CHECK(t.alone.activate(ada, code(1), {}, noon + 1h + 1ms).outcome == ActivationOutcome::gone);
    CHECK(t.alone.activate(nth<UserId>(9), code(1)).outcome == ActivationOutcome::gone);
    CHECK_FALSE(t.get(ada).is_verified);
    // The last two live.
    t.alone.put_code(ada, code(3));
    t.alone.put_code(ada, code(4));
    CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::gone);
    CHECK(t.alone.activate(ada, code(3)).outcome == ActivationOutcome::activated);
  }

  SUBCASE("activation: an account that an administrator disabled is not activated") {
    for (const bool is_verified : {false, true}) {
      const Waiting t{harness};
      t.alone.update(ada, {.is_verified = is_verified, .is_active = false});
      const auto before = t.get(ada);
      CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::gone);
      CHECK(t.alone.activate(ada, code(1), {{hash(1), true}}).outcome == ActivationOutcome::gone);
      CHECK(t.get(ada) == before);
      t.alone.update(ada, {.is_active = true});
      CHECK(t.alone.activate(ada, code(1), {{hash(1)}}).outcome == ActivationOutcome::activated);
    }
  }

  SUBCASE("activation: an account that has an owner is not activated again") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto before = t.get(ada);
    t.alone.put_code(ada, code(4));
    CHECK(t.alone.activate(ada, code(4), {{hash(4), true}}).outcome == ActivationOutcome::gone);
    CHECK(t.get(ada) == before);
    CHECK(t.store->users().find_credentials(ada)->password_hash == hash(1));
  }
}

void contested(StoreHarness& harness) {
  SUBCASE("activation: with different sign-ups the password is asked for, and nothing changes") {
    const Waiting t{harness};
    t.contest();
    const auto before = t.get(ada);
    CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
    CHECK(t.alone.activate(ada, code(1), {{hash(3)}}).outcome ==
          ActivationOutcome::password_refused);
    CHECK(t.get(ada) == before);
    CHECK(t.alone.try_code(ada, code(1)) == CodeVerdict::match);
  }

  SUBCASE("activation: the password picks the sign-up; the others never activate anything") {
    const Waiting t{harness};
    t.contest();
    const auto done = t.alone.activate(ada, code(1), {{hash(2)}});
    REQUIRE(done.outcome == ActivationOutcome::activated);
    CHECK(done.user->first_name == "Mallory");
    CHECK(done.user->last_name.empty());
    CHECK(done.user->email.display() == "ADA@example.org");
    CHECK(done.user->id == ada);
    CHECK(t.get(ada) == *done.user);
    const auto account = t.store->users().find_credentials(address("ada@example.org"));
    CHECK(account->password_hash == hash(2));
    CHECK(account->sign_ups == std::vector{hash(1)});

    // Nothing of the others is left when the address must be proved again.
    t.alone.update(ada, {.is_verified = false});
    t.alone.put_code(ada, code(5));
    CHECK(t.alone.activate(ada, code(5), {{hash(1)}}).outcome ==
          ActivationOutcome::password_refused);
    CHECK(t.alone.activate(ada, code(5)).outcome == ActivationOutcome::activated);
    CHECK(t.store->users().find_credentials(ada)->password_hash == hash(2));
  }

  SUBCASE("activation: the first sign-up wins by its password as well as the last") {
    const Waiting t{harness};
    t.contest();
    const auto done = t.alone.activate(ada, code(1), {{hash(1)}});
    REQUIRE(done.outcome == ActivationOutcome::activated);
    CHECK(done.user->first_name == "Ada");
    CHECK(done.user->email.display() == "Ada@example.org");
    CHECK(t.store->users().find_credentials(ada)->password_hash == hash(1));
  }

  SUBCASE(
      "activation: an acceptable password of no sign-up is the account's, without their names") {
    const Waiting t{harness};
    t.contest();
    const auto done = t.alone.activate(ada, code(1), {{hash(3), true}});
    REQUIRE(done.outcome == ActivationOutcome::activated);
    CHECK(done.user->first_name.empty());
    CHECK(done.user->last_name.empty());
    CHECK(t.store->users().find_credentials(ada)->password_hash == hash(3));
    CHECK(t.alone.activate(ada, code(1), {{hash(1), true}}).outcome == ActivationOutcome::gone);
  }

  SUBCASE("activation: an account that had an owner keeps its names under a new password") {
    const Trial t{harness};
    t.alone.create(user(1));
    t.alone.update(ada, {.is_verified = false});
    t.alone.put_code(ada, code(1));
    const auto done = t.alone.activate(ada, code(1), {{hash(3), true}});
    REQUIRE(done.outcome == ActivationOutcome::activated);
    CHECK(done.user->first_name == "Ada");
    CHECK(t.store->users().find_credentials(ada)->password_hash == hash(3));
  }

  SUBCASE("activation: an account that nobody signed up for wants a password") {
    const Trial t{harness};
    auto made = user(1);
    made.is_verified = false;
    made.password_hash = PasswordHash{};
    t.alone.create(made);
    t.alone.put_code(ada, code(1));
    CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
    CHECK(t.alone.activate(ada, code(1), {{hash(3), true}}).outcome ==
          ActivationOutcome::activated);
  }
}

void made_without_a_password(StoreHarness& harness) {
  SUBCASE("activation: an account made without a password wants one, whoever signs up for it") {
    for (const bool is_verified : {false, true}) {
      const Trial t{harness};
      auto made = user(1);
      made.is_verified = is_verified;
      made.password_hash = PasswordHash{};
      t.alone.create(made);
      // However long it waited.
      static_cast<void>(t.alone.erase_stale({.sign_ups = noon + 48h, .now = noon}));
      REQUIRE(t.alone.sign_up(candidate(2, "user1@example.org", hash(2))).outcome ==
              SignUpOutcome::joined);
      t.alone.put_code(ada, code(1));
      CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
      t.alone.update(ada, {.is_verified = false});
      CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
      CHECK(t.store->users().find_credentials(ada)->password_hash.empty());
      CHECK(t.alone.activate(ada, code(1), {{hash(3), true}}).outcome ==
            ActivationOutcome::activated);
      CHECK(t.store->users().find_credentials(ada)->password_hash == hash(3));
    }
  }
}

void verified_by_hand(StoreHarness& harness) {
  SUBCASE(
      "activation: an account verified by hand wants a password beside the code, also with one "
      "sign-up") {
    const Waiting t{harness};
    t.alone.update(ada, {.is_verified = true});
    const auto before = t.get(ada);
    CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
    CHECK(t.get(ada) == before);
    CHECK(t.store->users().find_credentials(ada)->password_hash.empty());

    // Nor does time make the sign-up somebody's.
    static_cast<void>(t.alone.erase_stale({.sign_ups = noon + 48h, .now = noon}));
    CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
    t.alone.sign_up(candidate(2, "ada@example.org", hash(2)));
    CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
    CHECK(t.alone.activate(ada, code(1), {{hash(2)}}).outcome == ActivationOutcome::activated);
    CHECK(t.store->users().find_credentials(ada)->password_hash == hash(2));
  }

  SUBCASE("activation: what time leaves of a contest is no sign-up that a code alone activates") {
    const Trial t{harness};
    // The last two by a process whose clock is late.
    for (std::uint64_t n = 1; n <= 3; ++n) {
      auto made = candidate(n, "ada@example.org", hash(n));
      made.now = n == 1 ? noon + 2h : noon;
      t.alone.sign_up(made, 2);
    }
    t.alone.update(ada, {.is_verified = true});
    static_cast<void>(t.alone.erase_stale({.sign_ups = noon + 1h, .now = noon}));
    t.alone.update(ada, {.is_verified = false});
    t.alone.put_code(ada, code(1));
    CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
  }
}

void races(StoreHarness& harness) {
  SUBCASE("activation: of many right answers at once, exactly one activates") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Waiting t{harness};
      const auto outcomes = race(t.threads, [&](std::size_t) {
        if (t.alone.try_code(ada, code(1)) != CodeVerdict::match) return ActivationOutcome::gone;
        return t.alone.activate(ada, code(1)).outcome;
      });
      CHECK(count_of(outcomes, ActivationOutcome::activated) == 1);
      CHECK(count_of(outcomes, ActivationOutcome::gone) == t.threads - 1);
      CHECK(t.get(ada).is_verified);
    }
  }

  SUBCASE("activation: a sign-up at the same moment cannot slip its password in") {
    for (Rounds rounds{harness, {.threads = 2, .times = 4}}; rounds.next();) {
      const Waiting t{harness};
      const auto activated = race(2, [&](std::size_t i) -> int {
        if (i == 0) {
          return t.alone.activate(ada, code(1)).outcome == ActivationOutcome::activated ? 1 : 0;
        }
        t.alone.sign_up(candidate(2, "ada@example.org", hash(2)));
        return 0;
      });
      CHECK(t.get(ada).is_verified == (activated[0] == 1));
      const auto password = t.store->users().find_credentials(ada)->password_hash;
      CHECK(password == (activated[0] == 1 ? hash(1) : PasswordHash{}));
    }
  }
}

void taking_over_at_once(StoreHarness& harness) {
  SUBCASE("activation: at the same moment as an operator takes over, exactly one of them happens") {
    for (Rounds rounds{harness, {.threads = 2, .times = 4}}; rounds.next();) {
      const Waiting t{harness};
      auto boss = admin(9);
      boss.email = address("ada@example.org");
      const auto happened = race(2, [&](std::size_t i) -> int {
        if (i == 0) {
          return t.alone.activate(ada, code(1)).outcome == ActivationOutcome::activated ? 1 : 0;
        }
        return t.alone.take_over(boss).outcome == UserWriteOutcome::written ? 1 : 0;
      });
      CHECK(happened[0] + happened[1] == 1);
      const auto account = t.store->users().find_credentials(ada);
      CHECK(account->password_hash == (happened[0] == 1 ? hash(1) : hash(9)));
      CHECK(account->user.role == (happened[0] == 1 ? Role::user : Role::admin));
    }
  }
}

}  // namespace

void activation_contract(StoreHarness& harness) {
  one_sign_up(harness);
  contested(harness);
  made_without_a_password(harness);
  verified_by_hand(harness);
  races(harness);
  taking_over_at_once(harness);
}

}  // namespace coffeeauth::testing
