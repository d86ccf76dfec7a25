// What goes when somebody else changed the account, or undoes what a thief did.

#include <string>
#include <vector>

#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

void undo_since(World& w, const UserId& user, UtcTime since) {
  w.t.store().transact([&](Transaction& tx) {
    w.auth().kernel().record(
        tx, {.kind = EventKind{"email_change_undone"}, .user = user, .undone_since = since});
  });
}

TEST_CASE("an undone change takes what a thief added, and leaves the owner's") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    auto principal = w.principal(w.user());
    std::vector<std::string> codes;
    const auto own = w.add(principal, &codes);
    principal = w.renewed(principal);
    const auto since = w.t.clock().now();
    w.t.clock().advance(1min);
    const auto thiefs = w.enrol(principal);
    REQUIRE_OK(w.room.confirm(principal, thiefs.id, w.code(thiefs), home));
    w.t.clock().advance(30s);
    const auto device = w.trusted(thiefs);
    const auto ticket = w.asked();

    undo_since(w, principal.user.id, since);
    CHECK(w.stored(principal.user.id).second_factor);
    const auto left = w.room.overview(w.stored(principal.user.id));
    REQUIRE(left.factors.size() == 1);
    CHECK(left.factors[0].id == own.id);
    CHECK(left.recovery_codes_left == 10);
    CHECK_FALSE(is_session(w.log_in(ada_address, somewhere, device)));
    CHECK_ERROR(w.prove(ticket, own, w.code(own)), ErrorCode::token_invalid);
    CHECK(w.t.events().count(factor_removed) == 1);
    CHECK(is_session(w.prove(w.asked(), codes[0])));
    CHECK(is_session(w.prove(w.asked(), own, w.code(own))));
  });
}

TEST_CASE("an undone change takes recovery codes that a thief made") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    auto principal = w.principal(w.user());
    const auto own = w.add(principal);
    principal = w.renewed(principal);
    const auto since = w.t.clock().now();
    const auto thiefs = w.room.renew_recovery_codes(principal, home);
    REQUIRE_OK(thiefs);
    undo_since(w, principal.user.id, since);
    CHECK(w.room.overview(principal.user).recovery_codes_left == 0);
    CHECK_ERROR(w.prove(w.asked(), thiefs->codes[0].expose_secret()), ErrorCode::invalid_code);
    CHECK(is_session(w.prove(w.asked(), own, w.code(own))));
  });
}

TEST_CASE("an undone change takes the only factor of a thief, whatever the policy says") {
  on_each_store([](const Backend& backend) {
    World w{backend, {.policy = Policy::everyone}};
    const auto principal = w.principal(w.user());
    const auto since = w.t.clock().now();
    static_cast<void>(w.add(principal));
    undo_since(w, principal.user.id, since);
    CHECK_FALSE(w.stored(principal.user.id).second_factor);
    const auto left = w.room.overview(w.stored(principal.user.id));
    CHECK(left.factors.empty());
    CHECK(left.recovery_codes_left == 0);
    CHECK(is_session(w.log_in()));
  });
}

TEST_CASE("an app that waits goes with an undone change") {
  World w{backends().front()};
  const auto principal = w.principal(w.user());
  const auto app = w.enrol(principal);
  undo_since(w, principal.user.id, w.t.clock().now() + 1h);
  CHECK_ERROR(w.room.confirm(principal, app.id, w.code(app), home), ErrorCode::invalid_code);
}

TEST_CASE("an administrator's reset takes everything, ends all sessions, and is told") {
  on_each_store([](const Backend& backend) {
    World w{backend, {.policy = Policy::everyone}};
    const auto boss = w.user("boss@example.org", Role::admin);
    const auto ada = w.user();
    std::vector<std::string> codes;
    const auto app = w.add(w.principal(ada), &codes);
    const auto device = w.trusted(app);
    const auto ticket = w.asked();
    CHECK_OK(w.room.reset(ada.user.id, boss.user.id, somewhere));
    CHECK_FALSE(w.stored(ada.user.id).second_factor);
    CHECK(w.auth().sessions().list(ada.user.id).empty());
    CHECK_ERROR(w.prove(ticket, app, w.code(app)), ErrorCode::token_invalid);
    const auto left = w.room.overview(w.stored(ada.user.id));
    CHECK(left.factors.empty());
    CHECK(left.recovery_codes_left == 0);
    CHECK(w.room.devices(ada.user.id).empty());
    CHECK(is_session(w.log_in()));
    const auto event = w.t.events().last(second_factor_reset);
    REQUIRE(event);
    CHECK(event->actor == boss.user.id);
    w.t.deliver_mail();
    const auto mail = w.t.mailer().delivered().back();
    CHECK(mail.subject.find("your second factors were removed") != std::string::npos);
    CHECK_MESSAGE(mail.text.find(somewhere.address) == std::string::npos,
                  "not the administrator's network");
  });
}

TEST_CASE("nobody's second factor is reset, and one that has none is none the worse") {
  World w{backends().front()};
  CHECK_ERROR(w.room.reset(UserId::make(w.t.clock().now(), w.t.random()), std::nullopt, somewhere),
              ErrorCode::not_found);
  CHECK_OK(w.room.reset(w.user().user.id, std::nullopt, somewhere));
  CHECK(is_session(w.log_in()));
}

}  // namespace
}  // namespace coffeeauth::second_factor
