#include "coffeeauth/testing/doctest.hpp"

#include <array>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

constexpr const char* ada_mail = "ada@example.org";
const UserId ada = nth<UserId>(1);

/// Whichever of many made the account.
UserId ada_of(const Trial& t) {
  return t.store->users().find_credentials(address(ada_mail))->user.id;
}

void outcomes(StoreHarness& harness) {
  SUBCASE("sign-ups: a new address makes an unverified user") {
    const Trial t{harness};
    const auto made = t.alone.sign_up(candidate(1, "Ada@Example.org", hash(1)));
    CHECK(made.outcome == SignUpOutcome::created);
    CHECK(made.user == t.get(ada));
    CHECK_FALSE(made.user.is_verified);
    CHECK(made.user.is_active);
    CHECK(made.user.role == Role::user);
    CHECK(made.user.email.display() == "Ada@Example.org");
    CHECK(made.user.date_joined == noon);
  }

  SUBCASE("sign-ups: another one for the same address joins, and the user stays as it is") {
    const Trial t{harness};
    t.alone.sign_up(candidate(1, ada_mail, hash(1)));
    auto second = candidate(2, "ADA@example.org", hash(2));
    second.first_name = "Mallory";
    const auto joined = t.alone.sign_up(second);
    CHECK(joined.outcome == SignUpOutcome::joined);
    CHECK(joined.user.id == ada);
    CHECK(joined.user.first_name == "Ada");
    CHECK_FALSE(t.exists(second.id));
    CHECK(t.store->users().count({}) == 1);
  }

  SUBCASE("sign-ups: an account has no password of its own until it is activated") {
    const Trial t{harness};
    t.alone.sign_up(candidate(1, ada_mail, hash(1)));
    t.alone.sign_up(candidate(2, ada_mail, hash(2)));
    const auto found = t.store->users().find_credentials(address(ada_mail));
    REQUIRE(found);
    CHECK(found->password_hash.empty());
    CHECK(found->sign_ups == std::vector{hash(1), hash(2)});
    CHECK(t.store->users().find_credentials(ada)->password_hash.empty());
  }

  SUBCASE("sign-ups: when enough different ones wait, one more displaces the oldest") {
    for (const std::size_t most : {1U, 2U, 3U}) {
      const Trial t{harness};
      for (std::uint64_t n = 1; n <= most + 1; ++n) {
        auto made = candidate(n, ada_mail, hash(n));
        made.now = noon + n * 1ms;
        t.alone.sign_up(made, most);
      }
      const auto kept = t.store->users().find_credentials(address(ada_mail))->sign_ups;
      CHECK(kept.size() == most);
      CHECK(kept.back() == hash(most + 1));
      CHECK(kept.front() == hash(2));
      // It restarts the time of the account.
      CHECK(t.alone.erase_unverified(noon + (most + 1) * 1ms) == 0);
    }
  }

  SUBCASE("sign-ups: once one was displaced, no code activates without a password") {
    for (const std::size_t most : {1U, 2U}) {
      const Trial t{harness};
      for (std::uint64_t n = 1; n <= most + 1; ++n) {
        t.alone.sign_up(candidate(n, ada_mail, hash(n)), most);
      }
      // Of what is left all carry one password.
      for (std::uint64_t n = 1; n <= most; ++n) {
        t.alone.sign_up(candidate(n, ada_mail, hash(99)), 1);
      }
      t.alone.put_code(ada, code(1));
      CHECK(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::password_required);
      CHECK(t.alone.activate(ada, code(1), {{hash(99)}}).outcome == ActivationOutcome::activated);
    }
  }

  SUBCASE("sign-ups: the same password again replaces its sign-up, also when others are full") {
    const Trial t{harness};
    t.alone.sign_up(candidate(1, ada_mail, hash(1)), 2);
    t.alone.sign_up(candidate(2, ada_mail, hash(2)), 2);
    auto again = candidate(3, "ADA@example.org", hash(1));
    again.first_name = "Augusta";
    CHECK(t.alone.sign_up(again, 2).outcome == SignUpOutcome::joined);
    t.alone.put_code(ada, code(1));
    const auto done = t.alone.activate(ada, code(1), {{hash(1)}});
    REQUIRE(done.outcome == ActivationOutcome::activated);
    CHECK(done.user->first_name == "Augusta");
    CHECK(done.user->email.display() == "ADA@example.org");
  }

  SUBCASE("sign-ups: an account that has an owner keeps everything, and the sign-up as a decoy") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto before = t.get(ada);
    const auto found = t.alone.sign_up(candidate(2, "USER1@example.org", hash(2)));
    CHECK(found.outcome == SignUpOutcome::existing);
    CHECK(found.user == before);
    CHECK(t.get(ada) == before);
    const auto account = t.store->users().find_credentials(address("user1@example.org"));
    CHECK(account->password_hash == hash(1));
    CHECK(account->sign_ups == std::vector{hash(2)});
    t.alone.put_code(ada, code(1));
    CHECK(t.alone.activate(ada, code(1), {{hash(2), true}}).outcome == ActivationOutcome::gone);
  }

  SUBCASE("sign-ups: decoys are as many as sign-ups may wait") {
    const Trial t{harness};
    t.alone.create(user(1));
    for (std::uint64_t n = 2; n <= 9; ++n) {
      t.alone.sign_up(candidate(n, "user1@example.org", hash(n)), 3);
    }
    CHECK(t.store->users().find_credentials(address("user1@example.org"))->sign_ups ==
          std::vector{hash(7), hash(8), hash(9)});
  }

  SUBCASE("sign-ups: decoys never wait for the owner when the address must be proved again") {
    const Trial t{harness};
    t.alone.create(user(1));
    t.alone.sign_up(candidate(2, "user1@example.org", hash(2)));
    t.alone.update(ada, {.is_verified = false});
    t.alone.put_code(ada, code(1));
    REQUIRE(t.alone.activate(ada, code(1)).outcome == ActivationOutcome::activated);
    CHECK(t.store->users().find_credentials(ada)->password_hash == hash(1));
  }
}

void races(StoreHarness& harness) {
  SUBCASE("sign-ups: many at once for a new address: one creates, the rest join it") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      const auto found = race(t.threads, [&](std::size_t i) {
        return t.alone.sign_up(candidate(i + 1, ada_mail, hash(1)));
      });
      std::size_t created = 0;
      std::size_t joined = 0;
      for (const auto& one : found) {
        created += one.outcome == SignUpOutcome::created ? 1 : 0;
        joined += one.outcome == SignUpOutcome::joined ? 1 : 0;
        CHECK(one.user.id == found.front().user.id);
      }
      CHECK(created == 1);
      CHECK(joined == t.threads - 1);
      CHECK(t.store->users().count({}) == 1);
    }
  }

  SUBCASE("sign-ups: many different ones at once: no more wait than may") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      const auto found = race(t.threads, [&](std::size_t i) {
        return t.alone.sign_up(candidate(i + 1, ada_mail, hash(i)), 5).outcome;
      });
      CHECK(count_of(found, SignUpOutcome::created) == 1);
      CHECK(count_of(found, SignUpOutcome::joined) == t.threads - 1);
      CHECK(t.store->users().find_credentials(address(ada_mail))->sign_ups.size() == 5);
      t.alone.put_code(ada_of(t), code(1));
      CHECK(t.alone.activate(ada_of(t), code(1)).outcome == ActivationOutcome::password_required);
    }
  }
}

void mail_pace(StoreHarness& harness) {
  SUBCASE("mail pace: a pause lies between two mails to one account") {
    const Trial t{harness};
    t.alone.create(user(1));
    t.alone.create(user(2));
    const MailPace pace{.pause = 60s, .per_hour = 100, .per_day = 100};
    CHECK(t.alone.take_mail_slot(ada, pace, noon));
    CHECK_FALSE(t.alone.take_mail_slot(ada, pace, noon));
    CHECK_FALSE(t.alone.take_mail_slot(ada, pace, noon + 60s - 1ms));
    CHECK(t.alone.take_mail_slot(nth<UserId>(2), pace, noon));
    CHECK(t.alone.take_mail_slot(ada, pace, noon + 60s));
    CHECK_FALSE(t.alone.take_mail_slot(ada, pace, noon + 119s));
  }

  SUBCASE("mail pace: the hour and the day slide") {
    const Trial t{harness};
    t.alone.create(user(1));
    const MailPace pace{.pause = 0ms, .per_hour = 2, .per_day = 3};
    CHECK(t.alone.take_mail_slot(ada, pace, noon));
    CHECK(t.alone.take_mail_slot(ada, pace, noon + 30min));
    CHECK_FALSE(t.alone.take_mail_slot(ada, pace, noon + 59min));
    CHECK(t.alone.take_mail_slot(ada, pace, noon + 61min));
    CHECK_FALSE(t.alone.take_mail_slot(ada, pace, noon + 62min));
    CHECK_FALSE(t.alone.take_mail_slot(ada, pace, noon + 23h));
    CHECK(t.alone.take_mail_slot(ada, pace, noon + 24h + 1min));
    CHECK_FALSE(t.alone.take_mail_slot(ada, pace, noon + 24h + 2min));
    CHECK(t.alone.take_mail_slot(ada, pace, noon + 24h + 31min));
  }

  SUBCASE("mail pace: what strangers are sent takes nothing from a network that was admitted") {
    const Trial t{harness};
    t.alone.create(user(1));
    t.alone.admit(ada, network(7));
    const MailPace pace{.pause = 60s, .per_hour = 1, .per_day = 1};
    CHECK(t.alone.take_mail_slot(ada, pace, noon, network(1)));
    CHECK_FALSE(t.alone.take_mail_slot(ada, pace, noon, network(2)));
    CHECK(t.alone.take_mail_slot(ada, pace, noon, network(7)));
    CHECK_FALSE(t.alone.take_mail_slot(ada, pace, noon + 2h, network(7)));
  }

  SUBCASE("mail pace: of many at the same moment, one gets the mail") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      t.alone.create(user(1));
      const MailPace pace{.pause = 60s, .per_hour = 5, .per_day = 10};
      const auto got = race(t.threads, [&](std::size_t) -> int {
        return t.alone.take_mail_slot(ada, pace, noon) ? 1 : 0;
      });
      CHECK(count_of(got, 1) == 1);
    }
  }

  SUBCASE("mail pace: of many in one hour, no more than allowed") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      t.alone.create(user(1));
      const MailPace pace{.pause = 0ms, .per_hour = 5, .per_day = 10};
      const auto got = race(t.threads, [&](std::size_t) -> int {
        return t.alone.take_mail_slot(ada, pace, noon) ? 1 : 0;
      });
      CHECK(count_of(got, 1) == 5);
    }
  }
}

}  // namespace

void sign_up_contract(StoreHarness& harness) {
  outcomes(harness);
  races(harness);
  mail_pace(harness);
}

}  // namespace coffeeauth::testing
