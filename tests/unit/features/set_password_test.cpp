// A password that a feature or an embedder's own code sets, as a part of something else.

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
