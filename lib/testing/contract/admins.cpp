// What an administrator does to users: removing them, what follows from it, and the last one.

#include "coffeeauth/testing/doctest.hpp"

#include <string>
#include <vector>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

void removal(StoreHarness& harness) {
  SUBCASE("users: a deleted account is gone with everything that hangs on it") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto id = nth<UserId>(1);
    t.alone.open(session(1, id));
    t.alone.remember(id, network(1));
    CHECK(t.alone.erase(id) == UserWriteOutcome::written);
    CHECK_FALSE(t.exists(id));
    CHECK_FALSE(t.is_live(nth<SessionId>(1)));
    CHECK(t.store->sessions().list_sessions(id, noon, 10).empty());
    CHECK_FALSE(t.store->users().knows_address(id, network(1)));
    CHECK_FALSE(t.store->users().find_credentials(address("user1@example.org")));
    CHECK(t.alone.erase(id) == UserWriteOutcome::not_found);

    // The address starts anew: no old sign-up waits there.
    auto again = candidate(2, "user1@example.org", hash(2));
    REQUIRE(t.alone.sign_up(again).outcome == SignUpOutcome::created);
    t.alone.put_code(again.id, code(1));
    CHECK(t.alone.activate(again.id, code(1)).outcome == ActivationOutcome::activated);
  }

  SUBCASE("users: a pending sign-up and its code are deleted with the account") {
    const Trial t{harness};
    const auto ada = candidate(1, "ada@example.org", hash(1));
    t.alone.sign_up(ada);
    t.alone.put_code(ada.id, code(1));
    CHECK(t.alone.erase(ada.id) == UserWriteOutcome::written);
    CHECK(t.alone.try_code(ada.id, code(1)) == CodeVerdict::dead);
    CHECK(t.alone.activate(ada.id, code(1)).outcome == ActivationOutcome::gone);
  }

  SUBCASE("users: another version than the expected one is not deleted") {
    const Trial t{harness};
    t.alone.create(user(1));
    CHECK(t.alone.erase(nth<UserId>(1), 2) == UserWriteOutcome::version_conflict);
    CHECK(t.exists(nth<UserId>(1)));
    CHECK(t.alone.erase(nth<UserId>(1), 1) == UserWriteOutcome::written);
    CHECK(t.alone.erase(nth<UserId>(1), 1) == UserWriteOutcome::not_found);
  }
}

// Whether the sessions of a user survive `patch`.
bool keeps_sessions(StoreHarness& harness, const UserPatch& patch) {
  const Trial t{harness};
  t.alone.create(admin(1));
  t.alone.create(admin(2));
  REQUIRE(t.alone.open(session(1, nth<UserId>(1))) == OpenSessionOutcome::opened);
  REQUIRE(t.alone.open(session(2, nth<UserId>(2))) == OpenSessionOutcome::opened);
  REQUIRE(t.alone.update(nth<UserId>(1), patch).outcome == UserWriteOutcome::written);
  CHECK(t.is_live(nth<SessionId>(2)));
  return t.is_live(nth<SessionId>(1));
}

void sessions_after_updates(StoreHarness& harness) {
  SUBCASE("users: a change of activity, verification, password or address ends the sessions") {
    CHECK_FALSE(keeps_sessions(harness, {.is_active = false}));
    CHECK_FALSE(keeps_sessions(harness, {.is_verified = false}));
    CHECK_FALSE(keeps_sessions(harness, {.password_hash = hash(99)}));
    CHECK_FALSE(keeps_sessions(harness, {.email = address("other@example.org")}));
  }

  SUBCASE("users: a change of names or role ends no session") {
    CHECK(keeps_sessions(harness, {.first_name = "Augusta", .last_name = "Byron"}));
    CHECK(keeps_sessions(harness, {.role = Role::user}));
    CHECK(keeps_sessions(harness, {.email = address("USER1@example.org")}));
  }
}

void verification_by_hand(StoreHarness& harness) {
  SUBCASE("users: verifying by hand gives nobody's password to an account, and its code goes on") {
    const Trial t{harness};
    const auto ada = candidate(1, "ada@example.org", hash(1));
    t.alone.sign_up(ada);
    t.alone.put_code(ada.id, code(1));
    REQUIRE(t.alone.update(ada.id, {.is_verified = true}).outcome == UserWriteOutcome::written);
    CHECK(t.get(ada.id).is_verified);
    CHECK(t.store->users().find_credentials(ada.id)->password_hash.empty());
    CHECK(t.alone.sign_up(candidate(2, "ada@example.org", hash(2))).outcome ==
          SignUpOutcome::joined);
    CHECK(t.alone.activate(ada.id, code(1)).outcome == ActivationOutcome::password_required);
    REQUIRE(t.alone.activate(ada.id, code(1), {{hash(3), true}}).outcome ==
            ActivationOutcome::activated);
    CHECK(t.store->users().find_credentials(ada.id)->password_hash == hash(3));
  }

  SUBCASE("users: verifying by hand keeps the password of an account that had an owner") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto id = nth<UserId>(1);
    t.alone.update(id, {.is_verified = false});
    t.alone.sign_up(candidate(2, "user1@example.org", hash(2)));
    t.alone.put_code(id, code(1));
    REQUIRE(t.alone.update(id, {.is_verified = true}).outcome == UserWriteOutcome::written);
    CHECK(t.store->users().find_credentials(id)->password_hash == hash(1));
    CHECK(t.alone.try_code(id, code(1)) == CodeVerdict::dead);
  }

  SUBCASE("users: an account that awaits its owner does not become an administrator's") {
    const Trial t{harness};
    const auto ada = candidate(1, "ada@example.org", hash(1));
    t.alone.sign_up(ada);
    CHECK(t.alone.update(ada.id, {.role = Role::admin}).outcome == UserWriteOutcome::unproved);
    CHECK(t.alone.update(ada.id, {.role = Role::admin, .is_verified = true}).outcome ==
          UserWriteOutcome::unproved);
    CHECK_FALSE(t.get(ada.id).is_verified);
    t.alone.update(ada.id, {.is_verified = true});
    CHECK(t.alone.update(ada.id, {.role = Role::admin}).outcome == UserWriteOutcome::unproved);
    t.alone.put_code(ada.id, code(1));
    REQUIRE(t.alone.activate(ada.id, code(1), {{hash(1)}}).outcome == ActivationOutcome::activated);
    CHECK(t.alone.update(ada.id, {.role = Role::admin}).outcome == UserWriteOutcome::written);
  }

  SUBCASE("users: a patch that needs an owner changes no account that awaits its own") {
    const Trial t{harness};
    const UserPatch promotion{.role = Role::admin, .is_active = true, .needs_owner = true};
    t.alone.create(admin(3));
    const auto waiting = admin(1);
    t.alone.create(waiting);
    t.alone.update(waiting.id, {.is_verified = false, .is_active = false});
    // Whose password goes with the address.
    t.alone.update(waiting.id, {.email = address("moved@example.org")});
    const auto before = t.get(waiting.id);
    CHECK(t.alone.update(waiting.id, promotion).outcome == UserWriteOutcome::unproved);
    CHECK(t.get(waiting.id) == before);
    // What was read of it may be sent back, its role among it.
    CHECK(t.alone.update(waiting.id, {.first_name = "Grace", .role = Role::admin}).outcome ==
          UserWriteOutcome::written);
    t.alone.create(user(2));
    CHECK(t.alone.update(nth<UserId>(2), promotion).outcome == UserWriteOutcome::written);
    // A patch that gives it one is enough.
    auto given = promotion;
    given.is_verified = true;
    CHECK(t.alone.update(waiting.id, given).outcome == UserWriteOutcome::unproved);
    given.password_hash = hash(7);
    CHECK(t.alone.update(waiting.id, given).outcome == UserWriteOutcome::written);
  }

  SUBCASE("users: an administrator's account is not made without an owner") {
    const Trial t{harness};
    for (const bool has_password : {false, true}) {
      for (const bool is_verified : {false, true}) {
        if (has_password && is_verified) continue;
        auto made = admin(1);
        made.is_verified = is_verified;
        if (!has_password) made.password_hash = {};
        CHECK(t.alone.create(made).outcome == UserWriteOutcome::unproved);
      }
    }
    CHECK_FALSE(t.exists(nth<UserId>(1)));
    CHECK(t.alone.create(admin(1)).outcome == UserWriteOutcome::written);
  }

  SUBCASE("users: a new address drops the sign-ups and the codes of the old one") {
    const Trial t{harness};
    const auto ada = candidate(1, "ada@example.org", hash(1));
    t.alone.sign_up(ada);
    t.alone.sign_up(candidate(2, "ada@example.org", hash(2)));
    t.alone.put_code(ada.id, code(1));
    REQUIRE(t.alone.update(ada.id, {.email = address("new@example.org")}).outcome ==
            UserWriteOutcome::written);
    CHECK(t.alone.try_code(ada.id, code(1)) == CodeVerdict::dead);
    CHECK(t.store->users().find_credentials(address("new@example.org"))->sign_ups.empty());

    // Nobody has signed up for the new one: only a password of its owner's will do.
    t.alone.put_code(ada.id, code(2));
    CHECK(t.alone.activate(ada.id, code(2)).outcome == ActivationOutcome::password_required);
    CHECK(t.alone.activate(ada.id, code(2), {{hash(1)}}).outcome ==
          ActivationOutcome::password_refused);
    CHECK(t.store->users().find_credentials(ada.id)->password_hash.empty());
  }

  SUBCASE("users: a new address of an account that is not verified voids its password") {
    for (const bool at_once : {false, true}) {
      const Trial t{harness};
      t.alone.create(user(1));
      const auto id = nth<UserId>(1);
      if (!at_once) t.alone.update(id, {.is_verified = false});
      t.alone.update(id, {.email = address("new@example.org"), .is_verified = false});
      CHECK(t.store->users().find_credentials(id)->password_hash.empty());
      t.alone.update(id, {.is_verified = true});
      CHECK(t.store->users().find_credentials(id)->password_hash.empty());
      CHECK(t.store->users().find_credentials(address("new@example.org"))->sign_ups.empty());
    }
  }

  SUBCASE("users: after a move the code wants a password, whoever signs up") {
    const Trial t{harness};
    auto chief = admin(1);
    chief.email = address("old@example.org");
    t.alone.create(chief);
    t.alone.create(admin(2));
    t.alone.update(nth<UserId>(1), {.email = address("chief@example.org"), .is_verified = false});
    t.alone.sign_up(candidate(7, "chief@example.org", hash(7)));
    t.alone.put_code(nth<UserId>(1), code(1));
    CHECK(t.alone.activate(nth<UserId>(1), code(1), {}).outcome ==
          ActivationOutcome::password_required);
    const ChosenPassword chosen{.hash = hash(8), .is_acceptable = true};
    CHECK(t.alone.activate(nth<UserId>(1), code(1), chosen).outcome ==
          ActivationOutcome::activated);
    CHECK(t.store->users().find_credentials(nth<UserId>(1))->password_hash == hash(8));
  }

  SUBCASE("users: who is made unverified keeps the password as the one pending sign-up") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto id = nth<UserId>(1);
    t.alone.update(id, {.is_verified = false}, {}, noon + 10h);
    REQUIRE(t.alone.sign_up(candidate(2, "user1@example.org", hash(66))).outcome ==
            SignUpOutcome::joined);
    t.alone.put_code(id, code(1));
    CHECK(t.alone.activate(id, code(1)).outcome == ActivationOutcome::password_required);
    REQUIRE(t.alone.activate(id, code(1), {{hash(1)}}).outcome == ActivationOutcome::activated);
    CHECK(t.store->users().find_credentials(id)->password_hash == hash(1));
    CHECK(t.get(id).first_name == "Ada");
  }

  SUBCASE("users: who is made unverified has the full 48 hours from that moment") {
    const Trial t{harness};
    t.alone.create(user(1));
    t.alone.update(nth<UserId>(1), {.is_verified = false}, {}, noon + 10h);
    CHECK(t.alone.erase_unverified(noon + 10h) == 0);
    CHECK(t.alone.erase_unverified(noon + 10h + 1ms) == 1);
    CHECK_FALSE(t.exists(nth<UserId>(1)));
  }
}

void taking_over(StoreHarness& harness) {
  SUBCASE("users: an operator takes over an address that awaits its owner, with a new password") {
    for (const bool verified_by_hand : {false, true}) {
      const Trial t{harness};
      const auto ada = candidate(1, "ada@example.org", hash(1));
      t.alone.sign_up(ada);
      t.alone.sign_up(candidate(2, "ada@example.org", hash(2)));
      t.alone.put_code(ada.id, code(1));
      t.alone.update(ada.id, {.is_verified = verified_by_hand, .is_active = false});
      auto boss = admin(9);
      boss.email = address("ADA@example.org");
      boss.first_name = "Grace";
      const auto before = t.get(ada.id);
      const auto done = t.alone.take_over(boss);
      REQUIRE(done.outcome == UserWriteOutcome::written);
      CHECK(done.before == before);
      CHECK(*done.user == t.get(ada.id));
      CHECK(done.user->first_name == "Grace");
      CHECK(done.user->email.display() == "ADA@example.org");
      const auto account = t.store->users().find_credentials(address("ada@example.org"));
      CHECK(account->password_hash == hash(9));
      CHECK(is_effective_admin(*account));
      CHECK(account->sign_ups.empty());
      CHECK(t.alone.try_code(ada.id, code(1)) == CodeVerdict::dead);
      CHECK_FALSE(t.exists(boss.id));
    }
  }

  SUBCASE("users: an operator makes an account for a new address, and takes no owner's") {
    const Trial t{harness};
    const auto made = t.alone.take_over(admin(1));
    REQUIRE(made.outcome == UserWriteOutcome::written);
    CHECK_FALSE(made.before);
    CHECK(is_effective_admin(t.store->users().find_credentials(nth<UserId>(1)).value()));
    CHECK(t.store->users().find_credentials(nth<UserId>(1))->password_hash == hash(1));
    const auto before = t.get(nth<UserId>(1));
    auto again = admin(2);
    again.email = before.email;
    CHECK(t.alone.take_over(again).outcome == UserWriteOutcome::email_taken);
    CHECK(t.get(nth<UserId>(1)) == before);
    CHECK(t.store->users().find_credentials(nth<UserId>(1))->password_hash == hash(1));
  }
}

void last_admin(StoreHarness& harness) {
  SUBCASE("admins: the last one cannot be demoted, disabled, unverified or deleted") {
    const Trial t{harness};
    t.alone.create(admin(1));
    t.alone.create(user(2));
    const auto id = nth<UserId>(1);
    const auto before = t.get(id);
    CHECK(t.alone.update(id, {.role = Role::user}).outcome == UserWriteOutcome::last_admin);
    CHECK(t.alone.update(id, {.is_active = false}).outcome == UserWriteOutcome::last_admin);
    CHECK(t.alone.update(id, {.is_verified = false}).outcome == UserWriteOutcome::last_admin);
    CHECK(t.alone.erase(id) == UserWriteOutcome::last_admin);
    CHECK(t.get(id) == before);
    CHECK(t.alone.update(id, {.first_name = "Augusta"}).outcome == UserWriteOutcome::written);
  }

  SUBCASE("admins: one who is disabled or unverified does not count") {
    const Trial t{harness};
    t.alone.create(admin(1));
    t.alone.create(admin(2));
    t.alone.create(admin(3));
    t.alone.update(nth<UserId>(3), {.is_verified = false});
    REQUIRE(t.alone.update(nth<UserId>(2), {.is_active = false}).outcome ==
            UserWriteOutcome::written);
    CHECK(t.alone.erase(nth<UserId>(1)) == UserWriteOutcome::last_admin);
    CHECK(t.alone.erase(nth<UserId>(2)) == UserWriteOutcome::written);
    CHECK(t.alone.erase(nth<UserId>(3)) == UserWriteOutcome::written);
  }

  SUBCASE("admins: one without a password does not count") {
    const Trial t{harness};
    t.alone.create(admin(1));
    t.alone.create(admin(2));
    const auto id = nth<UserId>(1);
    const auto other = nth<UserId>(2);
    const UserPatch moved{.email = address("new@example.org")};
    for (const auto& patch :
         {UserPatch{.is_verified = false}, moved, UserPatch{.is_verified = true}}) {
      REQUIRE(t.alone.update(other, patch).outcome == UserWriteOutcome::written);
    }
    REQUIRE(t.get(other).is_verified);
    REQUIRE(t.store->users().find_credentials(other)->password_hash.empty());
    CHECK(t.alone.update(id, {.role = Role::user}).outcome == UserWriteOutcome::last_admin);
    CHECK(t.alone.update(id, {.is_active = false}).outcome == UserWriteOutcome::last_admin);
    CHECK(t.alone.update(id, {.password_hash = PasswordHash{}}).outcome ==
          UserWriteOutcome::last_admin);
    CHECK(t.alone.erase(id) == UserWriteOutcome::last_admin);
    // Who never counted may go, and counts with a password.
    REQUIRE(t.alone.update(other, {.password_hash = hash(3)}).outcome == UserWriteOutcome::written);
    CHECK(t.alone.update(id, {.role = Role::user}).outcome == UserWriteOutcome::written);
    CHECK(t.alone.erase(other) == UserWriteOutcome::last_admin);
  }

  SUBCASE("admins: two who remove each other at once leave one") {
    for (Rounds rounds{harness, {.threads = 2}}; rounds.next();) {
      const Trial t{harness};
      t.alone.create(admin(1));
      t.alone.create(admin(2));
      const auto outcomes = race(2, [&](std::size_t i) {
        const auto other = nth<UserId>(2 - i);
        if (rounds.number() % 2 == 0) return t.alone.erase(other);
        return t.alone.update(other, {.role = Role::user}).outcome;
      });
      CHECK(count_of(outcomes, UserWriteOutcome::written) == 1);
      CHECK(count_of(outcomes, UserWriteOutcome::last_admin) == 1);
    }
  }

  SUBCASE("admins: however many give up at once, one stays") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      for (std::uint64_t n = 1; n <= t.threads; ++n) t.alone.create(admin(n));
      const auto outcomes = race(t.threads, [&](std::size_t i) {
        const auto self = nth<UserId>(i + 1);
        if (i % 2 == 0) return t.alone.erase(self);
        return t.alone.update(self, {.is_active = false}).outcome;
      });
      CHECK(count_of(outcomes, UserWriteOutcome::written) == t.threads - 1);
      CHECK(count_of(outcomes, UserWriteOutcome::last_admin) == 1);
      CHECK(t.store->users().count({.role = Role::admin, .is_active = true}) == 1);
    }
  }
}

}  // namespace

void admin_contract(StoreHarness& harness) {
  removal(harness);
  sessions_after_updates(harness);
  verification_by_hand(harness);
  taking_over(harness);
  last_admin(harness);
}

}  // namespace coffeeauth::testing
