#include "coffeeauth/testing/doctest.hpp"

#include <set>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

void creation(StoreHarness& harness) {
  SUBCASE("users: what was created is found by id and by address, every field as it was") {
    const Trial t{harness};
    auto made = admin(1);
    made.email = address("Ada.Lovelace@Example.org");
    const auto written = t.alone.create(made);

    REQUIRE(written.outcome == UserWriteOutcome::written);
    const User expected{.id = made.id,
                        .email = made.email,
                        .first_name = "Ada",
                        .last_name = "Lovelace",
                        .role = Role::admin,
                        .is_verified = true,
                        .is_active = true,
                        .date_joined = noon,
                        .version = 1,
                        .security_version = 1};
    CHECK(written.user == expected);
    CHECK(t.get(made.id) == expected);
    CHECK(t.get(made.id).email.display() == "Ada.Lovelace@Example.org");
    const auto by_id = t.store->users().find_credentials(made.id);
    const auto by_address = t.store->users().find_credentials(address("ADA.lovelace@EXAMPLE.ORG"));
    REQUIRE(by_id);
    REQUIRE(by_address);
    CHECK(by_id->password_hash == made.password_hash);
    CHECK(by_address->user == expected);
    CHECK(by_address->password_hash == made.password_hash);
  }

  SUBCASE("users: who does not exist is not found") {
    const Trial t{harness};
    CHECK_FALSE(t.exists(nth<UserId>(1)));
    CHECK_FALSE(t.store->users().find_credentials(nth<UserId>(1)));
    CHECK_FALSE(t.store->users().find_credentials(address("ada@example.org")));
  }

  SUBCASE("users: an address is taken in any letter case, and the second changes nothing") {
    const Trial t{harness};
    t.alone.create(user(1));
    auto second = user(2);
    second.email = address("USER1@example.ORG");
    CHECK(t.alone.create(second).outcome == UserWriteOutcome::email_taken);
    CHECK_FALSE(t.exists(second.id));
    CHECK(t.get(nth<UserId>(1)).email.display() == "user1@example.org");
    CHECK(t.store->users().count({}) == 1);
  }

  SUBCASE("users: of many who take one address at once, one gets it") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      const auto outcomes = race(t.threads, [&](std::size_t i) {
        auto made = user(i + 1);
        made.email = address(i % 2 == 0 ? "one@example.org" : "ONE@example.org");
        return t.alone.create(made).outcome;
      });
      CHECK(count_of(outcomes, UserWriteOutcome::written) == 1);
      CHECK(count_of(outcomes, UserWriteOutcome::email_taken) == t.threads - 1);
      CHECK(t.store->users().count({}) == 1);
    }
  }
}

void fidelity(StoreHarness& harness) {
  SUBCASE("users: text is kept byte for byte") {
    const Trial t{harness};
    auto made = user(1);
    made.first_name = "Ren\xc3\xa9 \xe2\x98\x95 \xf0\x9f\x98\x80 'single' \"double\" \\ % _ ; --";
    made.last_name = std::string(4'000, 'x') + " \t\r\n ";
    t.alone.create(made);
    CHECK(t.get(made.id).first_name == made.first_name);
    CHECK(t.get(made.id).last_name == made.last_name);

    t.alone.update(made.id, {.first_name = made.last_name, .last_name = ""});
    CHECK(t.get(made.id).first_name == made.last_name);
    CHECK(t.get(made.id).last_name.empty());
  }

  SUBCASE("users: text with a NUL is kept whole or refused, never cut") {
    const Trial t{harness};
    auto made = user(1);
    made.first_name = "Ada\0Byron"s;
    bool refused = false;
    try {
      t.alone.create(made);
    } catch (const std::exception&) {
      refused = true;
    }
    CHECK(t.exists(made.id) != refused);
    if (!refused) CHECK(t.get(made.id).first_name == made.first_name);
  }

  SUBCASE("users: times are kept to the millisecond, far from today too") {
    const Trial t{harness};
    std::uint64_t n = 0;
    for (const auto time :
         {noon, noon + 1ms, from_unix_millis(1), from_unix_millis(4'102'444'799'999)}) {
      auto made = user(++n);
      made.now = time;
      t.alone.create(made);
      CHECK(t.get(made.id).date_joined == time);
    }
  }

  SUBCASE("users: an empty password hash stays empty") {
    const Trial t{harness};
    auto made = user(1);
    made.password_hash = PasswordHash{};
    t.alone.create(made);
    CHECK(t.store->users().find_credentials(made.id)->password_hash.empty());
  }
}

void updates(StoreHarness& harness) {
  SUBCASE("users: a patch changes what it names, and the answer is the row as it is now") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto id = nth<UserId>(1);
    const auto before = t.get(id);

    const auto renamed = t.alone.update(id, {.first_name = "Augusta"});
    REQUIRE(renamed.outcome == UserWriteOutcome::written);
    CHECK(renamed.user == t.get(id));
    // Whoever hears what was changed hears it from these two.
    CHECK(renamed.before == before);
    CHECK(t.get(id).first_name == "Augusta");
    CHECK(t.get(id).last_name == "Lovelace");
    CHECK(t.get(id).version == 2);
    CHECK(t.get(id).security_version == 1);

    t.alone.update(id, {.role = Role::admin});
    CHECK(t.get(id).role == Role::admin);
    CHECK(t.get(id).version == 3);
    CHECK(t.get(id).security_version == 2);

    t.alone.update(id, {.password_hash = hash(77)});
    CHECK(t.store->users().find_credentials(id)->password_hash == hash(77));
    CHECK(t.get(id).security_version == 3);
  }

  SUBCASE("users: a patch that changes nothing leaves the version alone") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto before = t.get(nth<UserId>(1));
    const auto written = t.alone.update(before.id, {.first_name = "Ada", .is_active = true});
    CHECK(written.outcome == UserWriteOutcome::written);
    CHECK(written.user == before);
    CHECK_FALSE(written.changed);
    CHECK_FALSE(t.alone.update(before.id, {}).changed);
    CHECK(t.get(before.id) == before);
    // Another spelling is a change.
    CHECK(t.alone.update(before.id, {.email = address("USER1@example.org")}).changed);
  }

  SUBCASE("users: an update of nobody is not_found") {
    const Trial t{harness};
    CHECK(t.alone.update(nth<UserId>(9), {.first_name = "X"}).outcome ==
          UserWriteOutcome::not_found);
  }

  SUBCASE("users: another version than the expected one is a conflict, and nothing changes") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto id = nth<UserId>(1);
    CHECK(t.alone.update(id, {.first_name = "X"}, 2).outcome == UserWriteOutcome::version_conflict);
    CHECK(t.get(id).first_name == "Ada");
    CHECK(t.alone.update(id, {.first_name = "X"}, 1).outcome == UserWriteOutcome::written);
    CHECK(t.alone.update(id, {.first_name = "Y"}, 1).outcome == UserWriteOutcome::version_conflict);
    CHECK(t.get(id).first_name == "X");
  }
}

void expectations(StoreHarness& harness) {
  SUBCASE("users: a change that expects what is no longer so is a conflict, and nothing changes") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto id = nth<UserId>(1);
    const auto before = *t.store->users().find_credentials(id);
    const auto try_with = [&](UserPatch patch) {
      patch.first_name = "Augusta";
      return t.alone.update(id, patch).outcome;
    };
    CHECK(try_with({.expects_password_hash = PasswordHash{"$another"}}) ==
          UserWriteOutcome::version_conflict);
    CHECK(try_with({.expects_email = user(2).email}) == UserWriteOutcome::version_conflict);
    CHECK(try_with({.expects_security_version = before.user.security_version + 1}) ==
          UserWriteOutcome::version_conflict);
    CHECK(t.get(id) == before.user);
    CHECK(try_with({.expects_password_hash = before.password_hash,
                    .expects_email = before.user.email,
                    .expects_security_version = before.user.security_version}) ==
          UserWriteOutcome::written);
    CHECK(t.get(id).first_name == "Augusta");
  }

  SUBCASE("users: of many changes that expect the same password, one is written") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      t.alone.create(user(1));
      const auto id = nth<UserId>(1);
      const auto expected = t.store->users().find_credentials(id)->password_hash;
      const auto outcomes = race(t.threads, [&](std::size_t i) {
        return t.alone
            .update(id, {.password_hash = PasswordHash{"$of " + std::to_string(i)},
                         .expects_password_hash = expected})
            .outcome;
      });
      CHECK(std::count(outcomes.begin(), outcomes.end(), UserWriteOutcome::written) == 1);
      CHECK(t.get(id).security_version == 2);
    }
  }
}

void new_addresses(StoreHarness& harness) {
  SUBCASE("users: a new address is found, the old one is free, a foreign one is taken") {
    const Trial t{harness};
    t.alone.create(user(1));
    t.alone.create(user(2));
    const auto id = nth<UserId>(1);
    CHECK(t.alone.update(id, {.email = address("USER2@example.org")}).outcome ==
          UserWriteOutcome::email_taken);
    CHECK(t.get(id).version == 1);

    CHECK(t.alone.update(id, {.email = address("User1@Example.org")}).outcome ==
          UserWriteOutcome::written);
    CHECK(t.get(id).email.display() == "User1@Example.org");

    t.alone.update(id, {.email = address("new@example.org")});
    CHECK(t.store->users().find_credentials(address("NEW@example.org"))->user.id == id);
    CHECK_FALSE(t.store->users().find_credentials(address("user1@example.org")));
    auto heir = user(3);
    heir.email = address("user1@example.org");
    CHECK(t.alone.create(heir).outcome == UserWriteOutcome::written);
  }
}

void contended_updates(StoreHarness& harness) {
  SUBCASE("users: of many updates of one version, one is written") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      t.alone.create(user(1));
      const auto outcomes = race(t.threads, [&](std::size_t i) {
        return t.alone.update(nth<UserId>(1), {.first_name = std::to_string(i)}, 1).outcome;
      });
      CHECK(count_of(outcomes, UserWriteOutcome::written) == 1);
      CHECK(count_of(outcomes, UserWriteOutcome::version_conflict) == t.threads - 1);
      CHECK(t.get(nth<UserId>(1)).version == 2);
    }
  }

  SUBCASE("users: of many updates of whatever version, none is lost") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      t.alone.create(user(1));
      const auto versions = race(t.threads, [&](std::size_t i) {
        return t.alone.update(nth<UserId>(1), {.first_name = std::to_string(i)}).user->version;
      });
      CHECK(std::set(versions.begin(), versions.end()).size() == t.threads);
      CHECK(t.get(nth<UserId>(1)).version == static_cast<std::int64_t>(t.threads) + 1);
    }
  }
}

void password_renewal(StoreHarness& harness) {
  SUBCASE("users: a hash is renewed only while it is the old one, and no version changes") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto id = nth<UserId>(1);
    const auto renew = [&](const UserId& whose, const PasswordHash& from, const PasswordHash& to) {
      return t.store->transact(
          [&](Transaction& tx) { return tx.users().renew_password_hash(whose, from, to); });
    };
    CHECK_FALSE(renew(id, hash(8), hash(9)));
    CHECK(t.store->users().find_credentials(id)->password_hash == hash(1));
    CHECK(renew(id, hash(1), hash(2)));
    CHECK(t.store->users().find_credentials(id)->password_hash == hash(2));
    CHECK_FALSE(renew(id, hash(1), hash(3)));
    CHECK_FALSE(renew(nth<UserId>(9), hash(1), hash(2)));
    CHECK(t.get(id).version == 1);
    CHECK(t.get(id).security_version == 1);
    // While sign-ups are compared with it, it stays.
    t.alone.sign_up(candidate(3, "user1@example.org", hash(7)));
    CHECK_FALSE(renew(id, hash(2), hash(3)));
    t.alone.erase_stale({.sign_ups = noon + 1ms, .now = noon});
    CHECK(renew(id, hash(2), hash(3)));
  }
}

void known_addresses(StoreHarness& harness) {
  SUBCASE(
      "users: an address is known to the user who came from it, and remembering is idempotent") {
    const Trial t{harness};
    t.alone.create(user(1));
    t.alone.create(user(2));
    const auto id = nth<UserId>(1);
    CHECK_FALSE(t.store->users().knows_address(id, network(1)));
    t.alone.remember(id, network(1));
    t.alone.remember(id, network(1), noon + 1ms);
    CHECK(t.store->users().knows_address(id, network(1)));
    CHECK_FALSE(t.store->users().knows_address(id, network(2)));
    CHECK_FALSE(t.store->users().knows_address(nth<UserId>(2), network(1)));
    CHECK(t.get(id).version == 1);
  }

  SUBCASE("users: the fifty latest addresses are kept, the one seen again among them") {
    const Trial t{harness};
    t.alone.create(user(1));
    const auto id = nth<UserId>(1);
    for (std::uint64_t n = 1; n <= 50; ++n) {
      t.alone.remember(id, network(n), noon + std::chrono::milliseconds{n});
    }
    t.alone.remember(id, network(1), noon + 1s);
    t.alone.remember(id, network(51), noon + 2s);
    CHECK(t.store->users().knows_address(id, network(1)));
    CHECK(t.store->users().knows_address(id, network(51)));
    for (std::uint64_t n = 3; n <= 50; ++n) {
      CHECK(t.store->users().knows_address(id, network(n)));
    }
  }
}

}  // namespace

void user_contract(StoreHarness& harness) {
  creation(harness);
  fidelity(harness);
  updates(harness);
  expectations(harness);
  new_addresses(harness);
  contended_updates(harness);
  password_renewal(harness);
  known_addresses(harness);
}

}  // namespace coffeeauth::testing
