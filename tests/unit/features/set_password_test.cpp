// A password that a feature or an embedder's own code sets, as a part of something else.

#include <memory>
#include <utility>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/ports/forwarding.hpp"
#include "tests/unit/features/room.hpp"

using namespace coffeeauth;
using features::Room;

namespace {

struct World {
  Room room;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  User ada = f.verified_user("ada@example.org");
  PasswordHash next = room.kernel->passwords().hash(password(other_good));

  Result<User> set(NewPassword wanted, const ErrorCode* then = nullptr) {
    return f.t.store().transact([&](Transaction& tx) -> Result<User> {
      auto done = room.kernel->set_password(tx, ada.id, wanted, f.client);
      if (done && then != nullptr) return *then;
      return done;
    });
  }
  std::size_t told() { return f.t.events().count(EventKind::password_changed); }
};

/// Counts how often transactions look for an account by its address.
class CountsReads final : public ForwardingStore {
 public:
  CountsReads(Store& inner, int& reads) : ForwardingStore(inner), reads_(reads) {}

  std::unique_ptr<Transaction> begin() override {
    return std::make_unique<Counting>(inner().begin(), reads_);
  }

 private:
  class Users final : public ForwardingUsers {
   public:
    using ForwardingUsers::find_credentials;
    Users(Transaction& inner, int& reads) : ForwardingUsers(inner), reads_(reads) {}
    std::optional<Credentials> find_credentials(const EmailAddress& email) override {
      ++reads_;
      return ForwardingUsers::find_credentials(email);
    }

   private:
    int& reads_;
  };
  class Counting final : public ForwardingTransaction {
   public:
    Counting(std::unique_ptr<Transaction> given, int& reads)
        : ForwardingTransaction(std::move(given)), users_(inner(), reads) {}
    UserWrites& users() override { return users_; }

   private:
    Users users_;
  };

  int& reads_;
};

}  // namespace

TEST_CASE("a password is set with its event and its notice, and ends the sessions") {
  World w;
  const auto kept = w.f.log_in("ada@example.org").value();
  const auto other = w.f.log_in("ada@example.org").value();
  const auto session = w.f.who(kept).value().session;
  const auto mails = w.f.mails_to("ada@example.org");

  CHECK_OK(w.set({.hash = w.next, .keeps_session = session}));
  CHECK_ERROR(w.f.who(other), ErrorCode::token_invalid);
  CHECK_ERROR(w.f.refresh(other), ErrorCode::token_invalid);
  CHECK_OK(w.f.refresh(kept));
  CHECK_ERROR(w.f.log_in("ada@example.org"), ErrorCode::invalid_credentials);
  CHECK_OK(w.f.log_in("ada@example.org", other_good));
  CHECK(w.told() == 1);
  CHECK(w.f.mails_to("ada@example.org") == mails + 1);
}

TEST_CASE("a password that no session sets is told of as an account that was recovered") {
  World w;
  const auto session = w.f.who(w.f.log_in("ada@example.org").value()).value().session;
  const auto details = [&] { return w.f.t.events().last(EventKind::password_changed)->details; };
  REQUIRE_OK(w.set({.hash = w.next, .keeps_session = session}));
  CHECK(details().empty());
  REQUIRE_OK(w.set({.hash = w.next}));
  CHECK(details() == std::vector<EventDetail>{{"account", "recovered"}});
}

TEST_CASE(
    "the first password of an account removes what a stranger may have typed, no other does") {
  World w;
  REQUIRE_OK(w.f.sign_up("bob@example.org", good, "Mallory"));
  const auto bob = w.f.t.store().users().find_credentials(email("bob@example.org"))->user.id;
  REQUIRE_OK(w.f.auth().admin().update_user(bob, {.is_verified = true}, std::nullopt, w.ada.id,
                                            w.f.client));
  w.ada.id = bob;
  const auto name = [&] { return w.f.auth().users().get(bob)->first_name; };
  SUBCASE("whatever its hash is") { CHECK_OK(w.set({.hash = w.next})); }
  SUBCASE("if it has none yet") {
    CHECK_OK(w.set({.hash = w.next, .expects_password_hash = PasswordHash{}}));
  }
  CHECK(name().empty());
  REQUIRE_OK(w.f.auth().users().update_profile(bob, {.first_name = "Bob"}, w.f.client));
  CHECK_OK(w.set({.hash = w.room.kernel->passwords().hash(password(good))}));
  CHECK(name() == "Bob");
}

TEST_CASE("a notice to an account that is at hand does not read it again for its language") {
  const auto store = memory::make_memory_store();
  int reads = 0;
  Room room;
  Fixture f{.t = testing::TestAuth{
                {.store = std::make_unique<CountsReads>(*store, reads), .features = {&room}}}};
  const auto ada = f.verified_user("ada@example.org");
  const auto boss = f.admin("boss@example.org");
  const auto mails = f.mails_to("ada@example.org");
  REQUIRE(ada.language.empty());
  const auto read_by = [&](const std::function<void(Transaction&)>& work) {
    const auto before = reads;
    f.t.store().transact(work);
    return reads - before;
  };

  const auto hash = room.kernel->passwords().hash(password(other_good));
  CHECK(read_by([&](Transaction& tx) {
          CHECK_OK(room.kernel->set_password(tx, ada.id, {.hash = hash}, f.client));
        }) == 0);
  CHECK_MESSAGE(read_by([&](Transaction& tx) {
                  room.kernel->notify(tx, mail_kind::password_changed, {.to = ada.email}, {});
                }) == 1,
                "only an address is at hand");
  const auto before = reads;
  REQUIRE_OK(
      f.auth().admin().update_user(ada.id, {.email = email("next@example.org")}, {}, boss.id, {}));
  CHECK(reads == before);
  CHECK(f.mails_to("ada@example.org") == mails + 3);
}

TEST_CASE("a password is set together with what else the transaction does, or not at all") {
  World w;
  const auto tokens = w.f.log_in("ada@example.org").value();
  const auto mails = w.f.mails_to("ada@example.org");
  const auto refused = ErrorCode::not_found;

  CHECK_ERROR(w.set({.hash = w.next}, &refused), refused);
  w.f.t.faults().fail_next_commit();
  CHECK_THROWS_AS(static_cast<void>(w.set({.hash = w.next})), Unavailable);

  CHECK_OK(w.f.who(tokens));
  CHECK_OK(w.f.log_in("ada@example.org"));
  CHECK(w.told() == 0);
  CHECK(w.f.mails_to("ada@example.org") == mails);
}

TEST_CASE("a password is not set for an account that is no longer as expected") {
  World w;
  CHECK_ERROR(w.set({.hash = w.next, .expects_password_hash = w.next}),
              ErrorCode::version_conflict);
  CHECK_ERROR(w.set({.hash = w.next, .expects_security_version = w.ada.security_version + 1}),
              ErrorCode::version_conflict);
  CHECK_OK(w.f.log_in("ada@example.org"));
  CHECK(w.told() == 0);
  CHECK_OK(w.set({.hash = w.next, .expects_security_version = w.ada.security_version}));
}

TEST_CASE("no password is set for a mailbox that was not proved, nor for an account that is gone") {
  World w;
  const auto admin = w.f.admin("root@example.org");
  auto& admins = w.f.auth().admin();
  REQUIRE_OK(admins.update_user(w.ada.id, {.is_verified = false}, {}, admin.id, {}));
  CHECK_ERROR(w.set({.hash = w.next}), ErrorCode::email_not_verified);
  REQUIRE_OK(admins.delete_user(w.ada.id, {}, admin.id, {}));
  CHECK_ERROR(w.set({.hash = w.next}), ErrorCode::not_found);
  CHECK(w.told() == 0);
}
