// What one thread after the other may expect of passkeys, handles and challenges.

#include <limits>

#include "features/passkeys/contract/trial.hpp"

namespace coffeeauth::passkeys {
namespace contract {
namespace {

constexpr auto highest = std::numeric_limits<std::uint32_t>::max();

void passkeys_are_read(PasskeyHarness& harness) {
  const Trial t{harness};
  auto whole = passkey(1);
  whole.credential_id = std::string{"\0\xFF credential", 13} + std::string(1'010, 'x');
  whole.public_key = std::string{"\xA5\0\x01 key", 7};
  whole.algorithm = CoseAlgorithm::rs256;
  whole.sign_count = highest;
  whole.backup_eligible = true;
  whole.backed_up = true;
  whole.transports = {"hybrid", "internal", "smart-card"};
  whole.aaguid = {0, 0xFF, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  whole.name = "my \xC3\xA9 phone";
  whole.last_used_at = noon + 1ms;
  auto bare = passkey(2);
  bare.algorithm = CoseAlgorithm::eddsa;
  CHECK(t.create(whole) == CreateOutcome::created);
  CHECK(t.create(bare) == CreateOutcome::created);
  CHECK(t.create(passkey(3, bob)) == CreateOutcome::created);
  CHECK(t.find(1) == whole);
  CHECK(t.find(2) == bare);
  CHECK(t.find(3) == passkey(3, bob));
  CHECK_FALSE(t.find(4));
  CHECK(t.list() == std::vector{whole, bare});
  CHECK(t.count() == 2);
  CHECK(t.list(bob) == std::vector{passkey(3, bob)});
  CHECK(t.count(bob) == 1);
  const auto find = [&](const UserId& user, std::uint64_t n) {
    return t.alone([&](Passkeys& rows) { return rows.find(user, passkey_id(n)); });
  };
  CHECK(find(ada, 1) == whole);
  CHECK_FALSE(find(bob, 1));
  CHECK_FALSE(find(ada, 4));
}

void credentials_are_unique(PasskeyHarness& harness) {
  const Trial t{harness};
  CHECK(t.create(passkey(1)) == CreateOutcome::created);
  auto again = passkey(2);
  again.credential_digest = credential(1);
  CHECK(t.create(again) == CreateOutcome::exists);
  again.user = bob;
  CHECK_MESSAGE(t.create(again) == CreateOutcome::exists, "whichever account has it");
  CHECK(t.count() == 1);
  CHECK(t.count(bob) == 0);
  CHECK(t.find(1) == passkey(1));
  CHECK(t.remove(1));
  CHECK_MESSAGE(t.create(again) == CreateOutcome::created, "once it is removed");
  CHECK(t.found(1).user == bob);
}

void there_is_room_for_some(PasskeyHarness& harness) {
  const Trial t{harness};
  CHECK(t.create(passkey(1), 2) == CreateOutcome::created);
  CHECK(t.create(passkey(2), 2) == CreateOutcome::created);
  CHECK(t.create(passkey(3), 2) == CreateOutcome::full);
  CHECK_MESSAGE(t.create(passkey(1), 2) == CreateOutcome::full, "known or not");
  CHECK_FALSE(t.find(3));
  CHECK_MESSAGE(t.create(passkey(4, bob), 2) == CreateOutcome::created,
                "each account has room of its own");
  CHECK(t.remove(1));
  CHECK(t.create(passkey(3), 2) == CreateOutcome::created);
}

void changed_by_their_user(PasskeyHarness& harness) {
  const Trial t{harness};
  CHECK(t.create(passkey(1)) == CreateOutcome::created);
  CHECK(t.create(passkey(2)) == CreateOutcome::created);
  const auto rename = [&](const UserId& user) {
    return t.alone([&](Passkeys& rows) { return rows.rename(user, passkey_id(1), "new"); });
  };
  CHECK_FALSE(rename(bob));
  CHECK_FALSE(t.remove(1, bob));
  CHECK(t.find(1) == passkey(1));
  CHECK(rename(ada));
  CHECK(t.found(1).name == "new");
  CHECK(t.found(2).name.empty());
  CHECK(t.remove(1));
  CHECK_FALSE(t.remove(1));
  CHECK_FALSE(rename(ada));
  CHECK_FALSE(t.find(1));
  CHECK(t.list() == std::vector{passkey(2)});
}

void removed_since(PasskeyHarness& harness) {
  const Trial t{harness};
  CHECK(t.create(passkey(1, ada, noon)) == CreateOutcome::created);
  CHECK(t.create(passkey(2, ada, noon + 2min)) == CreateOutcome::created);
  CHECK(t.create(passkey(3, ada, noon + 3min)) == CreateOutcome::created);
  CHECK(t.create(passkey(4, bob, noon + 3min)) == CreateOutcome::created);
  CHECK(t.handle_of(ada, 1) == handle(1));
  CHECK(t.remove_all(noon + 3min + 1ms) == 0);
  CHECK(t.remove_all(noon + 2min) == 2);
  CHECK(t.list() == std::vector{passkey(1)});
  CHECK(t.remove_all() == 1);
  CHECK(t.count() == 0);
  CHECK(t.count(bob) == 1);
  CHECK_MESSAGE(t.find_handle() == handle(1), "authenticators may still have it");
  CHECK_MESSAGE(t.create(passkey(1)) == CreateOutcome::created, "its credential is free");
}

void counters_grow(PasskeyHarness& harness) {
  const Trial t{harness};
  CHECK(t.create(passkey(1)) == CreateOutcome::created);
  CHECK_MESSAGE(t.use(1, 0) == UseOutcome::used, "an authenticator that does not count");
  CHECK(t.use(1, 0) == UseOutcome::used);
  CHECK(t.use(1, 5) == UseOutcome::used);
  CHECK(t.found(1).sign_count == 5);
  CHECK(t.use(1, 5) == UseOutcome::regressed);
  CHECK(t.use(1, 4) == UseOutcome::regressed);
  CHECK_MESSAGE(t.use(1, 0) == UseOutcome::regressed, "it counted before");
  CHECK(t.found(1).sign_count == 5);
  CHECK(t.use(1, highest) == UseOutcome::used);
  CHECK(t.found(1).sign_count == highest);
  CHECK(t.use(2, 1) == UseOutcome::gone);
}

void counters_are_tolerated(PasskeyHarness& harness) {
  const Trial t{harness};
  auto synced = passkey(1);
  synced.backup_eligible = true;
  synced.sign_count = 7;
  auto bound = passkey(2);
  bound.sign_count = 7;
  CHECK(t.create(synced) == CreateOutcome::created);
  CHECK(t.create(bound) == CreateOutcome::created);
  CHECK(t.use(1, 7, CounterPolicy::all) == UseOutcome::regressed);
  CHECK(t.use(2, 7, CounterPolicy::all) == UseOutcome::regressed);
  CHECK(t.use(1, 7, CounterPolicy::device_bound) == UseOutcome::tolerated);
  CHECK(t.use(2, 7, CounterPolicy::device_bound) == UseOutcome::regressed);
  CHECK(t.use(1, 3, CounterPolicy::ignore) == UseOutcome::tolerated);
  CHECK(t.use(2, 0, CounterPolicy::ignore) == UseOutcome::tolerated);
  CHECK_MESSAGE(t.found(1).sign_count == 7, "it never falls");
  CHECK(t.found(2).sign_count == 7);
  CHECK(t.use(2, 8, CounterPolicy::ignore) == UseOutcome::used);
  CHECK(t.use(2, 8, CounterPolicy::device_bound) == UseOutcome::regressed);
  CHECK(t.use(1, 8, CounterPolicy::device_bound) == UseOutcome::used);
}

void uses_are_recorded(PasskeyHarness& harness) {
  const Trial t{harness};
  auto kept = passkey(1);
  kept.backup_eligible = true;
  kept.sign_count = 3;
  CHECK(t.create(kept) == CreateOutcome::created);
  CHECK(t.create(passkey(2)) == CreateOutcome::created);
  const auto use = [&](std::uint32_t sign_count, bool backed_up, CounterPolicy policy,
                       UtcTime now) {
    return t.alone([&](Passkeys& rows) {
      return rows.use(passkey_id(1), {.sign_count = sign_count, .backed_up = backed_up}, policy,
                      now);
    });
  };
  CHECK(use(4, true, CounterPolicy::all, noon + 1min) == UseOutcome::used);
  kept.sign_count = 4;
  kept.backed_up = true;
  kept.last_used_at = noon + 1min;
  CHECK(t.find(1) == kept);
  CHECK(use(4, false, CounterPolicy::all, noon + 2min) == UseOutcome::regressed);
  CHECK_MESSAGE(t.find(1) == kept, "what was refused changes nothing");
  CHECK(use(4, false, CounterPolicy::ignore, noon + 3min) == UseOutcome::tolerated);
  kept.backed_up = false;
  kept.last_used_at = noon + 3min;
  CHECK(t.find(1) == kept);
  CHECK(t.find(2) == passkey(2));
}

void handles_stay(PasskeyHarness& harness) {
  const Trial t{harness};
  CHECK_FALSE(t.find_handle());
  // Which makes a row, without a handle.
  t.alone([](Passkeys& rows) { rows.hold(ada); });
  CHECK_FALSE(t.find_handle());
  CHECK_FALSE(t.user_of(1));
  CHECK(t.handle_of(ada, 1) == handle(1));
  CHECK(t.handle_of(ada, 2) == handle(1));
  CHECK(t.find_handle() == handle(1));
  CHECK_FALSE(t.find_handle(bob));
  CHECK(t.handle_of(bob, 3) == handle(3));
  CHECK(t.user_of(1) == ada);
  CHECK_FALSE(t.user_of(2));
  CHECK(t.user_of(3) == bob);
}

void challenges_are_spent(PasskeyHarness& harness) {
  const Trial t{harness};
  CHECK(t.spend(1));
  CHECK_FALSE(t.spend(1));
  CHECK_MESSAGE(!t.spend(1, noon + 24h), "whatever is said of its end");
  CHECK(t.spend(2));
}

void cleaning(PasskeyHarness& harness) {
  const Trial t{harness};
  for (const std::uint64_t n : {1, 2, 3}) CHECK(t.spend(n));
  CHECK(t.spend(4, noon + 10min + 1ms));
  CHECK(t.create(passkey(1)) == CreateOutcome::created);
  CHECK(t.clean(10, noon + 10min - 1ms) == 0);
  CHECK(t.clean(2, noon + 10min) == 2);
  CHECK(t.clean(10, noon + 10min) == 1);
  CHECK(t.clean(10, noon + 10min) == 0);
  CHECK_FALSE(t.spend(4));
  CHECK(t.find(1));
}

void belong_to_users(PasskeyHarness& harness) {
  const Trial t{harness};
  for (const std::uint64_t n : {1, 2}) {
    CHECK(t.create(passkey(n, nth<UserId>(n))) == CreateOutcome::created);
    CHECK(t.handle_of(nth<UserId>(n), n) == handle(n));
  }
  const auto erase = [&](bool commits) {
    static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
      CHECK(tx.users().delete_user(ada, std::nullopt) == UserWriteOutcome::written);
      CHECK_FALSE(t.passkeys->in(tx)->find(credential(1)));
      if (!commits) return ErrorCode::internal;
      return {};
    }));
  };
  erase(false);
  CHECK(t.find(1) == passkey(1));
  CHECK(t.user_of(1) == ada);
  erase(true);
  CHECK_FALSE(t.find(1));
  CHECK(t.list().empty());
  CHECK_FALSE(t.user_of(1));
  CHECK(t.use(1, 1) == UseOutcome::gone);
  CHECK(t.find(2) == passkey(2, bob));
  CHECK(t.user_of(2) == bob);
  auto again = passkey(3, bob);
  again.credential_digest = credential(1);
  CHECK_MESSAGE(t.create(again) == CreateOutcome::created, "its credential is free");
}

void undone_with_their_transaction(PasskeyHarness& harness) {
  const Trial t{harness};
  CHECK(t.create(passkey(1)) == CreateOutcome::created);
  CHECK(t.create(passkey(2)) == CreateOutcome::created);
  CHECK(t.spend(9, noon));
  static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
    const auto rows = t.passkeys->in(tx);
    rows->hold(ada);
    CHECK(rows->create(passkey(3), 9) == CreateOutcome::created);
    CHECK(rows->rename(ada, passkey_id(1), "new"));
    CHECK(rows->use(passkey_id(1), {.sign_count = 5}, CounterPolicy::all, noon) ==
          UseOutcome::used);
    CHECK(rows->remove(ada, passkey_id(2)));
    CHECK(rows->handle_of(bob, handle(1)) == handle(1));
    CHECK(rows->spend_challenge(challenge(1), noon));
    CHECK(rows->delete_expired(9, noon) == 2);
    CHECK(rows->remove_all(ada) == 2);
    return ErrorCode::internal;
  }));
  CHECK(t.list() == std::vector{passkey(1), passkey(2)});
  CHECK(t.find(2) == passkey(2));
  CHECK_FALSE(t.find(3));
  CHECK_FALSE(t.find_handle(bob));
  CHECK(t.spend(1));
  CHECK_FALSE(t.spend(9));
}

void promises_of_passkeys(PasskeyHarness& harness) {
  SUBCASE("a passkey is read as it was created") { passkeys_are_read(harness); }
  SUBCASE("a credential is one account's, once") { credentials_are_unique(harness); }
  SUBCASE("an account has room for so many passkeys") { there_is_room_for_some(harness); }
  SUBCASE("a passkey is renamed and removed by its user alone") { changed_by_their_user(harness); }
  SUBCASE("passkeys that were created since a time are removed") { removed_since(harness); }
  SUBCASE("a counter that has not grown is refused") { counters_grow(harness); }
  SUBCASE("a counter that has not grown is tolerated where the policy says so, and never falls") {
    counters_are_tolerated(harness);
  }
  SUBCASE("a use is recorded, one that is refused is not") { uses_are_recorded(harness); }
}

void promises_of_all_rows(PasskeyHarness& harness) {
  SUBCASE("an account keeps the handle that it got first") { handles_stay(harness); }
  SUBCASE("a challenge is spent once") { challenges_are_spent(harness); }
  SUBCASE("challenges that are over are deleted in batches") { cleaning(harness); }
  SUBCASE("all rows go with their user") { belong_to_users(harness); }
  SUBCASE("all verbs are undone with their transaction") { undone_with_their_transaction(harness); }
}

}  // namespace
}  // namespace contract

void passkey_contract(PasskeyHarness& harness) {
  contract::promises_of_passkeys(harness);
  contract::promises_of_all_rows(harness);
  contract::races(harness);
}

}  // namespace coffeeauth::passkeys
