#include <functional>
#include <vector>

#include "features/recovery/tests/change.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::recovery {
namespace {

constexpr std::string_view test_password = "correct horse battery staple";

TEST_CASE("a forgotten password is replaced with a mailed link, and everything of before ends") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto token = w.asked_reset();
    CHECK_OK(w.recovery.reset(token.clone(), password(new_password), somewhere));

    CHECK(w.can_log_in("ada@example.org", new_password));
    CHECK_ERROR(w.auth().sessions().authenticate(ada.authorization), ErrorCode::token_invalid);
    CHECK_ERROR(w.auth().sessions().refresh(ada.tokens.refresh_token.expose_secret(), somewhere),
                ErrorCode::token_invalid);
    CHECK_ERROR(w.recovery.reset(token.clone(), password("yet another passphrase"), somewhere),
                invalid_link);
    const auto told = World::mail_to(w.mails(), "ada@example.org", "A new password was set");
    CHECK(told.text.find("Firefox, Linux") != std::string::npos);
    CHECK(told.text.find("203.0.113.7") != std::string::npos);
    CHECK(told.text.find("https://accounts.example.org/account/forgot") != std::string::npos);
    CHECK(w.t.events().count(password_reset_done) == 1);
  });
}

TEST_CASE("whoever has no account that can log in gets the same answer and no mail") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    CHECK_OK(w.auth().users().sign_up(
        {.email = email("new@example.org"), .password = password(test_password)}, somewhere));
    CHECK_OK(w.auth().admin().update_user(ada.user.id, {.is_active = false}, std::nullopt,
                                          ada.user.id, somewhere));
    static_cast<void>(w.mails());
    for (const auto* const address : {"nobody@example.org", "new@example.org", "ada@example.org"}) {
      const auto receipt = w.recovery.ask_reset(email(address), somewhere);
      CHECK(receipt.email == email(address));
      CHECK(receipt.expires_at == w.t.clock().now() + 30min);
    }
    CHECK(w.mails().empty());
  });
}

TEST_CASE("an account whose stored name is no UTF-8 gets its reset like another") {
  // PostgreSQL keeps no such text.
  for (const auto& backend : {backends().at(0), backends().at(1)}) {
    CAPTURE(backend.name);
    World w{backend};
    const auto ada = w.user();
    // As an import writes it, past the services.
    w.auth().parts().store.transact([&](Transaction& tx) {
      const UserPatch patch{.first_name = "Ren\xE9"};
      static_cast<void>(tx.users().update_user(ada.user.id, {}, patch, w.t.clock().now()));
    });
    auto client = somewhere;
    client.language = "de\xFF";
    client.address = "203.0.113.7\xFF";
    static_cast<void>(w.recovery.ask_reset(email("ada@example.org"), client));
    const auto mail = World::mail_to(w.mails(), "ada@example.org", "Ren\uFFFD");
    CHECK_OK(w.recovery.reset(World::token_in(mail, "rst_"), password(new_password), somewhere));
  }
}

TEST_CASE("a faster ask sends nothing, and what was sent stays good; a later one replaces it") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    static_cast<void>(w.user());
    const auto first = w.asked_reset();
    w.recovery.ask_reset(email("ada@example.org"), somewhere);
    CHECK(w.mails().empty());
    w.t.clock().advance(61s);
    const auto second = w.asked_reset();
    CHECK_ERROR(w.recovery.reset(first.clone(), password(new_password), somewhere), invalid_link);
    CHECK_OK(w.recovery.reset(second.clone(), password(new_password), somewhere));
  });
}

TEST_CASE("a link is over in time, and dead when the account has changed") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto late = w.asked_reset();
    w.t.clock().advance(30min);
    CHECK_ERROR(w.recovery.reset(late.clone(), password(new_password), somewhere), invalid_link);

    const auto token = w.asked_reset();
    CHECK_OK(w.auth().admin().update_user(ada.user.id, {.role = Role::admin}, std::nullopt,
                                          ada.user.id, somewhere));
    CHECK_ERROR(w.recovery.reset(token.clone(), password(new_password), somewhere), invalid_link);
    CHECK_FALSE(w.can_log_in("ada@example.org", new_password));
  });
}

TEST_CASE("a weak password leaves the link unspent") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    static_cast<void>(w.user());
    const auto token = w.asked_reset();
    const auto refused = w.recovery.reset(token.clone(), password("short"), somewhere);
    CHECK_ERROR(refused, ErrorCode::validation_failed);
    CHECK(refused.error().fields.front().field == "password");
    CHECK_ERROR(w.recovery.reset(token.clone(), password("ada@example.org"), somewhere),
                ErrorCode::validation_failed);
    CHECK_OK(w.recovery.reset(token.clone(), password(new_password), somewhere));
  });
}

TEST_CASE("the present password is no new one, and leaves link and code unspent") {
  on_each_store([](const Backend& backend) {
    World w{backend, with_codes()};
    const auto ada = w.user();
    const auto mail = w.reset_mail();
    const std::vector<std::function<Result<std::optional<LoginChallenge>>(std::string_view)>> ways{
        [&](std::string_view text) {
          return w.recovery.reset(World::token_in(mail, "rst_"), password(text), somewhere);
        },
        [&](std::string_view text) {
          return w.recovery.reset(
              ResetCode{email("ada@example.org"),
                        Secret{std::string_view{World::code_in(mail, ResetCode::digits)}}},
              password(text), somewhere);
        }};
    for (const auto& reset : ways) {
      const auto refused = reset(first_password);
      CHECK_ERROR(refused, ErrorCode::validation_failed);
      CHECK(refused.error().fields.front().field == "password");
      CHECK(refused.error().fields.front().code == "unchanged");
    }
    CHECK_MESSAGE(w.auth().sessions().authenticate(ada.authorization), "nothing has ended");
    CHECK(w.t.events().count(password_reset_done) == 0);
    CHECK_OK(ways.back()(new_password));
    // Without a right link the answer is the same for any password.
    for (const auto text : {first_password, new_password}) {
      CHECK_ERROR(ways.front()(text), invalid_link);
      CHECK_ERROR(ways.back()(text), ErrorCode::invalid_code);
    }
  });
}

TEST_CASE("after a reset nothing of before works, and no session is open") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const Change change{w, "new@example.org"};
    const auto elsewhere =
        w.auth().sessions().log_in(email("ada@example.org"), password(first_password), somewhere);
    REQUIRE_OK(elsewhere);
    const auto& pair = std::get<TokenPair>(*elsewhere);
    const auto token = w.asked_reset();
    CHECK_OK(w.recovery.reset(token.clone(), password(new_password), somewhere));

    auto& sessions = w.auth().sessions();
    CHECK(sessions.list(change.ada.user.id).empty());
    for (const auto* const before : {&change.ada.tokens, &pair}) {
      CHECK_ERROR(sessions.authenticate_token(before->access_token.expose_secret()),
                  ErrorCode::token_invalid);
      CHECK_ERROR(sessions.refresh(before->refresh_token.expose_secret(), somewhere),
                  ErrorCode::token_invalid);
    }
    CHECK_ERROR(w.recovery.confirm_email_change(change.token("new@example.org"), somewhere),
                invalid_link);
    CHECK_ERROR(
        w.recovery.confirm_email_change(change.who, change.code("new@example.org"), somewhere),
        ErrorCode::invalid_code);
    CHECK_ERROR(sessions.log_in(email("ada@example.org"), password(first_password), somewhere),
                ErrorCode::invalid_credentials);
    CHECK(w.can_log_in("ada@example.org", new_password));
  });
}

TEST_CASE("a link and a code that were asked for before a change of password are dead after it") {
  on_each_store([](const Backend& backend) {
    World w{backend, with_codes()};
    const auto ada = w.user();
    const auto mail = w.reset_mail();
    CHECK_OK(w.auth().sessions().change_password(w.principal(ada), password(first_password),
                                                 password(new_password), somewhere));
    const Secret code{std::string_view{World::code_in(mail, 8)}};
    constexpr std::string_view wanted = "yet another passphrase";
    CHECK_ERROR(w.recovery.reset(World::token_in(mail, "rst_"), password(wanted), somewhere),
                invalid_link);
    CHECK_ERROR(w.recovery.reset(ResetCode{email("ada@example.org"), code.clone()},
                                 password(wanted), somewhere),
                ErrorCode::invalid_code);
    CHECK(w.can_log_in("ada@example.org", new_password));
  });
}

TEST_CASE("what is no token of a reset is an invalid link") {
  World w{backends().front()};
  const auto ada = w.user();
  const auto token = w.asked_reset();
  const std::string text{token.expose_secret()};
  for (const auto& other :
       {std::string{}, text.substr(0, text.size() - 1), text + "A", "eml_" + text.substr(4),
        std::string{ada.tokens.access_token.expose_secret()},
        std::string{ada.tokens.refresh_token.expose_secret()}}) {
    CHECK_ERROR(
        w.recovery.reset(Secret{std::string_view{other}}, password(new_password), somewhere),
        invalid_link);
  }
  CHECK_OK(w.recovery.reset(token.clone(), password(new_password), somewhere));
}

TEST_CASE("an eight-digit code does what the link does, within five tries") {
  on_each_store([](const Backend& backend) {
    World w{backend, with_codes()};
    static_cast<void>(w.user());
    const auto mail = w.reset_mail();
    const auto code = World::code_in(mail, 8);
    const std::string wrong = code == "00000000" ? "00000001" : "00000000";
    const auto with = [&](std::string_view address, const std::string& digits) {
      return w.recovery.reset(ResetCode{email(address), Secret{std::string_view{digits}}},
                              password(new_password), somewhere);
    };
    CHECK_ERROR(with("nobody@example.org", code), ErrorCode::invalid_code);
    for (int i = 0; i < 4; ++i)
      CHECK_ERROR(with("ada@example.org", wrong), ErrorCode::invalid_code);
    CHECK_OK(with("ada@example.org", code));
    CHECK_ERROR(with("ada@example.org", code), ErrorCode::invalid_code);
    CHECK(w.can_log_in("ada@example.org", new_password));
  });
}

TEST_CASE("a code is dead after five wrong guesses, and weak passwords are none") {
  World w{backends().front(), with_codes()};
  static_cast<void>(w.user());
  const auto mail = w.reset_mail();
  const auto code = World::code_in(mail, 8);
  const auto with = [&](const std::string& digits, std::string_view text) {
    return w.recovery.reset(ResetCode{email("ada@example.org"), Secret{std::string_view{digits}}},
                            password(text), somewhere);
  };
  for (int i = 0; i < 9; ++i) CHECK_ERROR(with(code, "short"), ErrorCode::validation_failed);
  for (int i = 0; i < 5; ++i) {
    CHECK_ERROR(with(code == "00000000" ? "00000001" : "00000000", new_password),
                ErrorCode::invalid_code);
  }
  CHECK_ERROR(with(code, new_password), ErrorCode::invalid_code);
  CHECK_OK(w.recovery.reset(World::token_in(mail, "rst_"), password(new_password), somewhere));
}

TEST_CASE("an administrator has a reset sent, and learns why none can be") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto boss = w.t.logged_in_user("boss@example.org", Role::admin);
    static_cast<void>(w.mails());
    CHECK_OK(w.recovery.send_reset(ada.user.id, boss.user.id, somewhere));
    const auto mail = World::mail_to(w.mails(), "ada@example.org", "An administrator sent you");
    CHECK_MESSAGE(mail.text.find("203.0.113.7") == std::string::npos, "not the administrator's");
    CHECK_ERROR(w.recovery.send_reset(ada.user.id, boss.user.id, somewhere),
                ErrorCode::rate_limited);
    CHECK_ERROR(w.recovery.send_reset(UserId{}, boss.user.id, somewhere), ErrorCode::not_found);
    CHECK_OK(w.auth().admin().update_user(ada.user.id, {.is_active = false}, std::nullopt,
                                          boss.user.id, somewhere));
    CHECK_ERROR(w.recovery.send_reset(ada.user.id, boss.user.id, somewhere),
                ErrorCode::account_disabled);
    CHECK_ERROR(w.recovery.reset(World::token_in(mail, "rst_"), password(new_password), somewhere),
                invalid_link);
  });
}

TEST_CASE("what strangers ask for leaves an administrator's reset its own pace") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto boss = w.t.logged_in_user("boss@example.org", Role::admin);
    static_cast<void>(w.mails());
    // Ten a day are all that anybody can have mailed.
    for (int i = 0; i < 11; ++i) {
      static_cast<void>(w.recovery.ask_reset(email("ada@example.org"), somewhere));
      w.t.clock().advance(15min);
    }
    CHECK(w.t.events().count(password_reset_asked) == 10);
    static_cast<void>(w.mails());
    CHECK_OK(w.recovery.send_reset(ada.user.id, boss.user.id, somewhere));
    CHECK_ERROR(w.recovery.send_reset(ada.user.id, boss.user.id, somewhere),
                ErrorCode::rate_limited);
    const auto mail = World::mail_to(w.mails(), "ada@example.org", "An administrator sent you");
    CHECK_OK(w.recovery.reset(World::token_in(mail, "rst_"), password(new_password), somewhere));
  });
}

TEST_CASE("of 64 who spend one link at once one wins") {
  on_each_store([](const Backend& backend) {
    for (testing::Rounds rounds{backend.harness()}; rounds.next();) {
      World w{backend};
      static_cast<void>(w.user());
      const auto token = w.asked_reset();
      const auto won = testing::race(testing::race_threads, [&](std::size_t i) {
        return w.recovery
            .reset(token.clone(), password("a passphrase of thread " + std::to_string(i)),
                   somewhere)
            .has_value();
      });
      CHECK(testing::count_of(won, true) == 1);
      std::size_t good = 0;
      for (std::size_t i = 0; i < won.size(); ++i) {
        const bool logs_in =
            w.can_log_in("ada@example.org", "a passphrase of thread " + std::to_string(i));
        CHECK(logs_in == won[i]);
        good += logs_in ? 1 : 0;
        w.t.clock().advance(24h);
      }
      CHECK(good == 1);
    }
  });
}

TEST_CASE("failed logins of strangers do not stand in the way of whoever has just reset") {
  World w{backends().front()};
  static_cast<void>(w.user());
  for (int i = 0; i < 20; ++i) CHECK_FALSE(w.can_log_in("ada@example.org", "wrong every time"));
  const auto token = w.asked_reset();
  CHECK_OK(w.recovery.reset(token.clone(), password(new_password), somewhere));
  CHECK(w.can_log_in("ada@example.org", new_password));
}

TEST_CASE("no notice of a reset is without its reset") {
  World w{backends().front()};
  static_cast<void>(w.user());
  const auto token = w.asked_reset();
  const auto reset = [&] {
    return w.recovery.reset(token.clone(), password(new_password), somewhere);
  };
  w.t.faults().fail_next_commit();
  CHECK_THROWS_AS(static_cast<void>(reset()), Unavailable);
  CHECK(w.mails().empty());
  CHECK_FALSE(w.can_log_in("ada@example.org", new_password));
  CHECK_OK(reset());
  CHECK(w.mails().size() == 1);
}

}  // namespace
}  // namespace coffeeauth::recovery
