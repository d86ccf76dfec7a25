// What the room brings for operators.
#include <sstream>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/recovery/bundle.hpp"
#include "features/recovery/tests/world.hpp"

namespace coffeeauth::recovery {
namespace {

Secret token_of(const ResetLink& link) {
  const auto url = link.url.expose_secret();
  return Secret{url.substr(url.find("#token=") + 7)};
}

TEST_CASE(
    "a link that is made for an operator works once, voids what was mailed, and mails nothing") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto mailed = w.asked_reset();
    const auto made = w.recovery.make_reset_link(ada.user.id, std::nullopt, {});
    REQUIRE_OK(made);
    CHECK(made->expires_at == w.t.clock().now() + 30min);
    // The pace of mails does not apply.
    const auto last = w.recovery.make_reset_link(ada.user.id, std::nullopt, {});
    REQUIRE_OK(last);
    CHECK(w.mails().empty());
    CHECK(w.t.events().count(password_reset_link_made) == 2);

    CHECK_ERROR(w.recovery.reset(mailed.clone(), password(new_password), somewhere), invalid_link);
    CHECK_ERROR(w.recovery.reset(token_of(*made), password(new_password), somewhere), invalid_link);
    CHECK_OK(w.recovery.reset(token_of(*last), password(new_password), somewhere));
    CHECK_ERROR(w.recovery.reset(token_of(*last), password(new_password), somewhere), invalid_link);
    CHECK(w.can_log_in("ada@example.org", new_password));
  });
}

TEST_CASE("there is no link for an account that can get no new password") {
  World w{backends().front()};
  const auto ada = w.user();
  CHECK_ERROR(
      w.recovery.make_reset_link(UserId::make(w.t.clock().now(), w.t.random()), std::nullopt, {}),
      ErrorCode::not_found);
  CHECK_OK(w.auth().admin().update_user(ada.user.id, {.is_active = false}, std::nullopt,
                                        ada.user.id, somewhere));
  CHECK_ERROR(w.recovery.make_reset_link(ada.user.id, std::nullopt, {}),
              ErrorCode::account_disabled);
}

TEST_CASE("where links lead nowhere none is made, and what was mailed stays good") {
  on_each_store([](const Backend& backend) {
    const auto says = [&](const RecoveryOptions& options) {
      World w{backend, options};
      return w.recovery.make_reset_link(w.user().user.id, std::nullopt, {});
    };
    auto options = usual_options();
    options.reset = ResetBy::off;
    CHECK_ERROR(says(options), reset_links_off);
    options.reset = ResetBy::link;
    options.enabled = false;
    CHECK_ERROR(says(options), reset_links_off);

    // Without a pattern there is no link to make, and none is needed.
    World w{backend,
            {.reset = ResetBy::code,
             .email_change_url = "https://accounts.example.org/change#token={token}",
             .email_undo_url = "https://accounts.example.org/undo#token={token}"}};
    const auto ada = w.user();
    static_cast<void>(w.mails());
    w.recovery.ask_reset(email("ada@example.org"), somewhere);
    const auto mail = World::mail_to(w.mails(), "ada@example.org", "asked for a new password");
    CHECK_ERROR(w.recovery.make_reset_link(ada.user.id, std::nullopt, {}), reset_links_off);
    CHECK(w.t.events().count(password_reset_link_made) == 0);
    const Secret code{std::string_view{World::code_in(mail, ResetCode::digits)}};
    CHECK_OK(w.recovery.reset(ResetCode{email("ada@example.org"), code.clone()},
                              password(new_password), somewhere));
  });
}

TEST_CASE("send-password-reset prints a link on a terminal and nowhere else") {
  auto store = memory::make_memory_store();
  const auto room = bundle(usual_options());
  auto& feature = room->open(*store, {});
  testing::TestAuth t{{.store = std::move(store), .features = {&feature}}};
  static_cast<void>(t.logged_in_user());
  const auto commands = room->commands();
  REQUIRE(commands.size() == 1);
  CHECK(commands.front().name == "send-password-reset");

  std::ostringstream said;
  standard::CommandInput input{.options = {{"--email", "ada@example.org"}, {"--print-link", ""}},
                               .out = said};
  CHECK_THROWS_AS(commands.front().run(t.auth(), input), std::runtime_error);
  CHECK(said.str().empty());
  CHECK(t.events().count(password_reset_link_made) == 0);
  input.is_terminal = true;
  commands.front().run(t.auth(), input);
  CHECK(said.str().starts_with("https://accounts.example.org/account/reset#token=rst_"));
  input.options.erase("--print-link");
  input.is_terminal = false;
  said.str("");
  commands.front().run(t.auth(), input);
  CHECK(said.str().find("rst_") == std::string::npos);
  CHECK(t.deliver_mail() == 1);
}

}  // namespace
}  // namespace coffeeauth::recovery
