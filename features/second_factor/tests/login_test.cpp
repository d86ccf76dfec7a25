// Logins in two steps: what stands between a right password and a session, and what opens it.

#include <cctype>
#include <string>
#include <vector>

#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

/// As a process did that has the room.
void require_second_factor(World& w, const LoggedInUser& user) {
  w.t.store().transact([&](Transaction& tx) {
    REQUIRE(tx.users()
                .update_user(user.user.id, std::nullopt, {.second_factor = true}, w.t.clock().now())
                .user);
  });
}

TEST_CASE("a login with a factor asks for it, and only a right code opens a session") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto app = w.add(w.principal(ada));
    const auto logins = w.t.events().count(EventKind::logged_in);
    const auto before = w.stored(ada.user.id).last_login;

    const auto asked = w.challenge();
    CHECK(asked.code == ErrorCode::second_factor_required);
    CHECK(asked.token.expose_secret().starts_with("mfa_"));
    CHECK(asked.token.size() == 47);
    CHECK(asked.expires_at == w.t.clock().now() + 10min);
    REQUIRE(asked.methods.size() == 2);
    CHECK(asked.methods[0].type == "totp");
    CHECK(asked.methods[0].id == app.id.str());
    CHECK(asked.methods[0].label == "Phone");
    CHECK(asked.methods[1].type == "recovery_code");
    CHECK(asked.methods[1].id.empty());
    CHECK(std::get<bool>(asked.further.at("can_trust_device")));

    const auto live = w.auth().live_tokens();
    REQUIRE(live.size() == 2);
    CHECK(live[0].kind == "second_factor");
    CHECK(live[0].count == 1);
    CHECK(live[1].kind == "trusted_device");
    CHECK(live[1].count == 0);
    CHECK(w.t.events().count(first_factor_passed) == 1);
    CHECK_MESSAGE(w.t.events().count(EventKind::logged_in) == logins, "nobody has logged in yet");
    CHECK(w.stored(ada.user.id).last_login == before);
    CHECK(w.auth().sessions().list(ada.user.id).size() == 1);

    CHECK_ERROR(w.prove(asked.token, app, w.wrong_code(app)), ErrorCode::invalid_code);
    const auto passed = w.prove(asked.token, app, w.code(app));
    REQUIRE(is_session(passed));
    CHECK_FALSE(passed->device_token);
    CHECK_FALSE(passed->recovery_codes_left);
    const auto& tokens = std::get<TokenPair>(passed->outcome);
    const auto who = w.auth().sessions().authenticate_token(tokens.access_token.expose_secret());
    REQUIRE_OK(who);
    CHECK(w.methods_of(who->session) == "password totp");
    CHECK(w.t.events().count(second_factor_passed) == 1);
    CHECK(w.t.events().count(second_factor_failed) == 1);
    CHECK(w.t.events().count(EventKind::logged_in) == logins + 1);
    CHECK_OK(w.auth().sessions().require_recent(*who));

    CHECK_ERROR(w.prove(asked.token, app, w.code(app, 1)), ErrorCode::token_invalid);
  });
}

TEST_CASE("a right password that nobody goes on from is not called wrong, but told to wait") {
  World w{backends().front(), {}, {}, Requests::counted};
  static_cast<void>(w.add(w.principal(w.user())));
  std::size_t begun = 0;
  for (auto outcome = w.log_in();; outcome = w.log_in()) {
    if (!outcome) {
      CHECK_ERROR(outcome, ErrorCode::rate_limited);
      break;
    }
    REQUIRE(std::holds_alternative<LoginChallenge>(*outcome));
    REQUIRE(++begun <= 20);
  }
  CHECK(begun == 10);
}

TEST_CASE("switched off, the room has a right password told to wait, and not called wrong") {
  World w{backends().front(), {.enabled = false}, {}, Requests::counted};
  require_second_factor(w, w.user());
  std::size_t refused = 0;
  auto outcome = w.log_in();
  for (; outcome.error().code == ErrorCode::second_factor_required; outcome = w.log_in()) {
    REQUIRE(++refused <= 20);
  }
  CHECK_ERROR(outcome, ErrorCode::rate_limited);
  CHECK(refused == 10);
}

TEST_CASE("a right password that is told to wait waits as long as a wrong one") {
  World w{backends().front(), {}, {}, Requests::counted};
  static_cast<void>(w.add(w.principal(w.user())));
  const ClientContext elsewhere{.address = "198.51.100.9"};
  for (int i = 0; i < 10; ++i) static_cast<void>(w.asked());
  const auto begun = w.log_in();
  REQUIRE_ERROR(begun, ErrorCode::rate_limited);
  const auto wrong = [&] {
    return w.auth().sessions().log_in(email(ada_address), password("wrong horse battery"),
                                      elsewhere);
  };
  for (int i = 0; i < 10; ++i) CHECK_ERROR(wrong(), ErrorCode::invalid_credentials);
  const auto refused = wrong();
  REQUIRE_ERROR(refused, ErrorCode::rate_limited);
  const auto right = w.log_in(ada_address, elsewhere);
  REQUIRE_ERROR(right, ErrorCode::rate_limited);
  CHECK(right.error().retry_after == refused.error().retry_after);
}

TEST_CASE("strangers cannot tell by failing who logs in with a second step") {
  World w{backends().front(), {}, {}, Requests::counted};
  const auto app = w.add(w.principal(w.user()));
  for (int i = 0; i < 12; ++i) {
    const auto ticket = w.asked(ada_address, home);
    REQUIRE(is_session(w.prove(ticket, app, w.code(app), TrustDevice::no, home)));
    w.t.clock().advance(30s);
  }
  const auto heard = [&](std::string_view address) {
    std::size_t times = 0;
    const auto failed = [&] {
      return w.auth().sessions().log_in(email(address), password("wrong horse battery"), somewhere);
    };
    while (failed().error().code == ErrorCode::invalid_credentials) REQUIRE(++times <= 20);
    return times;
  };
  CHECK(heard(ada_address) == 10);
  CHECK(heard("nobody@example.org") == 10);
}

TEST_CASE("a login without a factor is asked for nothing") {
  World w{backends().front()};
  static_cast<void>(w.user());
  CHECK(is_session(w.log_in()));
  CHECK(w.t.events().count(first_factor_passed) == 0);
}

TEST_CASE("a code is good at its step and the next ones, once, and none before it afterwards") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto app = w.add(w.principal(w.user()));
    const auto says = [&](std::int64_t steps) {
      return w.prove(w.asked(), app, w.code(app, steps));
    };
    CHECK_ERROR(says(-2), ErrorCode::invalid_code);
    CHECK_ERROR(says(2), ErrorCode::invalid_code);
    // The code that confirmed the app is of the step before.
    CHECK_ERROR(says(-1), ErrorCode::invalid_code);
    CHECK(is_session(says(0)));
    CHECK_ERROR(says(0), ErrorCode::invalid_code);
    CHECK(is_session(says(1)));
    CHECK_ERROR(says(0), ErrorCode::invalid_code);
    CHECK_ERROR(says(1), ErrorCode::invalid_code);
    w.t.clock().advance(30s);
    CHECK_ERROR(w.prove(w.asked(), app, w.wrong_code(app)), ErrorCode::invalid_code);
    CHECK_ERROR(says(0), ErrorCode::invalid_code);
    CHECK(is_session(says(1)));
  });
}

TEST_CASE("of a code blanks do not matter, and nothing else is one") {
  World w{backends().front()};
  const auto app = w.add(w.principal(w.user()));
  const auto shown = w.code(app);
  std::string digits{shown.expose_secret()};
  const auto ticket = w.asked();
  for (const auto& wrong : {digits + "0", digits.substr(1), std::string{}, "+" + digits}) {
    CAPTURE(wrong);
    const auto other = w.asked();
    CHECK_ERROR(w.prove(other, app, Secret{std::string_view{wrong}}), ErrorCode::invalid_code);
  }
  digits.insert(3, " ");
  CHECK(is_session(w.prove(ticket, app, Secret{std::string_view{digits}})));
}

TEST_CASE("a code belongs to its factor, and a factor to its account") {
  World w{backends().front()};
  const auto ada = w.add(w.principal(w.user()));
  const auto bob = w.add(w.principal(w.user("bob@example.org")));
  CHECK_ERROR(w.prove(w.asked(), bob, w.code(bob)), ErrorCode::invalid_code);
  CHECK_ERROR(w.prove(w.asked(), ada, w.code(bob)), ErrorCode::invalid_code);
  CHECK_ERROR(w.prove(w.asked(), App{.id = FactorId{}, .secret = {}}, w.code(ada)),
              ErrorCode::invalid_code);
  CHECK(is_session(w.prove(w.asked("bob@example.org"), bob, w.code(bob))));
}

TEST_CASE("a ticket has so many attempts and so much time, and its last attempt is good") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto app = w.add(w.principal(w.user()));
    const auto ticket = w.asked();
    for (int i = 0; i < 4; ++i) {
      CHECK_ERROR(w.prove(ticket, app, w.wrong_code(app)), ErrorCode::invalid_code);
    }
    CHECK(is_session(w.prove(ticket, app, w.code(app))));
    w.t.clock().advance(30s);

    const auto other = w.asked();
    for (int i = 0; i < 5; ++i) CHECK_ERROR(w.prove(other, "nonsense"), ErrorCode::invalid_code);
    CHECK_ERROR(w.prove(other, app, w.code(app)), ErrorCode::token_invalid);

    const auto late = w.asked();
    w.t.clock().advance(10min);
    CHECK_ERROR(w.prove(late, app, w.code(app)), ErrorCode::token_invalid);
  });
}

TEST_CASE("nothing else is taken for a ticket, nor a ticket for anything else") {
  World w{backends().front()};
  const auto ada = w.user();
  const auto principal = w.principal(ada);
  const auto app = w.add(principal);
  const auto device = w.trusted(app);
  const auto ticket = w.asked();
  const auto fresh = w.auth().sessions().refresh(ada.tokens.refresh_token.expose_secret(), home);
  REQUIRE_OK(fresh);
  for (const std::string_view wrong :
       {std::string_view{}, std::string_view{"mfa_"}, std::string_view{device},
        fresh->access_token.expose_secret(), fresh->refresh_token.expose_secret(),
        ticket.expose_secret().substr(1)}) {
    CHECK_ERROR(w.prove(Secret{wrong}, app, w.code(app)), ErrorCode::token_invalid);
  }
  auto& sessions = w.auth().sessions();
  CHECK_ERROR(sessions.authenticate_token(ticket.expose_secret()), ErrorCode::token_invalid);
  CHECK_ERROR(sessions.refresh(ticket.expose_secret(), somewhere), ErrorCode::token_invalid);
  CHECK_FALSE(is_session(w.log_in(ada_address, somewhere, ticket.expose_secret())));
  CHECK(is_session(w.prove(ticket, app, w.code(app))));
}

TEST_CASE("a change of the account between the two steps ends the login") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto boss = w.user("boss@example.org", Role::admin);
    auto& admin = w.auth().admin();
    const auto ends = [&](std::string_view address, auto change) {
      const auto ada = w.user(address);
      const auto app = w.add(w.principal(ada));
      const auto ticket = w.asked(address);
      change(ada.user.id);
      CHECK_ERROR(w.prove(ticket, app, w.code(app)), ErrorCode::token_invalid);
    };
    const auto update = [&](const UserId& id, const UserPatch& patch) {
      CHECK_OK(admin.update_user(id, patch, std::nullopt, boss.user.id, somewhere));
    };
    ends("a@example.org", [&](const UserId& id) { update(id, {.is_active = false}); });
    ends("b@example.org", [&](const UserId& id) { update(id, {.role = Role::admin}); });
    ends("c@example.org", [&](const UserId& id) { update(id, {.is_verified = false}); });
    ends("d@example.org", [&](const UserId& id) { update(id, {.email = email("e@example.org")}); });
    ends("f@example.org", [&](const UserId& id) {
      CHECK_OK(admin.delete_user(id, std::nullopt, boss.user.id, somewhere));
    });
    ends("g@example.org", [&](const UserId& id) {
      w.t.store().transact([&](Transaction& tx) {
        REQUIRE_OK(w.auth().kernel().set_password(
            tx, id, {.hash = w.auth().passwords().hash(password("a new passphrase here"))},
            somewhere));
      });
    });
  });
}

TEST_CASE("a session is made recent by both steps, and keeps its place") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    auto principal = w.principal(ada);
    const auto app = w.add(principal);
    principal = w.renewed(principal);
    w.t.clock().advance(11min);
    auto& sessions = w.auth().sessions();
    CHECK_ERROR(sessions.require_recent(principal), ErrorCode::reauthentication_required);
    const auto first = sessions.reauthenticate(principal, password(first_password), home);
    REQUIRE_OK(first);
    REQUIRE(std::holds_alternative<LoginChallenge>(*first));
    const auto& asked = std::get<LoginChallenge>(*first);
    CHECK_FALSE(std::get<bool>(asked.further.at("can_trust_device")));
    CHECK_ERROR(sessions.require_recent(principal), ErrorCode::reauthentication_required);

    const auto count = sessions.list(ada.user.id).size();
    const auto passed = w.prove(asked.token, app, w.code(app), TrustDevice::yes, home);
    REQUIRE_OK(passed);
    CHECK_MESSAGE(std::holds_alternative<Reauthenticated>(passed->outcome), "no other session");
    CHECK_FALSE(passed->device_token);
    CHECK(sessions.list(ada.user.id).size() == count);
    CHECK(w.methods_of(principal.session) == "password totp");
    CHECK_OK(sessions.require_recent(principal));
  });
}

TEST_CASE("a second step for a session that has ended makes nothing recent") {
  World w{backends().front()};
  const auto ada = w.user();
  auto principal = w.principal(ada);
  const auto app = w.add(principal);
  principal = w.renewed(principal);
  const auto first = w.auth().sessions().reauthenticate(principal, password(first_password), home);
  REQUIRE_OK(first);
  REQUIRE_OK(w.auth().sessions().end(ada.user.id, principal.session, home));
  CHECK_ERROR(w.prove(std::get<LoginChallenge>(*first).token, app, w.code(app)),
              ErrorCode::token_invalid);
}

TEST_CASE("notices of used recovery codes end before they bury others") {
  World w{backends().front(), {.step_notices = {2, 1h}}, {}, Requests::counted};
  std::vector<std::string> codes;
  static_cast<void>(w.add(w.principal(w.user()), &codes));
  for (std::size_t i = 0; i < 4; ++i) REQUIRE(is_session(w.prove(w.asked(), codes[i])));
  CHECK(w.t.events().count(recovery_code_used) == 4);
  CHECK(w.mails_of("a recovery code was used") == 2);
}

TEST_CASE("a recovery code is a second step once, whatever is locked, and its owner is told") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    std::vector<std::string> codes;
    const auto app = w.add(w.principal(w.user()), &codes);
    REQUIRE(codes.size() == 10);
    auto typed = codes[0];
    for (auto& c : typed) c = c == '-' ? ' ' : static_cast<char>(std::tolower(c));
    const auto passed = w.prove(w.asked(), typed);
    REQUIRE(is_session(passed));
    CHECK(passed->recovery_codes_left == 9);
    CHECK_ERROR(w.prove(w.asked(), codes[0]), ErrorCode::invalid_code);
    CHECK(w.t.events().count(recovery_code_used) == 1);
    CHECK(w.mails_of("a recovery code was used") == 1);
    CHECK(is_session(w.prove(w.asked(), codes[1])));
    CHECK(is_session(w.prove(w.asked(), app, w.code(app))));
  });
}

TEST_CASE("a recovery code of one account is nothing to another") {
  World w{backends().front()};
  std::vector<std::string> codes;
  static_cast<void>(w.add(w.principal(w.user("bob@example.org")), &codes));
  static_cast<void>(w.add(w.principal(w.user())));
  CHECK_ERROR(w.prove(w.asked(), codes[0]), ErrorCode::invalid_code);
  CHECK(is_session(w.prove(w.asked("bob@example.org"), codes[0])));
}

TEST_CASE("switched off, whoever has a second factor does not log in, and others do") {
  on_each_store([](const Backend& backend) {
    World w{backend, {.enabled = false}};
    require_second_factor(w, w.user());
    CHECK_ERROR(w.log_in(), ErrorCode::second_factor_required);
    static_cast<void>(w.user("bob@example.org"));
    CHECK(is_session(w.log_in("bob@example.org")));
  });
}

TEST_CASE("of many tickets of an account the oldest go") {
  World w{backends().front(), {.tickets = 10}};
  const auto app = w.add(w.principal(w.user()));
  const auto first = w.asked();
  std::vector<Secret> others;
  for (int i = 0; i < 10; ++i) {
    w.t.clock().advance(1s);
    others.push_back(w.asked());
  }
  CHECK_ERROR(w.prove(first, app, w.code(app)), ErrorCode::token_invalid);
  CHECK(is_session(w.prove(others.front(), app, w.code(app))));
}

}  // namespace
}  // namespace coffeeauth::second_factor
