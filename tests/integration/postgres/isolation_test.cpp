// Races that the suite has, under the stricter isolation: no verb may count on READ COMMITTED.
#include "coffeeauth/testing/doctest.hpp"

#include <array>
#include <thread>

#include "tests/integration/postgres/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;

namespace {

// What each of two did at the same moment.
template <class First, class Second>
std::array<std::string, 2> at_once(First first, Second second) {
  std::array<std::string, 2> outcomes;
  const auto run = [](std::string& outcome, auto& work) {
    // On a busy machine each try of a transaction may meet the same slow one; a client asks again.
    for (int more = 3; more >= 0; --more) {
      try {
        outcome = work();
        return;
      } catch (const TransactionConflict& failure) {
        outcome = failure.what();
      } catch (const Unavailable& failure) {
        outcome = failure.what();
        return;
      }
    }
  };
  std::thread other{[&] { run(outcomes[1], second); }};
  run(outcomes[0], first);
  other.join();
  return outcomes;
}

}  // namespace

TEST_CASE("a change of an address that races a sign-up for it is never a failure") {
  const Database database;
  for (const bool serializable : {false, true}) {
    CAPTURE(serializable);
    auto options = database.options();
    options.serializable = serializable;
    const auto store = make_postgres_store(options);
    for (std::uint64_t round = 0; round < 100; ++round) {
      const auto n = 10 * round + (serializable ? 5 : 0);
      const auto wanted = email_of("wanted" + std::to_string(n));
      add_user(*store, new_user(n));
      const auto outcomes = at_once(
          [&]() -> std::string {
            const auto moved = store->transact([&](Transaction& tx) {
              return tx.users().update_user(nth_id<UserId>(n), {}, {.email = wanted}, noon);
            });
            return moved.outcome == UserWriteOutcome::written ? "moved" : "taken";
          },
          [&]() -> std::string {
            auto candidate = new_user(n + 1, false);
            candidate.email = wanted;
            const auto made = store->transact(
                [&](Transaction& tx) { return tx.sign_ups().sign_up(candidate, 5); });
            return made.outcome == SignUpOutcome::created ? "created" : "existing";
          });
      // The sign-up gives way, if it was first.
      CHECK(outcomes[0] == "moved");
      CHECK(store->users().find_credentials(wanted)->user.id == nth_id<UserId>(n));
    }
  }
}

TEST_CASE("an activation that races an operator is decided once under SERIALIZABLE") {
  const Database database;
  auto options = database.options();
  options.serializable = true;
  const auto store = make_postgres_store(options);
  const auto code = nth_digest<CodeDigest>(7);
  for (std::uint64_t n = 0; n < 50; ++n) {
    const auto stranger = new_user(2 * n, false);
    store->transact([&](Transaction& tx) {
      static_cast<void>(tx.sign_ups().sign_up(stranger, 5));
      tx.sign_ups().put_code(
          stranger.id, {.digest = code, .network = {}, .expires_at = noon + std::chrono::hours{1}},
          noon);
    });
    auto boss = new_user(2 * n + 1);
    boss.email = stranger.email;
    boss.role = Role::admin;
    const auto outcomes = at_once(
        [&]() -> std::string {
          const auto done = store->transact(
              [&](Transaction& tx) { return tx.sign_ups().activate(stranger.id, code, {}, noon); });
          return done.outcome == ActivationOutcome::activated ? "activated" : "gone";
        },
        [&]() -> std::string {
          const auto made = store->transact(
              [&](Transaction& tx) { return tx.users().create_or_take_over(boss); });
          return made.outcome == UserWriteOutcome::written ? "taken over" : "has an owner";
        });
    const bool is_one_of_two =
        outcomes == std::array<std::string, 2>{"activated", "has an owner"} ||
        outcomes == std::array<std::string, 2>{"gone", "taken over"};
    CHECK_MESSAGE(is_one_of_two, outcomes[0], ", ", outcomes[1]);
  }
}
