// What is recorded happens with the change that it tells of, or not at all.

#include <string>
#include <vector>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/ports/forwarding.hpp"
#include "tests/unit/features/room.hpp"

using namespace coffeeauth;
using features::Room;

namespace {

/// What a transaction's hooks were told.
std::vector<TransactionEnd> ends_of(Store& store, const std::function<void(Transaction&)>& work) {
  std::vector<TransactionEnd> ends;
  try {
    store.transact([&](Transaction& tx) {
      tx.at_end([&](TransactionEnd end) { ends.push_back(end); });
      work(tx);
    });
  } catch (const std::exception&) {
    // The test asks for it.
  }
  return ends;
}

/// Its first transactions lose a conflict.
class Conflicting final : public ForwardingStore {
 public:
  Conflicting(Store& inner, int conflicts) : ForwardingStore(inner), left_(conflicts) {}

  std::unique_ptr<Transaction> begin() override {
    return std::make_unique<Losing>(inner().begin(), left_);
  }

 private:
  class Losing final : public ForwardingTransaction {
   public:
    Losing(std::unique_ptr<Transaction> inner, int& left)
        : ForwardingTransaction(std::move(inner)), left_(left) {}
    void commit() override {
      if (left_-- > 0) throw TransactionConflict{};
      inner().commit();
    }

   private:
    int& left_;
  };

  int left_;
};

}  // namespace

TEST_CASE("hooks are told how the transaction ended") {
  const auto store = memory::make_memory_store();
  testing::FaultyStore faults{*store};

  CHECK(ends_of(faults, [](Transaction&) {}) == std::vector{TransactionEnd::committed});
  CHECK(ends_of(faults, [](Transaction&) { throw std::runtime_error{"undone"}; }) ==
        std::vector{TransactionEnd::rolled_back});
  faults.lose_next_answer();
  CHECK(ends_of(faults, [](Transaction&) {}) == std::vector{TransactionEnd::unknown});
  CHECK(ends_of(faults, [](Transaction& tx) { tx.commit(); }).size() == 1);
}

TEST_CASE("an error undoes, and hooks know") {
  const auto store = memory::make_memory_store();
  std::vector<TransactionEnd> ends;
  const auto refused = store->transact([&](Transaction& tx) -> Result<void> {
    tx.at_end([&](TransactionEnd end) { ends.push_back(end); });
    return ErrorCode::not_found;
  });
  CHECK_ERROR(refused, ErrorCode::not_found);
  CHECK(ends == std::vector{TransactionEnd::rolled_back});
}

TEST_CASE("a try that loses a conflict tells its own hooks, and the next one its own") {
  const auto kept = memory::make_memory_store();
  Conflicting store{*kept, 2};
  CHECK(ends_of(store, [](Transaction&) {}) == std::vector{TransactionEnd::rolled_back,
                                                           TransactionEnd::rolled_back,
                                                           TransactionEnd::committed});
}

TEST_CASE("hooks run in order, may begin a transaction, and what they throw is dropped") {
  const auto store = memory::make_memory_store();
  std::string told;
  store->transact([&](Transaction& tx) {
    tx.at_end([&](TransactionEnd) { told += "a"; });
    tx.at_end([&](TransactionEnd) { throw std::runtime_error{"a hook's own"}; });
    tx.at_end([&](TransactionEnd) { store->transact([&](Transaction&) { told += "b"; }); });
    told += "work ";
  });
  CHECK(told == "work ab");
}

TEST_CASE("behind decorators the innermost transaction and Store are the ones that keep the rows") {
  const auto kept = memory::make_memory_store();
  testing::FaultyStore faults{*kept};
  ForwardingStore outer{faults};

  CHECK(&outer.innermost() == kept.get());
  outer.transact([&](Transaction& tx) {
    CHECK(&tx.innermost() != &tx);
    CHECK(&tx.innermost() == &tx.innermost().innermost());
  });
}

// None of them lacks a verb of its port.
static_assert(!std::is_abstract_v<ForwardingUsers> && !std::is_abstract_v<ForwardingSignUps> &&
              !std::is_abstract_v<ForwardingSessions> && !std::is_abstract_v<ForwardingOutbox> &&
              !std::is_abstract_v<ForwardingKeys>);

TEST_CASE("a recorder writes in the transaction of what it is told") {
  Room room;
  room.mail_on = EventKind::signed_up;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};

  REQUIRE_OK(f.sign_up("ada@example.org"));
  CHECK(room.recorded == std::vector<std::string>{"signed_up", "code_queued"});
  CHECK(f.t.store().outbox().depth().pending == 2);
  CHECK(f.t.events().count(EventKind::signed_up) == 1);
}

TEST_CASE("what a recorder throws undoes the change, and nobody is told of it") {
  Room room;
  room.throws_on = EventKind::user_updated;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  const auto user = f.verified_user("ada@example.org");

  CHECK_THROWS_AS(static_cast<void>(f.auth().users().update_profile(
                      user.id, {.first_name = "Augusta"}, f.client)),
                  std::runtime_error);
  CHECK(f.auth().users().get(user.id).value().first_name == "Ada");
  CHECK(f.t.events().count(EventKind::user_updated) == 0);
}

TEST_CASE("a change that is rolled back is told to nobody") {
  Fixture f;
  const auto user = f.verified_user("ada@example.org");
  f.t.faults().fail_next_commit();
  CHECK_THROWS_AS(static_cast<void>(f.auth().users().update_profile(
                      user.id, {.first_name = "Augusta"}, f.client)),
                  Unavailable);
  CHECK(f.t.events().count(EventKind::user_updated) == 0);
}

TEST_CASE("every change of an account is told to recorders, with what it was") {
  Room room;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  const auto admin = f.admin("root@example.org");
  const auto user = f.verified_user("ada@example.org");
  const auto tokens = f.log_in("ada@example.org").value();
  const auto next = f.refresh(tokens).value();
  REQUIRE_OK(f.auth().admin().update_user(user.id, {.role = Role::admin}, {}, admin.id, {}));
  REQUIRE_OK(f.auth().admin().update_user(user.id, {.is_active = false}, {}, admin.id, {}));
  REQUIRE_OK(f.auth().admin().delete_user(user.id, {}, admin.id, {}));

  CHECK(room.recorded == std::vector<std::string>{"role_changed", "signed_up", "code_queued",
                                                  "user_verified", "logged_in", "session_refreshed",
                                                  "user_updated", "role_changed", "user_updated",
                                                  "user_disabled", "user_deleted"});
  static_cast<void>(next);
}

TEST_CASE("recorders hear of a changed password and of a proof, and can undo them") {
  Room room;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  f.verified_user("ada@example.org");
  const auto principal = f.who(f.log_in("ada@example.org").value()).value();
  auto& sessions = f.auth().sessions();
  const auto prove = [&] { return sessions.reauthenticate(principal, password(good), f.client); };
  const auto change = [&] {
    return sessions.change_password(principal, password(good), password(other_good), f.client);
  };

  for (const auto& kind : {EventKind::reauthenticated, EventKind::password_changed}) {
    room.throws_on = kind;
    if (kind == EventKind::reauthenticated) {
      CHECK_THROWS_AS(static_cast<void>(prove()), std::runtime_error);
    } else {
      CHECK_THROWS_AS(static_cast<void>(change()), std::runtime_error);
    }
    CHECK(f.t.events().count(kind) == 0);
  }
  CHECK(f.t.store().outbox().depth().pending == 0);
  room.throws_on.reset();
  room.recorded.clear();
  CHECK_OK(prove());
  CHECK_OK(change());
  CHECK(room.recorded == std::vector<std::string>{"reauthenticated", "password_changed"});
}
