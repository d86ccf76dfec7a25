#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"

namespace coffeeauth::testing {
namespace {

/// What every read of the Store says of an account that has a session.
void check_reads(const Trial& t, const NewUser& made, std::uint64_t session, bool on) {
  auto& users = t.store->users();
  CHECK(t.get(made.id).second_factor == on);
  CHECK(users.find_credentials(made.id)->user.second_factor == on);
  CHECK(users.find_credentials(made.email)->user.second_factor == on);
  const UserListQuery query{.filter = {.search = made.email.canonical()}};
  CHECK(users.list(query).front().second_factor == on);
  CHECK(users.list_and_count(query, 10).users.front().second_factor == on);
  const auto live = t.store->sessions().find_live(nth<SessionId>(session), noon);
  REQUIRE(live);
  CHECK(live->user.second_factor == on);
}

void of_one_account(StoreHarness& harness) {
  SUBCASE("second factor: an account needs none until it is told to, and until it is told not to") {
    const Trial t{harness};
    const auto made = user(1);
    CHECK_FALSE(t.alone.create(made).user->second_factor);
    t.alone.create(user(2));
    REQUIRE(t.alone.open(session(1, made.id)) == OpenSessionOutcome::opened);
    check_reads(t, made, 1, false);

    const auto on = t.alone.update(made.id, {.second_factor = true});
    REQUIRE(on.outcome == UserWriteOutcome::written);
    CHECK(on.changed);
    CHECK(on.user->second_factor);
    CHECK_FALSE(on.before->second_factor);
    REQUIRE(t.alone.open(session(2, made.id), on.user->security_version) ==
            OpenSessionOutcome::opened);
    check_reads(t, made, 2, true);
    CHECK_FALSE(t.get(nth<UserId>(2)).second_factor);
    CHECK_FALSE(t.alone.update(made.id, {.second_factor = true}).changed);

    const auto off = t.alone.update(made.id, {.second_factor = false});
    CHECK(off.changed);
    CHECK_FALSE(off.user->second_factor);
    CHECK(off.before->second_factor);
    check_reads(t, made, 2, false);
  }

  SUBCASE("second factor: turning it on or off stops tokens, and turning it on ends sessions") {
    const Trial t{harness};
    const auto made = user(1);
    t.alone.create(made);
    REQUIRE(t.alone.open(session(1, made.id)) == OpenSessionOutcome::opened);
    REQUIRE(t.alone.open(session(2, made.id)) == OpenSessionOutcome::opened);
    const auto live = [&](int session) {
      return t.store->sessions().find_live(nth<SessionId>(session), noon).has_value();
    };
    for (const bool on : {true, false}) {
      const auto before = t.get(made.id);
      t.alone.update(made.id, {.second_factor = on, .keeps_session = nth<SessionId>(1)});
      CHECK(t.get(made.id).version == before.version + 1);
      CHECK(t.get(made.id).security_version == before.security_version + 1);
      CHECK(live(1));
      CHECK_FALSE(live(2));
      CHECK(t.alone.update(made.id, {.second_factor = !on}, before.version).outcome ==
            UserWriteOutcome::version_conflict);
      CHECK(t.get(made.id).second_factor == on);
    }
    t.alone.update(made.id, {.second_factor = true});
    CHECK_FALSE(live(1));
  }

  SUBCASE("second factor: no other change of the account turns it off") {
    const Trial t{harness};
    const auto made = user(1);
    t.alone.create(made);
    t.alone.create(admin(2));
    t.alone.update(made.id, {.second_factor = true});
    for (const auto& patch :
         {UserPatch{.first_name = "Augusta"}, UserPatch{.email = address("ada@example.org")},
          UserPatch{.role = Role::admin}, UserPatch{.role = Role::user},
          UserPatch{.is_active = false}, UserPatch{.is_active = true},
          UserPatch{.password_hash = hash(9)}, UserPatch{.is_verified = false}}) {
      CHECK(t.alone.update(made.id, patch).changed);
      CHECK(t.get(made.id).second_factor);
    }
    t.alone.put_code(made.id, code(1));
    const auto active = t.alone.activate(made.id, code(1), {{hash(8), true}});
    REQUIRE(active.outcome == ActivationOutcome::activated);
    CHECK(active.user->second_factor);
    REQUIRE(t.alone.open(session(1, made.id), active.user->security_version) ==
            OpenSessionOutcome::opened);
    CHECK(t.get(made.id).second_factor);
  }
}

}  // namespace

void second_factor_contract(StoreHarness& harness) { of_one_account(harness); }

}  // namespace coffeeauth::testing
