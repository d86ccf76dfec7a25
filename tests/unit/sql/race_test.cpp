// Races through several stores over one file, as several processes have them.
#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <thread>

#include "tests/unit/sql/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql::testing;
using coffeeauth::sql::make_sqlite_store;
using coffeeauth::sql::SqliteOptions;

namespace {

constexpr std::size_t contenders = 16;

struct Shared {
  TemporaryFolder folder;
  SqliteOptions options{.path = folder.file("a.db"), .busy_timeout = std::chrono::seconds{60}};
  std::array<std::unique_ptr<Store>, 2> stores{make_sqlite_store(options),
                                               make_sqlite_store(options)};
  Store& store = *stores[0];

  // What each of many threads got, half of them through either store.
  template <class Work>
  auto race(Work work) {
    using Outcome = std::invoke_result_t<Work, Transaction&, std::size_t>;
    std::array<Outcome, contenders> outcomes{};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < contenders; ++i) {
      threads.emplace_back([&, i] {
        outcomes[i] =
            stores[i % 2]->transact([&](Transaction& transaction) { return work(transaction, i); });
      });
    }
    for (auto& thread : threads) thread.join();
    return outcomes;
  }
};

template <class Outcomes, class Value>
auto times(const Outcomes& outcomes, Value value) {
  return std::count(outcomes.begin(), outcomes.end(), value);
}

constexpr GuessLimits limits{.per_code = 5, .per_day = 50};
const auto network = nth_digest<AddressDigest>(1);

NewCode new_code(const CodeDigest& digest) {
  return {.digest = digest, .network = network, .expires_at = noon + std::chrono::hours{1}};
}

}  // namespace

TEST_CASE("of many sign-ups for a new address at once one creates and the rest join") {
  Shared shared;

  const auto outcomes = shared.race([](Transaction& tx, std::size_t i) {
    auto candidate = new_user(i, false);
    candidate.email = email_of("same");
    return tx.sign_ups().sign_up(candidate, 5).outcome;
  });

  CHECK(times(outcomes, SignUpOutcome::created) == 1);
  CHECK(times(outcomes, SignUpOutcome::joined) == contenders - 1);
  CHECK(shared.store.users().find_credentials(email_of("same"))->sign_ups.size() == 5);
  CHECK(shared.store.users().count({}) == 1);
}

TEST_CASE("many wrong guesses at once get as many comparisons as one code allows") {
  Shared shared;
  const auto user = new_user(1, false);
  shared.store.transact([&](Transaction& tx) {
    static_cast<void>(tx.sign_ups().sign_up(user, 5));
    tx.sign_ups().put_code(user.id, new_code(nth_digest<CodeDigest>(7)), noon);
  });

  const auto outcomes = shared.race([&](Transaction& tx, std::size_t) {
    return tx.sign_ups().try_code(user.id, network, nth_digest<CodeDigest>(8), limits, noon);
  });

  CHECK(times(outcomes, CodeVerdict::no_match) == 5);
  CHECK(times(outcomes, CodeVerdict::dead) == contenders - 5);
  shared.store.transact([&](Transaction& tx) {
    CHECK(tx.sign_ups().try_code(user.id, network, nth_digest<CodeDigest>(7), limits, noon) ==
          CodeVerdict::dead);
  });
}

TEST_CASE("of many right answers at once exactly one activates") {
  Shared shared;
  const auto user = new_user(1, false);
  const auto code = nth_digest<CodeDigest>(7);
  shared.store.transact([&](Transaction& tx) {
    static_cast<void>(tx.sign_ups().sign_up(user, 5));
    tx.sign_ups().put_code(user.id, new_code(code), noon);
  });

  const auto outcomes = shared.race([&](Transaction& tx, std::size_t) {
    static_cast<void>(tx.sign_ups().try_code(user.id, network, code, limits, noon));
    return tx.sign_ups().activate(user.id, code, std::nullopt, noon).outcome;
  });

  CHECK(times(outcomes, ActivationOutcome::activated) == 1);
  CHECK(times(outcomes, ActivationOutcome::gone) == contenders - 1);
  CHECK(shared.store.users().find(user.id)->is_verified);
}

TEST_CASE("of many refreshes with one token one rotates and the rest get its successor") {
  Shared shared;
  const auto user = new_user(1);
  add_user(shared.store, user);
  shared.store.transact([&](Transaction& tx) {
    CHECK(tx.sessions().open_session(new_session(1, user.id), 1, 100).outcome ==
          OpenSessionOutcome::opened);
  });
  std::array<std::string, contenders> successors;

  const auto outcomes = shared.race([&](Transaction& tx, std::size_t i) {
    const auto mine = "successor " + std::to_string(i);
    auto result = tx.sessions().rotate_refresh(
        {.session = nth_id<SessionId>(1),
         .presented = nth_digest<RefreshTokenDigest>(1),
         .next = nth_digest<RefreshTokenDigest>(static_cast<std::uint8_t>(100 + i)),
         .sealed_successor = mine,
         .grace = std::chrono::seconds{10},
         .idle_lifetime = std::chrono::hours{1},
         .now = noon});
    successors[i] = result.outcome == RotationOutcome::rotated ? mine : result.sealed_successor;
    return result.outcome;
  });

  CHECK(times(outcomes, RotationOutcome::rotated) == 1);
  CHECK(times(outcomes, RotationOutcome::replayed) == contenders - 1);
  CHECK(times(successors, successors[0]) == contenders);
}

TEST_CASE("administrators who demote each other at once leave one") {
  Shared shared;
  for (std::size_t i = 0; i < contenders; ++i) {
    auto admin = new_user(i);
    admin.role = Role::admin;
    add_user(shared.store, admin);
  }

  const auto outcomes = shared.race([](Transaction& tx, std::size_t i) {
    return tx.users()
        .update_user(nth_id<UserId>(i), std::nullopt, UserPatch{.role = Role::user}, noon)
        .outcome;
  });

  CHECK(times(outcomes, UserWriteOutcome::last_admin) == 1);
  CHECK(shared.store.users().count({.role = Role::admin}) == 1);
}

TEST_CASE("no job is in two hands, and of many holders of a lease there is one") {
  Shared shared;
  shared.store.transact([](Transaction& tx) {
    for (std::uint64_t n = 0; n < 2 * contenders; ++n) tx.outbox().enqueue(new_job(n));
  });
  const auto now = noon + std::chrono::minutes{1};

  const auto claims = shared.race([&](Transaction& tx, std::size_t i) {
    const auto jobs = tx.outbox().claim_jobs(mail_channel, 3, nth_id<LeaseId>(i), now,
                                             now + std::chrono::minutes{1});
    return jobs.size();
  });
  const auto holders = shared.race([&](Transaction& tx, std::size_t i) {
    return tx.keys().acquire_lease("clean-up", nth_id<LeaseId>(i), now,
                                   now + std::chrono::hours{1});
  });

  std::size_t claimed = 0;
  for (const auto count : claims) claimed += count;
  CHECK(claimed == 2 * contenders);
  CHECK(times(holders, true) == 1);
}

TEST_CASE("all that hangs on an account goes with it") {
  Shared shared;
  const auto user = new_user(1);
  add_user(shared.store, user);
  shared.store.transact([&](Transaction& tx) {
    CHECK(tx.sessions().open_session(new_session(1, user.id), 1, 100).outcome ==
          OpenSessionOutcome::opened);
    tx.users().remember_address(user.id, nth_digest<AddressDigest>(1), noon);
    CHECK(tx.sign_ups().take_mail_slot(user.id, network, {.pause = {}, .per_hour = 5, .per_day = 5},
                                       noon));
  });

  shared.store.transact([&](Transaction& tx) {
    CHECK(tx.users().delete_user(user.id, std::nullopt) == UserWriteOutcome::written);
  });

  CHECK_FALSE(shared.store.sessions().find_live(nth_id<SessionId>(1), noon));
  CHECK_FALSE(shared.store.users().knows_address(user.id, nth_digest<AddressDigest>(1)));
}

TEST_CASE("the oldest of more than fifty known addresses are forgotten") {
  Shared shared;
  const auto user = new_user(1);
  add_user(shared.store, user);

  shared.store.transact([&](Transaction& tx) {
    for (std::uint8_t n = 0; n < 60; ++n) {
      tx.users().remember_address(user.id, nth_digest<AddressDigest>(n),
                                  noon + std::chrono::seconds{n});
    }
  });

  CHECK_FALSE(shared.store.users().knows_address(user.id, nth_digest<AddressDigest>(9)));
  CHECK(shared.store.users().knows_address(user.id, nth_digest<AddressDigest>(10)));
  CHECK(shared.store.users().knows_address(user.id, nth_digest<AddressDigest>(59)));
}
