#include "features/recovery/tests/change.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::recovery {
namespace {

/// Ada, who went from ada@ to b@ and on to c@, and the links that undo each.
struct MovedTwice {
  explicit MovedTwice(World& w) {
    const auto ada = w.user();
    user = ada.user.id;
    first = moved(w, w.principal(ada), "ada@example.org", "b@example.org");
    second = moved(w, refreshed(w, ada), "b@example.org", "c@example.org");
  }

  UserId user;
  Secret first;
  Secret second;
};

TEST_CASE("an address is changed with the code that its mailbox got") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    Change change{w, "new@example.org"};
    const auto elsewhere =
        w.auth().sessions().log_in(email("ada@example.org"), password(first_password), somewhere);
    REQUIRE_OK(elsewhere);
    CHECK(w.recovery.pending_email(change.ada.user.id) == email("new@example.org"));
    const auto asked = World::mail_to(change.mails, "ada@example.org", "asked to change");
    CHECK(asked.text.find("new@example.org") != std::string::npos);

    const auto right = change.code("new@example.org");
    CHECK_ERROR(w.recovery.confirm_email_change(change.who, other_than(right), somewhere),
                ErrorCode::invalid_code);
    const auto done = w.recovery.confirm_email_change(change.who, right, somewhere);
    REQUIRE_OK(done);
    CHECK(done->email == email("new@example.org"));
    CHECK(done->is_verified);
    CHECK_FALSE(w.recovery.pending_email(change.ada.user.id));

    // The session that asked goes on.
    CHECK_OK(
        w.auth().sessions().refresh(change.ada.tokens.refresh_token.expose_secret(), somewhere));
    CHECK_ERROR(w.auth().sessions().refresh(
                    std::get<TokenPair>(*elsewhere).refresh_token.expose_secret(), somewhere),
                ErrorCode::token_invalid);
    CHECK_FALSE(w.can_log_in("ada@example.org", first_password));
    CHECK(w.can_log_in("new@example.org", first_password));
    static_cast<void>(
        World::mail_to(w.mails(), "ada@example.org", "was changed to new@example.org"));
    CHECK_ERROR(w.recovery.confirm_email_change(change.who, right, somewhere),
                ErrorCode::invalid_code);
  });
}

TEST_CASE("an address is changed with the link, opened anywhere") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const Change change{w, "new@example.org"};
    const auto token = change.token("new@example.org");
    CHECK_OK(w.recovery.confirm_email_change(token, somewhere));
    CHECK_ERROR(w.recovery.confirm_email_change(token, somewhere), invalid_link);
    CHECK(w.can_log_in("new@example.org", first_password));
    CHECK(w.t.events().count(email_changed) == 1);
  });
}

TEST_CASE("whether the new address is taken shows in its mailbox alone") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    static_cast<void>(w.t.logged_in_user("bob@example.org"));
    const Change change{w, "bob@example.org"};
    CHECK(w.recovery.pending_email(change.ada.user.id) == email("bob@example.org"));
    const auto told = World::mail_to(change.mails, "bob@example.org", "already has an account");
    CHECK(told.text.find("eml_") == std::string::npos);
    CHECK_ERROR(w.recovery.confirm_email_change(
                    change.who, VerificationCode::parse_number(123456).value(), somewhere),
                ErrorCode::invalid_code);
  });
}

TEST_CASE("the address that one has is refused, and a newer change replaces the older") {
  World w{backends().front()};
  const Change change{w, "new@example.org"};
  CHECK_ERROR(w.recovery.ask_email_change(change.who, email("ADA@example.org"), somewhere),
              ErrorCode::validation_failed);
  w.t.clock().advance(61s);
  CHECK_OK(w.recovery.ask_email_change(change.who, email("newer@example.org"), somewhere));
  CHECK_MESSAGE(w.recovery.pending_email(change.ada.user.id) == email("newer@example.org"),
                "one waits at a time");
  CHECK_ERROR(w.recovery.confirm_email_change(change.token("new@example.org"), somewhere),
              invalid_link);
  CHECK_ERROR(
      w.recovery.confirm_email_change(change.who, change.code("new@example.org"), somewhere),
      ErrorCode::invalid_code);
  w.recovery.cancel_email_change(change.who, somewhere);
  CHECK_FALSE(w.recovery.pending_email(change.ada.user.id));
  CHECK(w.t.events().count(email_change_cancelled) == 1);
}

TEST_CASE("a faster ask is answered alike, sends nothing, and leaves what waits") {
  World w{backends().front()};
  const Change change{w, "new@example.org"};
  CHECK_OK(w.recovery.ask_email_change(change.who, email("other@example.org"), somewhere));
  CHECK(w.mails().empty());
  CHECK_OK(w.recovery.confirm_email_change(change.token("new@example.org"), somewhere));
}

TEST_CASE("notices tell a new address apart from one that only looks like another") {
  World w{backends().front()};
  // The first letter of the domain is Cyrillic.
  const std::string lookalike = "ada@\u0430pple.example";
  const Change change{w, lookalike};
  const auto shown = lookalike + " (" + email(lookalike).canonical() + ")";
  CHECK(shown.find("(ada@xn--") != std::string::npos);
  const auto asked = World::mail_to(change.mails, "ada@example.org", "asked to change");
  CHECK(asked.text.find(shown) != std::string::npos);
  CHECK(asked.html.find(shown) != std::string::npos);
}

TEST_CASE("a change whose address was taken meanwhile changes nothing") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const Change change{w, "new@example.org"};
    static_cast<void>(w.t.logged_in_user("new@example.org"));
    CHECK_ERROR(w.recovery.confirm_email_change(change.token("new@example.org"), somewhere),
                ErrorCode::email_taken);
    CHECK(w.can_log_in("ada@example.org", first_password));
  });
}

TEST_CASE("a mere sign-up gives way to who proves the mailbox") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    CHECK_OK(w.auth().users().sign_up(
        {.email = email("new@example.org"), .password = password("a squatter's own password")},
        somewhere));
    const Change change{w, "new@example.org"};
    CHECK_OK(w.recovery.confirm_email_change(change.token("new@example.org"), somewhere));
    CHECK(w.can_log_in("new@example.org", first_password));
  });
}

TEST_CASE("a code and a link die with a change of the account") {
  World w{backends().front()};
  const Change change{w, "new@example.org"};
  CHECK_OK(w.auth().sessions().change_password(change.who, password(first_password),
                                               password(new_password), somewhere));
  CHECK_ERROR(w.recovery.confirm_email_change(change.token("new@example.org"), somewhere),
              invalid_link);
  CHECK_ERROR(
      w.recovery.confirm_email_change(change.who, change.code("new@example.org"), somewhere),
      ErrorCode::invalid_code);
  CHECK(w.can_log_in("ada@example.org", new_password));
  CHECK_FALSE(w.recovery.pending_email(change.ada.user.id));
}

TEST_CASE("a change is undone from the former mailbox, once") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto who = w.principal(ada);
    const auto undo = moved(w, who, "ada@example.org", "thief@example.org");
    const auto back = w.recovery.undo_email_change(undo, somewhere);
    REQUIRE_OK(back);
    CHECK(back->email == email("ada@example.org"));
    CHECK_ERROR(w.recovery.undo_email_change(undo, somewhere), invalid_link);
    CHECK_ERROR(w.auth().sessions().refresh(ada.tokens.refresh_token.expose_secret(), somewhere),
                ErrorCode::token_invalid);
    CHECK_FALSE(w.can_log_in("ada@example.org", first_password));
    CHECK_FALSE(w.can_log_in("thief@example.org", first_password));

    const auto mails = w.mails();
    static_cast<void>(World::mail_to(mails, "ada@example.org", "has this address again"));
    const auto reset = World::mail_to(mails, "ada@example.org", "has no password now");
    CHECK_OK(w.recovery.reset(World::token_in(reset, "rst_"), password(new_password), somewhere));
    CHECK(w.can_log_in("ada@example.org", new_password));
    CHECK(w.t.events().count(email_change_undone) == 1);
    const auto undone = w.t.events().last(email_change_undone);
    CHECK(undone->details == std::vector<EventDetail>{{"account", "recovered"}});
  });
}

TEST_CASE("undoing the first of two changes voids the undo of the second, and not the other way") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const MovedTwice ada{w};
    SUBCASE("the first") {
      CHECK_OK(w.recovery.undo_email_change(ada.first, somewhere));
      CHECK_ERROR(w.recovery.undo_email_change(ada.second, somewhere), invalid_link);
    }
    SUBCASE("the second, then the first") {
      CHECK_OK(w.recovery.undo_email_change(ada.second, somewhere));
      CHECK_OK(w.recovery.undo_email_change(ada.first, somewhere));
    }
    CHECK(w.auth().admin().get_user(ada.user)->email == email("ada@example.org"));
  });
}

TEST_CASE("an undo works for a disabled account, which stays disabled, and not too late") {
  World w{backends().front()};
  const auto ada = w.user();
  const auto who = w.principal(ada);
  const auto undo = moved(w, who, "ada@example.org", "thief@example.org");
  SUBCASE("disabled") {
    CHECK_OK(w.auth().admin().update_user(ada.user.id, {.is_active = false}, std::nullopt,
                                          ada.user.id, somewhere));
    const auto back = w.recovery.undo_email_change(undo, somewhere);
    REQUIRE_OK(back);
    CHECK_FALSE(back->is_active);
    CHECK(back->email == email("ada@example.org"));
  }
  SUBCASE("late") {
    w.t.clock().advance(24h * 7);
    CHECK_ERROR(w.recovery.undo_email_change(undo, somewhere), invalid_link);
  }
}

TEST_CASE("the former address is taken for everybody else until the reservation ends") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto bob = w.t.logged_in_user("bob@example.org");
    static_cast<void>(moved(w, w.principal(ada), "ada@example.org", "new@example.org"));

    CHECK_OK(w.auth().users().sign_up(
        {.email = email("ada@example.org"), .password = password(new_password)}, somewhere));
    static_cast<void>(World::mail_to(w.mails(), "ada@example.org", "tried to sign up"));
    const auto logged_in =
        w.auth().sessions().log_in(email("ada@example.org"), password(new_password), somewhere);
    // As for an address that is taken, or free.
    CHECK_ERROR(logged_in, ErrorCode::email_not_verified);
    w.t.clock().advance(2min);
    static_cast<void>(w.auth().verification().resend_code(email("ada@example.org"), somewhere));
    for (const auto& mail : w.mails()) CHECK(mail.text.find("code") == std::string::npos);
    CHECK_ERROR(w.auth().admin().update_user(bob.user.id, {.email = email("ada@example.org")},
                                             std::nullopt, bob.user.id, somewhere),
                ErrorCode::email_taken);
    CHECK_ERROR(w.auth().admin().create_admin(
                    {.email = email("ada@example.org"), .password = password(new_password)}),
                ErrorCode::email_taken);
    const auto bobs = w.principal(bob);
    CHECK_OK(w.recovery.ask_email_change(bobs, email("ada@example.org"), somewhere));
    static_cast<void>(World::mail_to(w.mails(), "ada@example.org", "already has an account"));
    // Its own user may have it back.
    CHECK_OK(w.auth().admin().update_user(ada.user.id, {.email = email("ada@example.org")},
                                          std::nullopt, bob.user.id, somewhere));
    CHECK_OK(w.auth().admin().update_user(ada.user.id, {.email = email("new@example.org")},
                                          std::nullopt, bob.user.id, somewhere));

    w.t.clock().advance(24h * 7);
    CHECK_OK(w.auth().users().sign_up(
        {.email = email("ada@example.org"), .password = password(new_password)}, somewhere));
    CHECK(w.t.store().users().find_credentials(email("ada@example.org")));
  });
}

TEST_CASE("a stranger's sign-up chooses no language of the mails to an address that is kept") {
  World w{backends().front()};
  const auto ada = w.user();
  static_cast<void>(moved(w, w.principal(ada), "ada@example.org", "new@example.org"));
  const auto sign_up = [&](const std::string& language, std::string_view secret) {
    static_cast<void>(w.mails());
    auto client = somewhere;
    client.language = language;
    CHECK_OK(w.auth().users().sign_up(
        {.email = email("ada@example.org"), .password = password(secret)}, client));
    w.t.clock().advance(2min);
  };
  sign_up("de", "a stranger's own password");
  sign_up("en", new_password);
  static_cast<void>(World::mail_to(w.mails(), "ada@example.org", "tried to sign up"));
}

TEST_CASE("what an administrator made of the address since is not undone") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const MovedTwice ada{w};
    CHECK_OK(w.auth().admin().update_user(ada.user, {.email = email("ada@example.org")},
                                          std::nullopt, ada.user, somewhere));
    CHECK_ERROR(w.recovery.undo_email_change(ada.second, somewhere), invalid_link);
    CHECK_ERROR(w.recovery.undo_email_change(ada.first, somewhere), invalid_link);
    CHECK(w.can_log_in("ada@example.org", first_password));
  });
}

TEST_CASE("who loses an account by an undo is told") {
  World w{backends().front()};
  const auto ada = w.user();
  const auto undo = moved(w, w.principal(ada), "ada@example.org", "new@example.org");
  CHECK_OK(w.recovery.undo_email_change(undo, somewhere));
  static_cast<void>(World::mail_to(w.mails(), "new@example.org", "was changed to ada@example.org"));
}

TEST_CASE("what was proved before the account changed asks for no change") {
  World w{backends().front()};
  const auto ada = w.user();
  const auto before = w.principal(ada);
  const auto token = w.asked_reset();
  CHECK_OK(w.recovery.reset(token.clone(), password(new_password), somewhere));
  CHECK_ERROR(w.recovery.ask_email_change(before, email("new@example.org"), somewhere),
              ErrorCode::token_invalid);
}

TEST_CASE("many accounts get no more mails to one address, whether requests are counted or not") {
  for (const bool counts_requests : {true, false}) {
    CAPTURE(counts_requests);
    auto options = usual_options();
    options.target_mails = {2, 24h};
    Config config;
    config.limits.enabled = counts_requests;
    World w{backends().front(), options, config};
    std::size_t mailed = 0;
    for (const auto* const address : {"a@example.org", "b@example.org", "c@example.org"}) {
      const auto user = w.t.logged_in_user(address);
      CHECK_OK(w.recovery.ask_email_change(w.principal(user), email("new@example.org"), somewhere));
    }
    for (const auto& mail : w.mails()) mailed += mail.to == email("new@example.org") ? 1 : 0;
    CHECK(mailed == 2);
  }
}

TEST_CASE("asks that send nothing use up neither an address nor the pace of who asks") {
  on_each_store([](const Backend& backend) {
    auto options = usual_options();
    options.target_mails = {2, 24h};
    World w{backend, options};
    const auto ask = [&](const testing::LoggedInUser& user, std::string_view next) {
      static_cast<void>(w.mails());
      CHECK_OK(w.recovery.ask_email_change(w.principal(user), email(next), somewhere));
      const auto mails = w.mails();
      return std::count_if(mails.begin(), mails.end(),
                           [&](const Mail& mail) { return mail.to == email(next); });
    };
    const auto one = w.user("one@example.org");
    CHECK(ask(one, "new@example.org") == 1);
    for (int i = 0; i < 10; ++i) CHECK(ask(one, "new@example.org") == 0);
    CHECK_MESSAGE(ask(w.user("two@example.org"), "new@example.org") == 1,
                  "one mail of one account leaves the address to others");
    const auto three = w.user("three@example.org");
    CHECK_MESSAGE(ask(three, "new@example.org") == 0, "two mails were sent there");
    CHECK_MESSAGE(ask(three, "third@example.org") == 1, "who was mailed nothing asks at once");
  });
}

TEST_CASE("an undo mails a way back in also where nobody can ask for one") {
  auto options = usual_options();
  options.reset = ResetBy::off;
  World w{backends().front(), options};
  const auto ada = w.user();
  const auto undo = moved(w, w.principal(ada), "ada@example.org", "new@example.org");
  CHECK_OK(w.recovery.undo_email_change(undo, somewhere));
  const auto mail = World::mail_to(w.mails(), "ada@example.org", "has no password now");
  CHECK_OK(w.recovery.reset(World::token_in(mail, "rst_"), password(new_password), somewhere));
}

TEST_CASE("of 64 who confirm one change at once one wins") {
  on_each_store([](const Backend& backend) {
    for (testing::Rounds rounds{backend.harness()}; rounds.next();) {
      World w{backend};
      const Change change{w, "new@example.org"};
      const auto token = change.token("new@example.org");
      const auto won = testing::race(testing::race_threads, [&](std::size_t) {
        return w.recovery.confirm_email_change(token, somewhere).has_value();
      });
      CHECK(testing::count_of(won, true) == 1);
      const auto undo =
          World::token_in(World::mail_to(w.mails(), "ada@example.org", "was changed to"), "und_");
      const auto undone = testing::race(testing::race_threads, [&](std::size_t) {
        return w.recovery.undo_email_change(undo, somewhere).has_value();
      });
      CHECK(testing::count_of(undone, true) == 1);
    }
  });
}

}  // namespace
}  // namespace coffeeauth::recovery
