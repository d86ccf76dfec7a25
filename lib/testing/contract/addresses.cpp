// Who has an address that several want: administrators, for accounts of theirs, and sign-ups.

#include "coffeeauth/testing/doctest.hpp"

#include <array>
#include <functional>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

const auto wanted = address("ada@example.org");
const auto squat = candidate(99, "Ada@example.org", hash(99));

/// For an address that somebody has signed up for: what became of an administrator's wish.
using Wish = UserWrite (*)(const Trial&, std::uint64_t n, const EmailAddress& email);

UserWrite move_to(const Trial& t, std::uint64_t n, const EmailAddress& email) {
  return t.alone.update(nth<UserId>(n), {.email = email});
}

UserWrite create_at(const Trial& t, std::uint64_t n, const EmailAddress& email) {
  auto made = user(100 + n);
  made.email = email;
  return t.alone.create(made);
}

void sign_ups_that_give_way(StoreHarness& harness) {
  SUBCASE("users: a sign-up alone keeps no address from who is vouched for, and is gone with all") {
    for (const Wish wish : {move_to, create_at}) {
      const Trial t{harness};
      t.alone.create(user(1));
      t.alone.sign_up(squat);
      t.alone.sign_up(candidate(98, "ada@example.org", hash(98)));
      t.alone.put_code(squat.id, code(1));
      const auto written = wish(t, 1, wanted);
      REQUIRE(written.outcome == UserWriteOutcome::written);
      // Whoever hears of deleted users hears of this one.
      CHECK(written.gave_way == squat.id);
      const auto account = t.store->users().find_credentials(wanted);
      REQUIRE(account);
      CHECK(account->user.is_verified);
      CHECK(account->sign_ups.empty());
      CHECK_FALSE(t.exists(squat.id));
      CHECK(t.alone.try_code(squat.id, code(1)) == CodeVerdict::dead);
      CHECK(t.alone.activate(squat.id, code(1)).outcome == ActivationOutcome::gone);
      CHECK(t.store->users().count({}) == (wish == move_to ? 1 : 2));
      CHECK_FALSE(move_to(t, 1, address("free@example.org")).gave_way);
    }
  }

  SUBCASE(
      "users: an address stays with who proved it, logged in, or is an administrator's concern") {
    const auto keeps = [&](const std::function<void(const Trial&)>& past) {
      for (const Wish wish : {move_to, create_at}) {
        const Trial t{harness};
        t.alone.create(user(1));
        past(t);
        const auto before = t.get(squat.id);
        CHECK(wish(t, 1, wanted).outcome == UserWriteOutcome::email_taken);
        CHECK(t.get(squat.id) == before);
        CHECK(t.get(nth<UserId>(1)).email == user(1).email);
      }
    };
    const auto sign_up_and = [](const UserPatch& patch) {
      return [patch](const Trial& t) {
        t.alone.sign_up(squat);
        REQUIRE(t.alone.update(squat.id, patch).outcome == UserWriteOutcome::written);
      };
    };
    keeps(sign_up_and({.is_verified = true}));
    keeps(sign_up_and({.is_active = false}));
    keeps(sign_up_and({.is_verified = true, .password_hash = hash(5)}));
    keeps([&](const Trial& t) {
      sign_up_and({.is_verified = true, .password_hash = hash(5)})(t);
      t.alone.update(squat.id, {.is_verified = false});
    });
    keeps([](const Trial& t) {
      auto chief = admin(99);
      t.alone.create(admin(2));
      t.alone.create(chief);
      t.alone.update(chief.id, {.email = wanted, .is_verified = false});
    });
    keeps([](const Trial& t) {
      t.alone.create(user(99));
      REQUIRE(t.alone.open(session(1, squat.id)) == OpenSessionOutcome::opened);
      t.alone.update(squat.id, {.email = wanted, .is_verified = false});
    });
  }

  SUBCASE("users: a sign-up does not take the address of another one") {
    const Trial t{harness};
    t.alone.sign_up(squat);
    CHECK(t.alone.create(candidate(2, "ada@example.org", hash(2))).outcome ==
          UserWriteOutcome::email_taken);
    CHECK(t.exists(squat.id));
  }

  SUBCASE("users: of many who are given the address of a sign-up at once one gets it, none fails") {
    for (const Wish wish : {move_to, create_at}) {
      for (Rounds rounds{harness}; rounds.next();) {
        const Trial t{harness};
        if (wish == move_to) {
          for (std::uint64_t n = 1; n <= t.threads; ++n) t.alone.create(user(n));
        }
        t.alone.sign_up(squat);
        const auto outcomes =
            race(t.threads, [&](std::size_t i) { return wish(t, i + 1, wanted).outcome; });
        CHECK(count_of(outcomes, UserWriteOutcome::written) == 1);
        CHECK(count_of(outcomes, UserWriteOutcome::email_taken) == t.threads - 1);
        CHECK_FALSE(t.exists(squat.id));
      }
    }
  }

  SUBCASE(
      "users: a sign-up gives way at the same moment as it is activated, or stays: never both") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      for (std::uint64_t n = 1; n <= t.threads / 2; ++n) t.alone.create(user(n));
      t.alone.sign_up(squat);
      t.alone.put_code(squat.id, code(1));
      const auto happened = race(t.threads, [&](std::size_t i) -> std::size_t {
        if (i % 2 == 0) {
          return move_to(t, i / 2 + 1, wanted).outcome == UserWriteOutcome::written ? 1 : 0;
        }
        return t.alone.activate(squat.id, code(1)).outcome == ActivationOutcome::activated ? 1 : 0;
      });
      std::array<std::size_t, 2> sums{};
      for (std::size_t i = 0; i < t.threads; ++i) sums.at(i % 2) += happened[i];
      CHECK(sums[0] + sums[1] == 1);
      CHECK(t.exists(squat.id) == (sums[1] == 1));
    }
  }
}

void addresses_at_once(StoreHarness& harness) {
  SUBCASE("users: a new address at the same moment as a sign-up for it is given, none fails") {
    for (Rounds rounds{harness, {.threads = 2, .times = 4}}; rounds.next();) {
      const Trial t{harness};
      t.alone.create(user(1));
      const auto outcomes = race(2, [&](std::size_t i) -> std::string {
        if (i == 1) {
          const auto made = t.alone.sign_up(candidate(2, "new@example.org", hash(2)));
          return made.outcome == SignUpOutcome::created ? "created" : "existing";
        }
        const auto moved = t.alone.update(nth<UserId>(1), {.email = address("new@example.org")});
        return moved.outcome == UserWriteOutcome::written ? "moved" : "taken";
      });
      CHECK((outcomes == std::vector<std::string>{"moved", "existing"} ||
             outcomes == std::vector<std::string>{"moved", "created"}));
      const auto account = t.store->users().find_credentials(address("new@example.org"));
      CHECK(account->user.id == nth<UserId>(1));
      CHECK(t.store->users().count({}) == 1);
    }
  }

  SUBCASE("users: of many who are given one address at once one gets it, none fails") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      for (std::uint64_t n = 1; n <= t.threads; ++n) t.alone.create(user(n));
      const auto outcomes = race(t.threads, [&](std::size_t i) {
        return t.alone.update(nth<UserId>(i + 1), {.email = address("new@example.org")}).outcome;
      });
      CHECK(count_of(outcomes, UserWriteOutcome::written) == 1);
      CHECK(count_of(outcomes, UserWriteOutcome::email_taken) == t.threads - 1);
    }
  }
}

}  // namespace

void address_contract(StoreHarness& harness) {
  sign_ups_that_give_way(harness);
  addresses_at_once(harness);
}

}  // namespace coffeeauth::testing
