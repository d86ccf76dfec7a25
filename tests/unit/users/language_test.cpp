// In which language a person is written to, whoever causes the mail.

#include <string>

#include "coffeeauth/ports/mailer.hpp"
#include "fixture.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

Language tag(std::string_view text) { return Language::parse(text).value(); }

struct Polyglot : Fixture {
  const std::string ada = "ada@example.org";

  /// Whoever asks from now on, asks in that language.
  void asks_in(const std::string& language) { client.language = language; }
  /// What the last mail to `address` is written in; nothing where none was sent since the last
  /// look.
  std::string written_in(const std::string& address) {
    const auto now = mails_to(address);
    if (now == seen_) return {};
    seen_ = now;
    const auto html = t.mailer().last_to(email(address))->html;
    const auto at = html.find("<html lang=\"");
    REQUIRE(at != std::string::npos);
    return html.substr(at + 12, 2);
  }
  Language language_of(const User& user) { return auth().users().get(user.id).value().language; }
  void forget_pace() { t.clock().advance(1h); }

 private:
  std::size_t seen_ = 0;
};

}  // namespace

TEST_CASE_FIXTURE(Polyglot,
                  "who signs up in German is written to in German, whatever browser asks") {
  asks_in("de-AT");
  REQUIRE_OK(sign_up(ada));
  CHECK(written_in(ada) == "de");
  asks_in("en-US");
  forget_pace();
  resend(ada);
  CHECK(written_in(ada) == "de");
  const auto user = verify(ada, mailed_code(ada));
  REQUIRE_OK(user);
  CHECK(user->language == tag("de-AT"));

  forget_pace();
  REQUIRE_OK(sign_up(ada, other_good));
  CHECK(written_in(ada) == "de");
  static_cast<void>(auth().sessions().send_login_code(email(ada), client));
  CHECK(written_in(ada) == "de");
  const auto tokens = log_in(ada);
  REQUIRE_OK(tokens);
  REQUIRE_OK(auth().sessions().change_password(who(*tokens).value(), password(good),
                                               password(other_good), client));
  CHECK(written_in(ada) == "de");
}

TEST_CASE_FIXTURE(Polyglot, "what a sign-up says comes before what its client prefers") {
  asks_in("en");
  REQUIRE_OK(auth().users().sign_up(
      {.email = email(ada), .password = password(good), .language = tag("de")}, client));
  CHECK(written_in(ada) == "de");
  CHECK(verify(ada, mailed_code(ada))->language == tag("de"));
}

TEST_CASE_FIXTURE(Polyglot, "a client that names no language leaves it unknown") {
  int people = 0;
  for (const std::string language : {"", "x-klingon", "*", "not a tag"}) {
    CAPTURE(language);
    asks_in(language);
    CHECK(verified_user(std::to_string(++people) + ada).language.empty());
  }
}

TEST_CASE_FIXTURE(Polyglot,
                  "an account whose language is unknown is written to as its client asks") {
  const auto user = verified_user(ada);
  REQUIRE(user.language.empty());
  static_cast<void>(written_in(ada));
  for (const std::string language : {"de", "en"}) {
    CAPTURE(language);
    forget_pace();
    asks_in(language);
    REQUIRE_OK(sign_up(ada, other_good));
    CHECK(written_in(ada) == language);
    static_cast<void>(auth().sessions().send_login_code(email(ada), client));
    CHECK(written_in(ada) == language);
    CHECK(language_of(user).empty());
  }
}

TEST_CASE_FIXTURE(Polyglot, "no stranger's sign-up changes the language of an account") {
  asks_in("de");
  const auto user = verified_user(ada);
  asks_in("en");
  for (const auto secret : {other_good, good}) {
    REQUIRE_OK(sign_up(ada, secret));
    CHECK(language_of(user) == tag("de"));
    CHECK(auth().users().get(user.id).value() == user);
  }
}

TEST_CASE_FIXTURE(Polyglot, "who proves the mailbox has the language of their own sign-up") {
  asks_in("en");
  REQUIRE_OK(sign_up(ada, other_good, "Mallory"));
  CHECK(written_in(ada) == "en");
  forget_pace();
  asks_in("de");
  REQUIRE_OK(sign_up(ada));
  CHECK(written_in(ada) == "de");
  // Whose the account will be is not known: whoever asks is answered in their language.
  forget_pace();
  resend(ada);
  CHECK(written_in(ada) == "de");
  const auto user = verify_with(ada, mailed_code(ada), good);
  REQUIRE_OK(user);
  CHECK(user->language == tag("de"));
}

TEST_CASE_FIXTURE(Polyglot, "a user changes and forgets the language, and mails follow") {
  asks_in("en");
  const auto user = verified_user(ada);
  static_cast<void>(written_in(ada));
  const auto changed = auth().users().update_profile(user.id, {.language = tag("de-ch")}, client);
  REQUIRE_OK(changed);
  CHECK(changed->language == tag("de-CH"));
  CHECK(changed->version == user.version + 1);
  CHECK(changed->security_version == user.security_version);
  CHECK(t.events().last(EventKind::user_updated)->user == user.id);
  CHECK_ERROR(auth().users().update_profile(
                  user.id, {.language = tag("fr"), .expected_version = user.version}, client),
              ErrorCode::version_conflict);
  const auto renamed = auth().users().update_profile(user.id, {.first_name = "Augusta"}, client);
  CHECK(renamed->language == tag("de-CH"));
  forget_pace();
  REQUIRE_OK(sign_up(ada, other_good));
  CHECK(written_in(ada) == "de");

  REQUIRE_OK(auth().users().update_profile(user.id, {.language = Language{}}, client));
  CHECK(language_of(user).empty());
  forget_pace();
  REQUIRE_OK(sign_up(ada, other_good));
  CHECK(written_in(ada) == "en");
}

TEST_CASE_FIXTURE(Polyglot,
                  "a code that an administrator causes is in the language of the account") {
  const auto boss = admin("boss@example.org");
  CHECK(boss.language.empty());
  asks_in("de");
  REQUIRE_OK(sign_up(ada));
  static_cast<void>(written_in(ada));
  const auto id = t.store().users().find_credentials(email(ada))->user.id;
  asks_in("en");
  REQUIRE_OK(auth().admin().update_user(id, {.is_verified = true}, {}, boss.id, client));
  CHECK(written_in(ada) == "de");

  const auto changed =
      auth().admin().update_user(id, {.language = tag("en-GB")}, {}, boss.id, client);
  REQUIRE_OK(changed);
  CHECK(changed->language == tag("en-GB"));
}

TEST_CASE_FIXTURE(Polyglot, "of several sign-ups none chooses an administrator's language") {
  const auto boss = admin("boss@example.org");
  asks_in("de");
  REQUIRE_OK(sign_up(ada));
  asks_in("en");
  REQUIRE_OK(sign_up(ada, other_good));
  static_cast<void>(written_in(ada));
  const auto id = t.store().users().find_credentials(email(ada))->user.id;
  REQUIRE_OK(auth().admin().update_user(id, {.is_verified = true}, {}, boss.id, client));
  CHECK(written_in(ada) == "en");
}

TEST_CASE_FIXTURE(Polyglot, "a mail that is tried again is the mail that it was") {
  asks_in("de");
  const auto user = verified_user(ada);
  static_cast<void>(written_in(ada));
  t.mailer().answer_next({.verdict = DeliveryVerdict::retry_later});
  forget_pace();
  REQUIRE_OK(sign_up(ada, other_good));
  CHECK(written_in(ada).empty());
  REQUIRE_OK(auth().users().update_profile(user.id, {.language = tag("en")}, client));
  t.clock().advance(1h);
  CHECK(written_in(ada) == "de");
}

TEST_CASE_FIXTURE(Polyglot, "an administrator who is made takes over no stranger's language") {
  asks_in("de");
  REQUIRE_OK(sign_up(ada));
  CHECK(admin(ada).language.empty());
  const auto boss = auth().admin().create_admin(
      {.email = email("boss@example.org"), .password = password(good), .language = tag("de")});
  REQUIRE_OK(boss);
  CHECK(boss->language == tag("de"));
}
