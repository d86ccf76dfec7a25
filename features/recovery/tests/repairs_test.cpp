// An administrator gives an address back; what thieves and squatters hold of it stays worthless.
#include "features/recovery/tests/change.hpp"

namespace coffeeauth::recovery {
namespace {

TEST_CASE("what an administrator made of the address is not undone after the owner's next change") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    // With her session to one mailbox of the thief's, and on to another.
    static_cast<void>(moved(w, w.principal(ada), "ada@example.org", "b@example.org"));
    const auto thiefs = moved(w, refreshed(w, ada), "b@example.org", "c@example.org");
    REQUIRE_OK(w.auth().admin().update_user(ada.user.id, {.email = email("ada@example.org")},
                                            std::nullopt, ada.user.id, somewhere));
    CHECK_ERROR(w.recovery.undo_email_change(thiefs, somewhere), invalid_link);
    w.t.clock().advance(2min);
    REQUIRE_OK(
        w.recovery.reset(w.asked_reset("ada@example.org"), password(new_password), somewhere));
    const auto in =
        w.auth().sessions().log_in(email("ada@example.org"), password(new_password), somewhere);
    REQUIRE_OK(in);
    const auto owner = w.auth().sessions().authenticate_token(
        std::get<TokenPair>(*in).access_token.expose_secret());
    const auto owners = moved(w, owner.value(), "ada@example.org", "safe@example.org");
    CHECK_ERROR(w.recovery.undo_email_change(thiefs, somewhere), invalid_link);
    CHECK_OK(w.recovery.undo_email_change(owners, somewhere));
  });
}

TEST_CASE("an administrator does not make an account of who signed up for a reserved address") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto undo = moved(w, w.principal(ada), "ada@example.org", "b@example.org");
    REQUIRE_OK(w.auth().users().sign_up(
        {.email = email("ada@example.org"), .password = password("a squatter's own password")},
        somewhere));
    const auto squatter = w.t.store().users().find_credentials(email("ada@example.org"));
    const auto update = [&](const UserPatch& patch) {
      return w.auth().admin().update_user(squatter->user.id, patch, std::nullopt, ada.user.id,
                                          somewhere);
    };
    CHECK_ERROR(update({.is_verified = true}), ErrorCode::email_taken);
    CHECK_ERROR(update({.is_active = false}), ErrorCode::email_taken);
    CHECK_ERROR(update({.first_name = "Eve"}), ErrorCode::email_taken);
    // Elsewhere it is nobody's concern.
    SUBCASE("moved") { CHECK_OK(update({.email = email("eve@example.org")})); }
    SUBCASE("left") {}
    CHECK_OK(w.recovery.undo_email_change(undo, somewhere));
  });
}

TEST_CASE("a reset of an account that only an administrator verified has no stranger's words") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto admin = w.user("admin@example.org");
    const auto victim = email("victim@example.org");
    REQUIRE_OK(w.auth().users().sign_up({.email = victim,
                                         .password = password("a squatter's own password"),
                                         .first_name = "evil.example wants you",
                                         .language = Language::parse("de").value()},
                                        somewhere));
    const auto id = w.t.store().users().find_credentials(victim)->user.id;
    REQUIRE_OK(w.auth().admin().update_user(id, {.is_verified = true}, std::nullopt, admin.user.id,
                                            somewhere));
    static_cast<void>(w.mails());
    const auto is_clean = [&] {
      const auto mail = World::mail_to(w.mails(), "victim@example.org", "new password");
      return mail.text.find("evil.example") == std::string::npos;
    };
    CHECK_OK(w.recovery.send_reset(id, admin.user.id, somewhere));
    CHECK(is_clean());
    w.recovery.ask_reset(victim, somewhere);
    const auto mail = World::mail_to(w.mails(), "victim@example.org", "new password");
    CHECK(mail.text.find("evil.example") == std::string::npos);
    CHECK_OK(w.recovery.reset(World::token_in(mail, "rst_"), password(new_password), somewhere));
    const auto owned = w.auth().admin().get_user(id);
    CHECK(owned->first_name.empty());
    CHECK(owned->language.tag().empty());
    // What its owner types then stays.
    CHECK_OK(w.auth().users().update_profile(id, {.first_name = "Vic"}, somewhere));
    w.t.clock().advance(2min);
    CHECK_OK(w.recovery.reset(w.asked_reset("victim@example.org"),
                              password("one more long passphrase"), somewhere));
    CHECK(w.auth().admin().get_user(id)->first_name == "Vic");
  });
}

}  // namespace
}  // namespace coffeeauth::recovery
