#include "coffeeauth/testing/doctest.hpp"

#include <latch>
#include <stdexcept>
#include <thread>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted") {}
};

// One write of every kind, over what prepare() left.
void prepare(const Trial& t) {
  t.alone.create(user(1));
  t.alone.create(user(2));
  t.alone.sign_up(candidate(3, "three@example.org", hash(3)));
  t.alone.put_code(nth<UserId>(3), code(1));
  t.alone.open(session(1, nth<UserId>(1)));
  t.alone.enqueue(job(1));
  t.alone.insert_first(key("a"));
  t.alone.acquire("held", nth<LeaseId>(1));
}
void change_everything(Transaction& tx) {
  static_cast<void>(tx.users().create_user(user(4)));
  static_cast<void>(
      tx.users().update_user(nth<UserId>(1), {}, {.email = address("moved@example.org")}, noon));
  static_cast<void>(tx.users().delete_user(nth<UserId>(2), {}));
  tx.users().remember_address(nth<UserId>(1), network(1), noon);
  static_cast<void>(tx.sign_ups().sign_up(candidate(5, "five@example.org", hash(5)), 5));
  static_cast<void>(tx.sign_ups().sign_up(candidate(6, "three@example.org", hash(6)), 5));
  static_cast<void>(tx.sign_ups().take_mail_slot(nth<UserId>(3), network(1), no_pace, noon));
  tx.sign_ups().put_code(nth<UserId>(3),
                         {.digest = code(2), .network = network(1), .expires_at = noon + 1h}, noon);
  static_cast<void>(tx.sessions().end_session(nth<SessionId>(1), {}));
  tx.outbox().enqueue(job(2));
  static_cast<void>(tx.outbox().claim_jobs(mail_channel, 10, nth<LeaseId>(1), noon, noon + 60s));
  static_cast<void>(tx.keys().rotate_key(key("b"), "a", noon + 1h));
  tx.keys().release_lease("held", nth<LeaseId>(1));
  static_cast<void>(tx.keys().acquire_lease("new", nth<LeaseId>(1), noon, noon + 60s));
}
void check_nothing_changed(const Trial& t) {
  CHECK(t.store->users().count({}) == 3);
  CHECK(t.get(nth<UserId>(1)).email.canonical() == "user1@example.org");
  CHECK(t.store->users().find_credentials(address("user1@example.org")));
  CHECK_FALSE(t.store->users().find_credentials(address("moved@example.org")));
  CHECK(t.exists(nth<UserId>(2)));
  CHECK(t.store->users().find_credentials(address("user2@example.org")));
  CHECK_FALSE(t.store->users().knows_address(nth<UserId>(1), network(1)));
  CHECK(t.is_live(nth<SessionId>(1)));
  CHECK(t.store->sessions().list_sessions(nth<UserId>(1), noon, 10).size() == 1);
  CHECK(t.store->keys().list_keys().size() == 1);
  CHECK_FALSE(t.store->keys().list_keys().front().verifies_until);
  CHECK_FALSE(t.alone.acquire("held", nth<LeaseId>(2)));
  CHECK(t.alone.acquire("new", nth<LeaseId>(2)));
  const MailPace one_an_hour{.pause = 0ms, .per_hour = 1, .per_day = 1};
  CHECK(t.alone.take_mail_slot(nth<UserId>(3), one_an_hour, noon));
  CHECK(t.alone.claim(10, nth<LeaseId>(9)).size() == 1);
  CHECK(t.alone.activate(nth<UserId>(3), code(1)).outcome == ActivationOutcome::activated);
}

void rollback(StoreHarness& harness) {
  SUBCASE("transactions: what ends in an error never happened, none of it") {
    const Trial t{harness};
    prepare(t);
    const auto result = t.store->transact([](Transaction& tx) -> Result<int> {
      change_everything(tx);
      return ErrorCode::forbidden;
    });
    REQUIRE_ERROR(result, ErrorCode::forbidden);
    check_nothing_changed(t);
  }

  SUBCASE("transactions: what ends in an exception never happened, none of it") {
    const Trial t{harness};
    prepare(t);
    CHECK_THROWS_AS(t.store->transact([](Transaction& tx) {
      change_everything(tx);
      throw Interrupted();
    }),
                    Interrupted);
    check_nothing_changed(t);
  }

  SUBCASE("transactions: what ends in a value has happened, all of it") {
    const Trial t{harness};
    prepare(t);
    const auto result = t.store->transact([](Transaction& tx) -> Result<int> {
      change_everything(tx);
      return 7;
    });
    CHECK(result.value() == 7);
    CHECK(t.store->users().count({}) == 4);
    CHECK(t.store->users().find_credentials(address("moved@example.org")));
    CHECK_FALSE(t.exists(nth<UserId>(2)));
    CHECK(t.store->users().knows_address(nth<UserId>(1), network(1)));
    CHECK_FALSE(t.is_live(nth<SessionId>(1)));
    CHECK(t.store->keys().list_keys().size() == 2);
    CHECK(t.store->outbox().depth().pending == 2);
    CHECK(t.alone.claim(10, nth<LeaseId>(9)).empty());
    CHECK(t.alone.acquire("held", nth<LeaseId>(2)));
    CHECK(t.alone.activate(nth<UserId>(3), code(2)).outcome ==
          ActivationOutcome::password_required);
  }
}

void isolation(StoreHarness& harness) {
  SUBCASE("transactions: one sees what it has written itself") {
    const Trial t{harness};
    t.store->transact([](Transaction& tx) {
      static_cast<void>(tx.users().create_user(user(1)));
      CHECK(tx.users().find(nth<UserId>(1)));
      CHECK(tx.users().count({}) == 1);
      tx.outbox().enqueue(job(1));
      CHECK(tx.outbox().depth().pending == 1);
    });
  }

  SUBCASE("transactions: nobody else sees what is rolled back") {
    const Trial t{harness};
    std::latch written{1};
    bool seen = true;
    std::thread reader{[&] {
      written.wait();
      seen = t.exists(nth<UserId>(1));
    }};
    CHECK_THROWS_AS(t.store->transact([&](Transaction& tx) {
      static_cast<void>(tx.users().create_user(user(1)));
      written.count_down();
      // Gives a reader that does not wait for the transaction the time to look.
      for (int i = 0; i < 1'000; ++i) std::this_thread::yield();
      throw Interrupted();
    }),
                    Interrupted);
    reader.join();
    CHECK_FALSE(seen);
  }

  SUBCASE("transactions: a second one within the first is a bug, and the first survives it") {
    const Trial t{harness};
    t.store->transact([&](Transaction& tx) {
      static_cast<void>(tx.users().create_user(user(1)));
      CHECK_THROWS_AS(t.store->transact([](Transaction&) {}), std::logic_error);
    });
    CHECK(t.exists(nth<UserId>(1)));
    CHECK(t.alone.create(user(2)).outcome == UserWriteOutcome::written);
  }

  SUBCASE(
      "transactions: many at once, each of several writes, keep what belongs together together") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      race(t.threads, [&](std::size_t i) -> int {
        try {
          patiently(*t.store, [&](Transaction& tx) {
            static_cast<void>(tx.users().create_user(user(i + 1)));
            tx.outbox().enqueue(job(i + 1));
            if (i % 2 == 0) throw Interrupted();
          });
        } catch (const Interrupted&) {
        }
        return 0;
      });
      CHECK(t.store->users().count({}) == t.threads / 2);
      CHECK(t.store->outbox().depth().pending == t.threads / 2);
    }
  }
}

void lasting(StoreHarness& harness) {
  SUBCASE("transactions: a Store that is up says so") {
    const Trial t{harness};
    CHECK_NOTHROW(t.store->ping());
  }

  SUBCASE("transactions: what is committed is there for the next process, at once and afterwards") {
    Trial t{harness};
    if (!harness.durable()) {
      MESSAGE("deviation: this Store forgets everything when it is closed");
      return;
    }
    prepare(t);
    {
      const auto other = harness.reopen();
      REQUIRE(other != nullptr);
      CHECK(other->users().count({}) == 3);
      EachAlone{*other}.create(user(7));
    }
    CHECK(t.exists(nth<UserId>(7)));
    t.store.reset();
    const auto later = harness.reopen();
    REQUIRE(later != nullptr);
    CHECK(later->users().count({}) == 4);
    CHECK(later->sessions().find_live(nth<SessionId>(1), noon));
    CHECK(later->outbox().depth().pending == 1);
    CHECK(later->keys().list_keys().size() == 1);
  }
}

}  // namespace

void transaction_contract(StoreHarness& harness) {
  rollback(harness);
  isolation(harness);
  lasting(harness);
}

void store_contract(StoreHarness& harness) {
  user_contract(harness);
  admin_contract(harness);
  address_contract(harness);
  language_contract(harness);
  second_factor_contract(harness);
  user_list_contract(harness);
  sign_up_contract(harness);
  clean_up_contract(harness);
  code_contract(harness);
  activation_contract(harness);
  session_contract(harness);
  refresh_contract(harness);
  outbox_contract(harness);
  key_contract(harness);
  reseal_contract(harness);
  transaction_contract(harness);
}

}  // namespace coffeeauth::testing
