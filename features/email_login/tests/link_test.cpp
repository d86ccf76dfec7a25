// Logins by the link of a mail.

#include <string>

#include "features/email_login/tests/world.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::email_login {
namespace {

TEST_CASE("a link logs in once, anywhere, and its code goes with it") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto mail = w.asked();
    const auto outcome = w.login.log_in(mail.by_link(), {.address = "198.51.100.9"});
    REQUIRE(is_in(outcome));
    const auto& pair = std::get<TokenPair>(*outcome);
    const auto who = w.auth().sessions().authenticate(
        "Bearer " + std::string{pair.access_token.expose_secret()});
    REQUIRE_OK(who);
    CHECK(who->user.id == ada.user.id);
    CHECK_ERROR(w.log_in(mail.by_link()), invalid_link);
    CHECK_ERROR(w.log_in(mail.by_code()), ErrorCode::invalid_code);
  });
}

TEST_CASE("of 64 who log in with one link at once one gets in") {
  on_each_store([](const Backend& backend) {
    // Under SERIALIZABLE whoever loses too often is told to ask again: strict_isolation_test.
    if (backend.is_serializable) return;
    World w{backend};
    static_cast<void>(w.user());
    const auto mail = w.asked();
    const auto won = testing::race(testing::race_threads,
                                   [&](std::size_t) { return is_in(w.log_in(mail.by_link())); });
    CHECK(testing::count_of(won, true) == 1);
  });
}

TEST_CASE("a link is dead when it is over, when a newer one came, and when the account changed") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto first = w.asked();
    w.t.clock().advance(1min);
    const auto second = w.asked();
    CHECK_ERROR(w.log_in(first.by_link()), invalid_link);
    w.t.clock().advance(10min);
    CHECK_ERROR(w.log_in(second.by_link()), invalid_link);

    for (const bool disables : {false, true}) {
      CAPTURE(disables);
      w.t.clock().advance(1min);
      const auto mail = w.asked();
      w.t.store().transact([&](Transaction& tx) {
        UserPatch patch;
        if (disables) {
          patch.is_active = false;
        } else {
          patch.second_factor = true;
        }
        REQUIRE(tx.users().update_user(ada.user.id, std::nullopt, patch, w.t.clock().now()).user);
      });
      CHECK_ERROR(w.log_in(mail.by_link()), invalid_link);
      CHECK_ERROR(w.log_in(mail.by_code()), ErrorCode::invalid_code);
    }
  });
}

TEST_CASE("what is no link of this room is none") {
  World w{backends().front()};
  static_cast<void>(w.user());
  const auto mail = w.asked();
  auto other = std::string{mail.link.expose_secret()};
  other.replace(0, 4, "rst_");
  for (const auto& text :
       {std::string{}, std::string{"lgn_"}, other, std::string{mail.login_token.expose_secret()}}) {
    CAPTURE(text);
    CHECK_ERROR(w.log_in(Secret{std::string_view{text}}), invalid_link);
  }
  CHECK(w.t.events().count(email_login_link_rejected) == 4);
  CHECK(is_in(w.log_in(mail.by_link())));
}

TEST_CASE("no mail creates or verifies an account, and all who ask are told alike") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    REQUIRE_OK(w.auth().users().sign_up({.email = email("new@example.org"),
                                         .password = testing::password("a long passphrase of eve")},
                                        somewhere));
    const auto off = w.t.logged_in_user("off@example.org");
    w.t.store().transact([&](Transaction& tx) {
      const UserPatch patch{.is_active = false};
      REQUIRE(tx.users().update_user(off.user.id, std::nullopt, patch, w.t.clock().now()).user);
    });
    static_cast<void>(w.mails());
    for (const auto* const address : {"ada@example.org", "ada@example.org", "bob@example.org",
                                      "new@example.org", "off@example.org"}) {
      CAPTURE(address);
      const auto receipt = w.login.ask(email(address), somewhere);
      CHECK(receipt.login_token.expose_secret().starts_with("lgt_"));
      CHECK(receipt.login_token.size() == 47);
      CHECK(receipt.expires_at == w.t.clock().now() + 10min);
    }
    CHECK_MESSAGE(w.login_mails().size() == 1, "the first one, for Ada");
    CHECK_FALSE(w.t.store().users().find_credentials(email("bob@example.org")));
    CHECK_FALSE(w.t.store().users().find_credentials(email("new@example.org"))->user.is_verified);
  });
}

TEST_CASE("an ask that is too fast leaves what was mailed as it was") {
  World w{backends().front()};
  static_cast<void>(w.user());
  const auto mail = w.asked();
  const auto second = w.login.ask(email("ada@example.org"), somewhere);
  CHECK(w.login_mails().empty());
  auto typed = VerificationCode::parse(mail.code);
  REQUIRE_OK(typed);
  CHECK_ERROR(w.log_in(MailedCode{second.login_token.clone(), *std::move(typed)}),
              ErrorCode::invalid_code);
  CHECK(is_in(w.log_in(mail.by_code())));
}

TEST_CASE("where it is off nothing is mailed") {
  World w{backends().front(), {.enabled = false}};
  static_cast<void>(w.user());
  static_cast<void>(w.mails());
  static_cast<void>(w.login.ask(email("ada@example.org"), somewhere));
  CHECK(w.mails().empty());
}

}  // namespace
}  // namespace coffeeauth::email_login
