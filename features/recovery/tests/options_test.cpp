#include "features/recovery/tests/world.hpp"

namespace coffeeauth::recovery {
namespace {

std::string complaint(const RecoveryOptions& options) {
  try {
    World w{backends().front(), options};
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
  return {};
}

TEST_CASE("options that cannot be are refused by the name of the setting") {
  CHECK(complaint({}).starts_with("PASSWORD_RESET_URL: "));
  CHECK(
      complaint({.public_url = "http://accounts.example.org"}).starts_with("PASSWORD_RESET_URL: "));
  CHECK(complaint({.public_url = "http://127.0.0.1:8000"}).empty());
  auto options = usual_options();
  options.reset_url = "https://app.example.org/reset";
  CHECK(complaint(options) == "PASSWORD_RESET_URL: has no {token}");
  options.reset_url = "https://app.example.org/#{token}/{token}";
  CHECK(complaint(options) == "PASSWORD_RESET_URL: has {token} twice");
  options.reset_url = "https://{token}.example.org/";
  CHECK(complaint(options).starts_with("PASSWORD_RESET_URL: "));
  options.reset_url = "https://app.example.org/reset?token={token}";
  CHECK(complaint(options) == "PASSWORD_RESET_URL: must have {token} after a #");
  options.reset_url = "javascript:alert('{token}')";
  CHECK(complaint(options).starts_with("PASSWORD_RESET_URL: "));
  options.reset_url = "https://app.example.org/#/reset?token={token}";
  CHECK(complaint(options).empty());
  options.reset_lifetime = 1min;
  CHECK(complaint(options).starts_with("PASSWORD_RESET_LIFETIME: "));
  options = usual_options();
  for (const std::size_t attempts : {0U, 11U}) {
    options.code_attempts = attempts;
    CHECK(complaint(options).starts_with("RECOVERY_CODE_ATTEMPTS: "));
  }
  options = usual_options();
  options.asks.count = 0;
  CHECK(complaint(options).starts_with("RECOVERY_ASK_LIMIT: "));
}

TEST_CASE("without the server's pages each link that is mailed needs a page of its own") {
  auto options = usual_options();
  options.pages = false;
  CHECK(complaint(options) == "PASSWORD_RESET_URL: must be set while ACCOUNT_PAGES is off");
  options.reset_url = "https://app.example.org/reset#{token}";
  CHECK(complaint(options) == "EMAIL_CHANGE_URL: must be set while ACCOUNT_PAGES is off");
  options.email_change_url = "https://app.example.org/email#{token}";
  options.email_undo_url = "https://app.example.org/undo#{token}";
  CHECK(complaint(options).empty());
  // No link of a reset is mailed.
  options.reset_url.clear();
  options.reset = ResetBy::code;
  CHECK(complaint(options).empty());
  // But after an undo it is.
  options.reset = ResetBy::off;
  CHECK(complaint(options).starts_with("PASSWORD_RESET_URL: "));
  options.undo_lifetime = 0s;
  options.email_undo_url.clear();
  CHECK(complaint(options).empty());
}

TEST_CASE("without an undo the former address is told, and free at once") {
  auto options = usual_options();
  options.undo_lifetime = 0s;
  World w{backends().front(), options};
  const auto ada = w.user();
  const auto who = w.principal(ada);
  REQUIRE_OK(w.recovery.ask_email_change(who, email("new@example.org"), somewhere));
  const auto token =
      World::token_in(World::mail_to(w.mails(), "new@example.org", "use this address"), "eml_");
  CHECK_OK(w.recovery.confirm_email_change(token, somewhere));
  const auto told = World::mail_to(w.mails(), "ada@example.org", "was changed to");
  CHECK(told.text.find("und_") == std::string::npos);
  CHECK_OK(w.auth().users().sign_up(
      {.email = email("ada@example.org"), .password = password(new_password)}, somewhere));
  CHECK(w.t.store().users().find_credentials(email("ada@example.org")));
}

TEST_CASE("links lead where the settings say, and nowhere else") {
  auto options = usual_options();
  options.reset_url = "https://app.example.org/#/reset?token={token}";
  options.email_undo_url = "https://app.example.org/undo#{token}";
  World w{backends().front(), options};
  static_cast<void>(w.user());
  w.recovery.ask_reset(email("ada@example.org"), somewhere);
  const auto mail = World::mail_to(w.mails(), "ada@example.org", "asked for a new password");
  CHECK(mail.text.find("https://app.example.org/#/reset?token=rst_") != std::string::npos);
  const auto bob = w.t.logged_in_user("bob@example.org");
  REQUIRE_OK(w.recovery.ask_email_change(w.principal(bob), email("new@example.org"), somewhere));
  const auto asked = World::mail_to(w.mails(), "new@example.org", "use this address");
  CHECK(asked.text.find("https://accounts.example.org/account/email#token=eml_") !=
        std::string::npos);
  REQUIRE_OK(w.recovery.confirm_email_change(World::token_in(asked, "eml_"), somewhere));
  const auto told = World::mail_to(w.mails(), "bob@example.org", "was changed to");
  CHECK(told.text.find("https://app.example.org/undo#und_") != std::string::npos);
}

TEST_CASE("every setting reads back what it shows") {
  RecoveryOptions options = usual_options();
  for (const auto& field : fields(options)) {
    CAPTURE(field.name);
    const auto shown = field.get();
    // An empty text is as good as none where settings are read.
    if (!shown.empty()) CHECK(field.set(shown));
  }
  CHECK(fields(options).size() == 22);
}

TEST_CASE("the clean-up deletes what is over") {
  World w{backends().front()};
  static_cast<void>(w.user());
  static_cast<void>(w.asked_reset());
  w.t.clock().advance(1h);
  jobs::Scheduler scheduler{w.auth().services()};
  CHECK(scheduler.run_once().of_features == 1);
}

}  // namespace
}  // namespace coffeeauth::recovery
