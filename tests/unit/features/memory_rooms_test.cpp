// Rows of a feature's own over the memory store: part of its transactions, and of its accounts.

#include "coffeeauth/memory/rooms.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/ports/forwarding.hpp"
#include "tests/unit/features/room.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

/// Everything passes a transaction of its own, too.
class Wrapped final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::unique_ptr<Transaction> begin() override {
    return std::make_unique<ForwardingTransaction>(inner().begin());
  }
};

/// Behind which no memory store can be seen.
class Foreign final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::unique_ptr<Transaction> begin() override {
    return std::make_unique<ForeignTransaction>(inner().begin());
  }
  Store& innermost() noexcept override { return *this; }

 private:
  class ForeignTransaction final : public ForwardingTransaction {
   public:
    using ForwardingTransaction::ForwardingTransaction;
    Transaction& innermost() noexcept override { return *this; }
  };
};

struct Undone {};

/// A memory store behind three decorators, with a row beside each account.
struct TeaStore {
  std::unique_ptr<Store> kept = memory::make_memory_store();
  testing::FaultyStore faults{*kept};
  Wrapped wrapped{faults};
  ForwardingStore store{static_cast<Store&>(wrapped)};
  testing::ScriptedRandom random;
  std::map<UserId, std::string> teas;
  const UtcTime now = from_unix_millis(1'800'000'000'000);

  TeaStore() {
    memory::on_user_deleted(store, [this](Transaction& tx, const UserId& user) {
      memory::keep(tx, teas, user);
      teas.erase(user);
    });
  }

  void pour(Transaction& tx, const UserId& user, const std::string& tea) {
    memory::keep(tx, teas, user);
    teas.insert_or_assign(user, tea);
  }
  /// Does it, and undoes it.
  template <class Work>
  void undo(Work work) {
    CHECK_THROWS_AS(store.transact([&](Transaction& tx) {
      work(tx);
      throw Undone{};
    }),
                    Undone);
  }
  NewUser candidate(std::string_view address, bool is_verified) {
    return {.id = UserId::make(now, random),
            .email = email(address),
            .first_name = {},
            .last_name = {},
            .is_verified = is_verified,
            .password_hash = PasswordHash{"$a hash"},
            .now = now};
  }
  /// An account with a tea.
  UserId user(std::string_view address, bool is_verified = true) {
    const auto made = candidate(address, is_verified);
    store.transact([&](Transaction& tx) {
      REQUIRE(tx.users().create_user(made).outcome == UserWriteOutcome::written);
      pour(tx, made.id, "of " + std::string{address});
    });
    return made.id;
  }
};

/// One way in which accounts are deleted.
struct Deletion {
  const char* what;
  bool was_verified;
  std::function<void(TeaStore&, Transaction&, const UserId&)> happen;
};

const std::vector<Deletion>& deletions() {
  static const std::vector<Deletion> all{
      {"by its id", true,
       [](TeaStore&, Transaction& tx, const UserId& id) {
         CHECK(tx.users().delete_user(id, {}) == UserWriteOutcome::written);
       }},
      {"by the clean-up", false,
       [](TeaStore& t, Transaction& tx, const UserId&) {
         CHECK(tx.users().delete_unverified_before(t.now + 1h, 10) == 1);
       }},
      {"by an account that is vouched for", false,
       [](TeaStore& t, Transaction& tx, const UserId& id) {
         const auto done = tx.users().create_user(t.candidate("ada@example.org", true));
         CHECK(done.gave_way == id);
       }},
      {"by an account that is moved to its address", false,
       [](TeaStore& t, Transaction& tx, const UserId& id) {
         const auto other = t.candidate("other@example.org", true);
         static_cast<void>(tx.users().create_user(other));
         const auto done =
             tx.users().update_user(other.id, {}, {.email = email("ada@example.org")}, t.now);
         CHECK(done.gave_way == id);
       }},
  };
  return all;
}

}  // namespace

TEST_CASE("rows are put back as they were when the transaction is undone") {
  TeaStore t;
  const UserId a = UserId::make(t.now, t.random);
  const UserId b = UserId::make(t.now, t.random);
  const UserId c = UserId::make(t.now, t.random);
  t.store.transact([&](Transaction& tx) {
    t.pour(tx, a, "assam");
    t.pour(tx, b, "bai mudan");
  });
  const auto before = t.teas;
  CHECK(before.size() == 2);

  t.undo([&](Transaction& tx) {
    t.pour(tx, a, "another");
    t.pour(tx, a, "and another");
    memory::keep(tx, t.teas, b);
    t.teas.erase(b);
    t.pour(tx, b, "a new one in its place");
    t.pour(tx, c, "ceylon");
    memory::keep(tx, t.teas, c);
    t.teas.erase(c);
    t.pour(tx, c, "ceylon once more");
    CHECK(t.teas != before);
  });
  CHECK(t.teas == before);
}

TEST_CASE("an error, a failed commit and a lost answer do to rows what they do to accounts") {
  TeaStore t;
  const UserId a = UserId::make(t.now, t.random);
  const auto pour = [&](const std::string& tea) {
    return t.store.transact([&](Transaction& tx) -> Result<void> {
      t.pour(tx, a, tea);
      return tea.empty() ? Result<void>{ErrorCode::not_found} : Result<void>{};
    });
  };
  CHECK_ERROR(pour(""), ErrorCode::not_found);
  CHECK(t.teas.empty());
  t.faults.fail_next_commit();
  CHECK_THROWS_AS(static_cast<void>(pour("assam")), Unavailable);
  CHECK(t.teas.empty());
  t.faults.lose_next_answer();
  CHECK_THROWS_AS(static_cast<void>(pour("assam")), Unavailable);
  CHECK(t.teas.at(a) == "assam");
}

TEST_CASE("what is to be undone is undone from the last to the first, and only then") {
  TeaStore t;
  std::string undone;
  const auto work = [&](Transaction& tx) {
    for (const char c : {'a', 'b', 'c'}) {
      memory::on_rollback(tx, [&undone, c] { undone += c; });
    }
  };
  t.store.transact(work);
  CHECK(undone.empty());
  t.undo(work);
  CHECK(undone == "cba");
  t.undo([](Transaction&) {});
  CHECK(undone == "cba");
}

TEST_CASE("rows go with their account, however it is deleted, and no other's do") {
  for (const auto& deletion : deletions()) {
    CAPTURE(deletion.what);
    TeaStore t;
    const auto bob = t.user("bob@example.org");
    const auto ada = t.user("ada@example.org", deletion.was_verified);
    const auto before = t.teas;

    t.undo([&](Transaction& tx) {
      deletion.happen(t, tx, ada);
      CHECK_FALSE(t.teas.contains(ada));
    });
    CHECK(t.teas == before);
    CHECK(t.store.users().find(ada));

    t.store.transact([&](Transaction& tx) { deletion.happen(t, tx, ada); });
    CHECK_FALSE(t.teas.contains(ada));
    CHECK(t.teas.contains(bob));
    CHECK_FALSE(t.store.users().find(ada));
  }
}

TEST_CASE("a deletion that is refused takes no row along") {
  TeaStore t;
  const auto ada = t.user("ada@example.org");
  t.store.transact([&](Transaction& tx) {
    CHECK(tx.users().delete_user(ada, 7) == UserWriteOutcome::version_conflict);
    CHECK(tx.users().delete_unverified_before(t.now + 1h, 10) == 0);
    CHECK(tx.users().create_user(t.candidate("ada@example.org", true)).outcome ==
          UserWriteOutcome::email_taken);
  });
  CHECK(t.teas.contains(ada));
}

TEST_CASE("an account that is taken over keeps its id, and its rows") {
  TeaStore t;
  const auto ada = t.user("ada@example.org", false);
  t.store.transact([&](Transaction& tx) {
    const auto done = tx.users().create_or_take_over(t.candidate("ada@example.org", true));
    REQUIRE(done.outcome == UserWriteOutcome::written);
    CHECK(done.user->id == ada);
  });
  CHECK(t.teas.contains(ada));
}

TEST_CASE("every room is told of a deletion") {
  TeaStore t;
  std::vector<UserId> told;
  memory::on_user_deleted(t.wrapped,
                          [&](Transaction&, const UserId& user) { told.push_back(user); });
  const auto ada = t.user("ada@example.org");
  t.store.transact(
      [&](Transaction& tx) { static_cast<void>(tx.users().delete_user(ada, std::nullopt)); });
  CHECK(told == std::vector{ada});
  CHECK(t.teas.empty());
}

TEST_CASE("rows of a feature go with an account whose owner deletes it, and not when that fails") {
  std::map<UserId, std::string> teas;
  auto kept = memory::make_memory_store();
  memory::on_user_deleted(*kept, [&](Transaction& tx, const UserId& user) {
    memory::keep(tx, teas, user);
    teas.erase(user);
  });
  Fixture f{.t = testing::TestAuth{{}, std::move(kept)}};
  const auto ada = f.verified_user("ada@example.org");
  f.t.store().transact([&](Transaction& tx) {
    memory::keep(tx, teas, ada.id);
    teas.insert_or_assign(ada.id, "assam");
  });
  const auto remove = [&] {
    return f.auth().users().delete_account(ada.id, password(good), f.client);
  };
  f.t.faults().fail_next_commit();
  CHECK_THROWS_AS(static_cast<void>(remove()), Unavailable);
  CHECK(teas.size() == 1);
  CHECK_OK(remove());
  CHECK(teas.empty());
}

TEST_CASE("a Store of another kind is refused") {
  TeaStore t;
  Foreign foreign{*t.kept};
  CHECK_THROWS_AS(memory::on_user_deleted(foreign, [](Transaction&, const UserId&) {}),
                  std::invalid_argument);
  const auto ada = UserId::make(t.now, t.random);
  foreign.transact([&](Transaction& tx) {
    CHECK_THROWS_AS(memory::on_rollback(tx, [] {}), std::invalid_argument);
    CHECK_THROWS_AS(memory::keep(tx, t.teas, ada), std::invalid_argument);
  });
}
