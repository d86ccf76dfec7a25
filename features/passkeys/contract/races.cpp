// What many threads do to one passkey, credential, challenge or account at the same moment.

#include "features/passkeys/contract/trial.hpp"

namespace coffeeauth::passkeys::contract {
namespace {

using testing::count_of;
using testing::race;

/// Rounds of one race, each over rows of its own: `round(trial, threads)`.
template <class Round>
void rounds_of(PasskeyHarness& harness, Round round) {
  for (testing::Rounds rounds{harness}; rounds.next();) {
    const Trial t{harness};
    round(t, harness.threads());
  }
}

void spending(PasskeyHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    CHECK(count_of(race(threads, [&](std::size_t) { return t.spend(1); }), true) == 1);
  });
}

void using_one_counter(PasskeyHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    CHECK(t.create(passkey(1)) == CreateOutcome::created);
    const auto heard = race(threads, [&](std::size_t) { return t.use(1, 7); });
    CHECK(count_of(heard, UseOutcome::used) == 1);
    CHECK(count_of(heard, UseOutcome::regressed) == threads - 1);
  });
}

void tolerating_one_counter(PasskeyHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    CHECK(t.create(passkey(1)) == CreateOutcome::created);
    const auto heard =
        race(threads, [&](std::size_t) { return t.use(1, 7, CounterPolicy::ignore); });
    CHECK(count_of(heard, UseOutcome::used) == 1);
    CHECK(count_of(heard, UseOutcome::tolerated) == threads - 1);
  });
}

void counting(PasskeyHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    CHECK(t.create(passkey(1)) == CreateOutcome::created);
    race(threads, [&](std::size_t i) {
      return t.use(1, static_cast<std::uint32_t>(i + 1), CounterPolicy::ignore);
    });
    CHECK(t.found(1).sign_count == threads);
  });
}

/// Each thread with a passkey of its own, half of them for each account, all with one credential.
void registering_one_credential(PasskeyHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const auto heard = race(threads, [&](std::size_t i) {
      auto made = passkey(100 + i, i % 2 == 0 ? ada : bob);
      made.credential_digest = credential(1);
      return t.create(made);
    });
    CHECK(count_of(heard, CreateOutcome::created) == 1);
    CHECK(count_of(heard, CreateOutcome::exists) == threads - 1);
    CHECK(t.count(ada) + t.count(bob) == 1);
  });
}

void registering_many(PasskeyHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const auto heard = race(threads, [&](std::size_t i) { return t.create(passkey(100 + i), 10); });
    CHECK(count_of(heard, CreateOutcome::created) == 10);
    CHECK(count_of(heard, CreateOutcome::full) == threads - 10);
    CHECK(t.count() == 10);
  });
}

void asking_for_the_handle(PasskeyHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    const auto heard = race(threads, [&](std::size_t i) { return t.handle_of(ada, 1 + i); });
    const auto kept = t.find_handle();
    REQUIRE(kept);
    CHECK(count_of(heard, *kept) == threads);
  });
}

/// Two remove the two passkeys, and say whether one is left.
void removing(PasskeyHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t) {
    CHECK(t.create(passkey(1)) == CreateOutcome::created);
    CHECK(t.create(passkey(2)) == CreateOutcome::created);
    const auto heard = race(2, [&](std::size_t i) {
      return t.alone([&](Passkeys& rows) {
        return rows.remove(ada, passkey_id(1 + i)) && rows.count(ada) == 0;
      });
    });
    CHECK_MESSAGE(count_of(heard, true) == 1, "one sees that it was the last");
  });
}

/// One deletes the user, whom the others look up before they write.
void user_goes(PasskeyHarness& harness) {
  rounds_of(harness, [](const Trial& t, std::size_t threads) {
    race(threads, [&](std::size_t i) {
      testing::patiently(*t.store, [&](Transaction& tx) {
        if (i == 0) {
          static_cast<void>(tx.users().delete_user(ada, std::nullopt));
          return;
        }
        if (!tx.users().find(ada)) return;
        const auto rows = t.passkeys->in(tx);
        static_cast<void>(rows->handle_of(ada, handle(i)));
        static_cast<void>(rows->create(passkey(100 + i), 100));
      });
      return true;
    });
    CHECK(t.count() == 0);
    CHECK_FALSE(t.find_handle());
  });
}

}  // namespace

void races(PasskeyHarness& harness) {
  SUBCASE("of many who spend a challenge at once, one does") { spending(harness); }
  SUBCASE("of many uses with one counter at once, one is accepted") { using_one_counter(harness); }
  SUBCASE("of many uses with one counter at once, one is told that it has grown") {
    tolerating_one_counter(harness);
  }
  SUBCASE("however many counters are seen at once, the highest is kept") { counting(harness); }
  SUBCASE("of many who register one credential at once, for two accounts, one does") {
    registering_one_credential(harness);
  }
  SUBCASE("however many register a passkey at once, there is room for as many as may be") {
    registering_many(harness);
  }
  SUBCASE("of many who ask for the handle at once, all get the same one") {
    asking_for_the_handle(harness);
  }
  SUBCASE("while a user is deleted, whoever writes for it finds that it is gone") {
    user_goes(harness);
  }
  SUBCASE("of two who remove the last two passkeys at once, one sees that none is left") {
    removing(harness);
  }
}

}  // namespace coffeeauth::passkeys::contract
