// An administrator gives an address back; what thieves and squatters hold of it stays worthless.
#include "features/recovery/tests/change.hpp"

namespace coffeeauth::recovery {
namespace {

/// Moves the account, and gives the token of the undo that the former mailbox is mailed.
Secret moved_now(World& w, const Principal& who, std::string_view from, std::string_view to) {
  static_cast<void>(w.mails());
  w.t.clock().advance(2min);
  REQUIRE_OK(w.recovery.ask_email_change(who, email(to), somewhere));
  const auto token = World::token_in(World::mail_to(w.mails(), to, "use this address"), "eml_");
  REQUIRE_OK(w.recovery.confirm_email_change(token, somewhere));
  return World::token_in(World::mail_to(w.mails(), from, "was changed to"), "und_");
}

Principal again(World& w, const Secret& refresh) {
  const auto pair = w.auth().sessions().refresh(refresh.expose_secret(), somewhere);
  REQUIRE_OK(pair);
  return w.auth().sessions().authenticate_token(pair->access_token.expose_secret()).value();
}

TEST_CASE("what an administrator made of the address is not undone after the owner's next change") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    // With her session to one mailbox of the thief's, and on to another.
    static_cast<void>(moved_now(w, w.principal(ada), "ada@example.org", "b@example.org"));
    const auto thiefs =
        moved_now(w, again(w, ada.tokens.refresh_token), "b@example.org", "c@example.org");
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
    const auto owners = moved_now(w, owner.value(), "ada@example.org", "safe@example.org");
    CHECK_ERROR(w.recovery.undo_email_change(thiefs, somewhere), invalid_link);
    CHECK_OK(w.recovery.undo_email_change(owners, somewhere));
  });
}

TEST_CASE("an administrator does not make an account of who signed up for a reserved address") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto undo = moved_now(w, w.principal(ada), "ada@example.org", "b@example.org");
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

}  // namespace
}  // namespace coffeeauth::recovery
