// Challenges: many at once, and what is left of them.

#include <string>
#include <vector>

#include "features/passkeys/tests/world.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::passkeys {
namespace {

using coffeeauth::testing::count_of;
using coffeeauth::testing::race;
using coffeeauth::testing::Rounds;

/// Whether one of many got in: whoever loses a race too often is told by 503 to try again.
bool gets_in(PasskeyService& room, const std::string& assertion) {
  for (;;) {
    try {
      return room.log_in(assertion, somewhere).has_value();
    } catch (const TransactionConflict&) {
    }
  }
}

TEST_CASE("of many who finish with one challenge at once, one logs in") {
  on_each_store([](const Backend& backend) {
    for (Rounds rounds{backend.harness()}; rounds.next();) {
      WithPasskey p{backend};
      const auto assertion = answer_request(p.key, p.w.room.login_options());
      const auto heard = race(backend.harness().threads(),
                              [&](std::size_t) { return gets_in(p.w.room, assertion); });
      CHECK(count_of(heard, true) == 1);
    }
  });
}

TEST_CASE("of many with one counter at once, one logs in and the owner is told of the others") {
  on_each_store([](const Backend& backend) {
    for (Rounds rounds{backend.harness()}; rounds.next();) {
      WithPasskey p{backend, usual_options(), 5};
      std::vector<std::string> copies;
      for (std::size_t i = 0; i < backend.harness().threads(); ++i) {
        p.key.sign_count = 9;
        copies.push_back(answer_request(p.key, p.w.room.login_options()));
      }
      const auto heard =
          race(copies.size(), [&](std::size_t i) { return gets_in(p.w.room, copies[i]); });
      CHECK(count_of(heard, true) == 1);
      CHECK(p.w.t.events().count(passkey_counter_regressed) == copies.size() - 1);
    }
  });
}

TEST_CASE("challenges that were used are cleaned up when they are long over") {
  WithPasskey p{backends().front()};
  CHECK_OK(p.w.log_in(p.key));
  const auto clean = [&] {
    return p.w.t.store().transact(
        [&](Transaction& tx) { return p.w.rows->in(tx)->delete_expired(10, p.w.t.clock().now()); });
  };
  p.w.t.clock().advance(30min);
  CHECK(clean() == 0);
  p.w.t.clock().advance(24h);
  CHECK_MESSAGE(clean() == 2, "of the registration, and of the login");
}

TEST_CASE("options leave no row, however many are asked for") {
  on_each_store([](const Backend& backend) {
    if (backend.is_serializable) return;
    WithPasskey p{backend};
    const auto rows = [&] {
      return p.w.t.store().transact([&](Transaction& tx) {
        // Of challenges that were used, as of any time.
        const auto all =
            p.w.rows->in(tx)->delete_expired(1'000'000, p.w.t.clock().now() + 24h * 365);
        return all + p.w.rows->in(tx)->list(p.ada.user.id).size();
      });
    };
    static_cast<void>(rows());
    for (int i = 0; i < 1'000; ++i) {
      static_cast<void>(p.w.room.login_options());
      static_cast<void>(p.w.room.reauthentication_options(p.ada));
      static_cast<void>(p.w.second_step().options(p.ada.user.id, "mfa_1"));
      static_cast<void>(p.w.room.creation_options(p.ada));
    }
    CHECK_MESSAGE(rows() == 1, "the passkey that was there");
  });
}

}  // namespace
}  // namespace coffeeauth::passkeys
