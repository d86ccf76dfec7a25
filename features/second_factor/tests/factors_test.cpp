// The factors of whoever is logged in.

#include <string>
#include <vector>

#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

TEST_CASE("a confirmed app turns the second factor on, and its session goes on with it") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto principal = w.principal(ada);
    REQUIRE(is_session(w.log_in()));
    CHECK(w.auth().sessions().list(ada.user.id).size() == 2);
    const auto made = w.room.enrol(principal, " My phone ", home);
    REQUIRE_OK(made);
    CHECK(made->expires_at == w.t.clock().now() + 10min);
    CHECK(made->secret.size() == 32);
    CHECK(made->uri.expose_secret().starts_with("otpauth://totp/"));
    CHECK(made->uri.expose_secret().find("ada%40example.org") != std::string_view::npos);
    CHECK(w.room.overview(principal.user).factors.empty());
    CHECK_MESSAGE(is_session(w.log_in()), "an app that waits is asked for by nobody");

    const auto app = w.enrol(principal);
    CHECK_ERROR(w.room.confirm(principal, made->id, w.code(app), home), ErrorCode::invalid_code);
    CHECK_ERROR(w.room.confirm(principal, app.id, w.wrong_code(app), home),
                ErrorCode::invalid_code);
    const auto done = w.room.confirm(principal, app.id, w.code(app), home);
    REQUIRE_OK(done);
    CHECK(done->factor.label == "Phone");
    CHECK(done->factor.confirmed_at == w.t.clock().now());
    REQUIRE(done->recovery_codes);
    CHECK(done->recovery_codes->codes.size() == 10);

    CHECK(w.stored(ada.user.id).second_factor);
    REQUIRE(w.auth().sessions().list(ada.user.id).size() == 1);
    CHECK(w.auth().sessions().list(ada.user.id).front().id == principal.session);
    CHECK(w.methods_of(principal.session) == "password totp");
    CHECK_ERROR(w.auth().sessions().authenticate(ada.authorization), ErrorCode::token_invalid);
    CHECK_OK(w.auth().sessions().refresh(ada.tokens.refresh_token.expose_secret(), home));
    CHECK_OK(w.auth().sessions().require_recent(w.renewed(principal)));

    CHECK(w.t.events().count(factor_added) == 1);
    CHECK(w.t.events().count(second_factor_on) == 1);
    CHECK(w.mails_of("an authenticator app was added") == 1);
    for (const auto& mail : w.t.mailer().delivered()) {
      CHECK_MESSAGE(mail.text.find("Phone") == std::string::npos, "a label may be a thief's words");
    }
    CHECK_ERROR(w.room.confirm(w.renewed(principal), app.id, w.code(app, 1), home),
                ErrorCode::invalid_code);
  });
}

TEST_CASE("confirming an app makes the session no more recent than it was") {
  World w{backends().front()};
  const auto principal = w.principal(w.user());
  w.t.clock().advance(8min);
  static_cast<void>(w.add(principal));
  CHECK_OK(w.auth().sessions().require_recent(w.renewed(principal)));
  w.t.clock().advance(2min);
  CHECK_ERROR(w.auth().sessions().require_recent(w.renewed(principal)),
              ErrorCode::reauthentication_required);
}

TEST_CASE("an app can be confirmed for ten minutes") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto principal = w.principal(w.user());
    const auto app = w.enrol(principal);
    w.t.clock().advance(10min);
    CHECK_ERROR(w.room.confirm(principal, app.id, w.code(app), home), ErrorCode::invalid_code);
    CHECK_FALSE(w.stored(principal.user.id).second_factor);
  });
}

TEST_CASE("an account has so many apps, each of which logs in, and the codes stay") {
  on_each_store([](const Backend& backend) {
    World w{backend, {.totp_max = 2}};
    auto principal = w.principal(w.user());
    std::vector<std::string> codes;
    const auto first = w.add(principal, &codes);
    principal = w.renewed(principal);
    const auto second = w.enrol(principal, "Tablet");
    const auto confirmed = w.room.confirm(principal, second.id, w.code(second), home);
    REQUIRE_OK(confirmed);
    CHECK_MESSAGE(!confirmed->recovery_codes, "there are some already");
    CHECK_ERROR(w.room.enrol(principal, "Watch", home), limit_reached);
    w.t.clock().advance(30s);
    CHECK(is_session(w.prove(w.asked(), first, w.code(first))));
    CHECK(is_session(w.prove(w.asked(), second, w.code(second))));
    CHECK(is_session(w.prove(w.asked(), codes[0])));
  });
}

TEST_CASE("the last app that is removed turns the second factor off, and what hangs on it goes") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    auto principal = w.principal(w.user());
    const auto first = w.add(principal);
    principal = w.renewed(principal);
    const auto second = w.enrol(principal);
    REQUIRE_OK(w.room.confirm(principal, second.id, w.code(second), home));
    CHECK_OK(w.room.remove(principal, first.id, home));
    CHECK(w.stored(principal.user.id).second_factor);
    CHECK(w.room.overview(principal.user).recovery_codes_left == 10);
    CHECK_ERROR(w.room.remove(principal, first.id, home), ErrorCode::not_found);
    CHECK_OK(w.room.remove(principal, second.id, home));
    CHECK_FALSE(w.stored(principal.user.id).second_factor);
    CHECK(w.room.overview(w.stored(principal.user.id)).recovery_codes_left == 0);
    CHECK(w.t.events().count(EventKind::second_factor_off) == 1);
    CHECK(w.t.events().count(factor_removed) == 2);
    CHECK(w.mails_of("an authenticator app was removed") == 2);
    CHECK(is_session(w.log_in()));
  });
}

TEST_CASE("an app that waits is removed without a word") {
  World w{backends().front()};
  const auto principal = w.principal(w.user());
  const auto app = w.enrol(principal);
  CHECK_OK(w.room.remove(principal, app.id, home));
  CHECK_ERROR(w.room.confirm(principal, app.id, w.code(app), home), ErrorCode::invalid_code);
  CHECK(w.t.events().count(factor_removed) == 0);
  CHECK(w.mails_of("removed") == 0);
}

TEST_CASE("factors are changed by their owner alone, with a session that lives") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    auto ada = w.principal(w.user());
    const auto app = w.add(ada);
    ada = w.renewed(ada);
    const auto bob = w.principal(w.user("bob@example.org"));
    CHECK_ERROR(w.room.remove(bob, app.id, home), ErrorCode::not_found);
    CHECK_ERROR(w.room.rename(bob, app.id, "mine"), ErrorCode::not_found);
    const auto pending = w.enrol(ada);
    CHECK_ERROR(w.room.confirm(bob, pending.id, w.code(pending), home), ErrorCode::invalid_code);
    CHECK_ERROR(w.room.rename(ada, app.id, std::string(151, 'x')), ErrorCode::validation_failed);
    const auto renamed = w.room.rename(ada, app.id, "Old phone");
    REQUIRE_OK(renamed);
    CHECK(renamed->label == "Old phone");

    auto stale = ada;
    --stale.user.security_version;
    CHECK_ERROR(w.room.remove(stale, app.id, home), ErrorCode::token_invalid);
    CHECK_ERROR(w.room.renew_recovery_codes(stale, home), ErrorCode::token_invalid);
    CHECK_ERROR(w.room.require(stale, false, home), ErrorCode::token_invalid);
    REQUIRE_OK(w.auth().sessions().end(ada.user.id, ada.session, home));
    CHECK_ERROR(w.room.enrol(ada, "", home), ErrorCode::token_invalid);
    CHECK_ERROR(w.room.confirm(ada, pending.id, w.code(pending), home), ErrorCode::token_invalid);
    CHECK_ERROR(w.room.remove(ada, app.id, home), ErrorCode::token_invalid);
  });
}

TEST_CASE("the second factor is turned off and on again, with the same app and new codes") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    auto principal = w.principal(w.user());
    CHECK_ERROR(w.room.require(principal, true, home), nothing_enrolled);
    CHECK_ERROR(w.room.renew_recovery_codes(principal, home), nothing_enrolled);
    std::vector<std::string> codes;
    const auto app = w.add(principal, &codes);
    principal = w.renewed(principal);
    auto again = w.room.require(principal, true, home);
    REQUIRE_OK(again);
    CHECK_FALSE(*again);

    const auto off = w.room.require(principal, false, home);
    REQUIRE_OK(off);
    CHECK_FALSE(*off);
    CHECK_FALSE(w.stored(principal.user.id).second_factor);
    CHECK(is_session(w.log_in()));
    CHECK(w.room.overview(w.stored(principal.user.id)).factors.size() == 1);
    CHECK(w.mails_of("no longer need a second factor") == 1);

    principal = w.renewed(principal);
    again = w.room.require(principal, true, home);
    REQUIRE_OK(again);
    REQUIRE(*again);
    CHECK((*again)->codes.size() == 10);
    CHECK(w.mails_of("in two steps now") == 1);
    CHECK_MESSAGE(w.auth().sessions().list(principal.user.id).size() == 1, "the others end");
    CHECK_ERROR(w.prove(w.asked(), codes[0]), ErrorCode::invalid_code);
    CHECK(is_session(w.prove(w.asked(), (*again)->codes[0].expose_secret())));
    CHECK(is_session(w.prove(w.asked(), app, w.code(app))));
  });
}

TEST_CASE("new recovery codes void the former ones, and the owner is told") {
  on_each_store([](const Backend& backend) {
    World w{backend, {.recovery_codes = 5}};
    auto principal = w.principal(w.user());
    std::vector<std::string> codes;
    static_cast<void>(w.add(principal, &codes));
    principal = w.renewed(principal);
    const auto made = w.room.renew_recovery_codes(principal, home);
    REQUIRE_OK(made);
    CHECK(made->codes.size() == 5);
    CHECK(w.mails_of("you have new recovery codes") == 1);
    CHECK_ERROR(w.prove(w.asked(), codes[0]), ErrorCode::invalid_code);
    CHECK(is_session(w.prove(w.asked(), made->codes[4].expose_secret())));
    CHECK(w.room.overview(principal.user).recovery_codes_left == 4);
  });
}

TEST_CASE("no secret of the room is in a row, an event or a mail") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto principal = w.principal(w.user());
    std::vector<std::string> codes;
    const auto app = w.add(principal, &codes);
    const auto device = w.trusted(app);
    const auto ticket = w.asked();
    const auto stored = w.t.store().transact([&](Transaction& tx) {
      const auto rows = w.rows->in(tx);
      std::string all;
      for (const auto& one : rows->list_factors(principal.user.id, w.t.clock().now())) {
        all += one.sealed_secret + one.hint;
      }
      for (const auto& one : rows->list_devices(
               principal.user.id, tx.users().find(principal.user.id)->security_version,
               w.t.clock().now())) {
        all += to_hex(one.digest.bytes()) + one.address + one.user_agent;
      }
      return all;
    });
    static_cast<void>(w.mails_of(""));
    std::string told;
    for (const auto& mail : w.t.mailer().delivered()) told += mail.subject + mail.text + mail.html;
    for (const auto& event : w.t.events().all()) {
      for (const auto& detail : event.details) told += detail.name + detail.value;
      told += event.reason;
    }
    for (const std::string_view secret : {app.secret.expose_secret(), std::string_view{codes[0]},
                                          std::string_view{device}, ticket.expose_secret()}) {
      CHECK(stored.find(secret) == std::string::npos);
      CHECK(told.find(secret) == std::string::npos);
    }
  });
}

}  // namespace
}  // namespace coffeeauth::second_factor
