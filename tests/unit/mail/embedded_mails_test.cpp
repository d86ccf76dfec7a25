// Every mail of the library and of the rooms, in every language: rendered, whole, and fit for a
// person.
#include "coffeeauth/testing/doctest.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "coffeeauth/mail_templates.hpp"
#include "email_login_mails.hpp"
#include "mail_test_mails.hpp"
#include "new_device_mails.hpp"
#include "passkeys_mails.hpp"
#include "second_factor_mails.hpp"

using namespace coffeeauth;

namespace {

std::vector<MailKind> room_kinds() {
  auto kinds = recovery::mail_kinds();
  for (auto others : {new_device::mail_kinds(), passkeys::mail_kinds(), second_factor::mail_kinds(),
                      email_login::mail_kinds()}) {
    std::move(others.begin(), others.end(), std::back_inserter(kinds));
  }
  return kinds;
}

std::vector<MailKind> all_kinds() {
  auto kinds = library_mail_kinds();
  auto rooms = room_kinds();
  std::move(rooms.begin(), rooms.end(), std::back_inserter(kinds));
  return kinds;
}

MailParameters sample(const std::string& language, std::string_view kind) {
  const auto at = parse_rfc3339("2026-11-26T13:05:00Z").value();
  return {.to = EmailAddress::parse("ada@example.org").value(),
          .first_name = "Ada",
          .language = language,
          .code = kind == "password_reset" ? "04213756" : "042137",
          .expires_at = at + std::chrono::hours{1},
          .link = "https://example.org/account/reset#token=rst_0123456789&x=1",
          .at = at,
          .extra = {{"client", "Firefox on Linux"},
                    {"address", "203.0.113.7"},
                    {"left", "9"},
                    {"new_email", "a***@example.net"},
                    {"reset_page", "https://example.org/account/reset"}}};
}

/// Where scripts/mail_pictures looks for them.
void keep(const std::string& name, const MailContent& mail) {
  const char* const folder = std::getenv("COFFEEAUTH_MAILS_TO");
  if (folder == nullptr) return;
  std::filesystem::create_directories(folder);
  std::ofstream{std::filesystem::path{folder} / (name + ".html")} << mail.html;
  std::ofstream{std::filesystem::path{folder} / (name + ".txt")} << "Subject: " << mail.subject
                                                                 << "\n\n"
                                                                 << mail.text;
}

bool holds(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("every mail is whole in every language, with all that it may be given and with nothing") {
  const auto templates = make_default_templates("Roast & Co", room_kinds());
  for (const auto& kind : all_kinds()) {
    for (const auto& words : kind.words) {
      const auto name = words.language + "-" + kind.name;
      CAPTURE(name);
      auto parameters = sample(words.language, kind.name);
      const auto mail = templates->render(kind.name, parameters);
      REQUIRE(mail);
      keep(name, *mail);
      for (const auto* const part : {&mail->subject, &mail->text, &mail->html}) {
        CHECK_FALSE(holds(*part, "{{"));
        CHECK_FALSE(holds(*part, "}}"));
      }
      // Where a section without a value was.
      for (const auto* const part : {&mail->subject, &mail->text}) {
        for (const auto* const gap : {" ,", " .", " :", "  ", "\n "})
          CHECK_FALSE(holds(*part, gap));
      }
      CHECK(holds(mail->subject, "Roast & Co: "));
      CHECK_FALSE(holds(mail->text, "\n\n\n"));
      CHECK_FALSE(holds(mail->text, "<"));
      CHECK(holds(mail->html, "<html lang=\"" + words.language + "\">"));
      CHECK(holds(mail->html, "Roast &amp; Co"));
      // What is in the one is in the other.
      for (const auto* const value :
           {"042137", "Ada", "203.0.113.7", "Firefox on Linux", "a***@example.net", "14:05",
            "https://example.org/account/reset"}) {
        CAPTURE(value);
        CHECK(holds(mail->text, value) == holds(mail->html, value));
      }
      CHECK(holds(mail->html,
                  "href=\"" +
                      std::string{
                          "https://example.org/account/reset#token=rst_0123456789&amp;x=1\""}) ==
            holds(mail->text, "\n" + parameters.link + "\n"));
      if (holds(words.text, "{{code}}")) CHECK(holds(mail->text, "\n" + parameters.code + "\n"));

      const auto bare = templates->render(
          kind.name, {.to = parameters.to, .language = words.language, .code = "042137"});
      REQUIRE(bare);
      CHECK_FALSE(holds(bare->text, "\n\n\n"));
      CHECK_FALSE(holds(bare->text, "Ada"));
    }
  }
}

TEST_CASE("every mail is there in English and in German, as text and as HTML") {
  std::set<std::string> names;
  for (const auto& kind : all_kinds()) {
    CAPTURE(kind.name);
    CHECK(names.insert(kind.name).second);
    REQUIRE(kind.words.size() == 2);
    CHECK(kind.words[0].language == "de");
    CHECK(kind.words[1].language == "en");
    for (const auto& words : kind.words) CHECK_FALSE(words.html.empty());
  }
  for (const auto* const kind :
       {"verification_code",   "sign_up_for_existing",   "login_code",
        "password_changed",    "new_device_login",       "password_reset",
        "password_reset_done", "email_change_code",      "email_change_taken",
        "email_change_asked",  "email_changed",          "email_restored",
        "account_locked",      "factor_added",           "factor_removed",
        "recovery_code_used",  "recovery_codes_renewed", "second_factor_failures",
        "second_factor_reset", "two_steps_on",           "two_steps_off",
        "email_login"}) {
    CAPTURE(kind);
    CHECK(names.contains(kind));
  }
}

TEST_CASE("six digits in a mail are its code, and no color") {
  const auto templates = make_default_templates("Roast & Co", room_kinds());
  const std::regex six_digits{"[^0-9]([0-9]{6})[^0-9]"};
  for (const auto& kind : all_kinds()) {
    CAPTURE(kind.name);
    auto parameters = sample("en", kind.name);
    parameters.code = "042137";
    const auto mail = templates->render(kind.name, parameters).value();
    for (const auto& form : {mail.text, mail.html}) {
      for (std::sregex_iterator at{form.begin(), form.end(), six_digits}, end; at != end; ++at) {
        CHECK((*at)[1] == "042137");
      }
    }
  }
}

TEST_CASE(
    "a mail for a new password says why it was sent, in both languages, as text and as HTML") {
  struct Form {
    const char* reason;
    const char* begin;
    const char* end;
    const char* preview;
  };
  const std::map<std::string, std::vector<Form>> forms{
      {"en",
       {{"", "Someone, probably you, asked for a new password",
         "If it was not you, ignore this mail", "You asked for a new password"},
        {"by_administrator", "An administrator sent you this mail, so that you can choose",
         "If you do not want a new password, ignore this mail", "Nothing changes until you choose"},
        {"after_undo", "The account has no password now",
         "Until you choose a password, nobody can log in with one",
         "your account has no password now"}}},
      {"de",
       {{"", "jemand, vermutlich Sie selbst, hat ein neues Passwort",
         "Wenn Sie es nicht waren, ignorieren Sie diese E-Mail",
         "Sie haben ein neues Passwort angefordert"},
        {"by_administrator", "die Verwaltung hat Ihnen diese E-Mail geschickt, damit Sie",
         "Wenn Sie kein neues Passwort möchten, ignorieren Sie diese E-Mail",
         "Bis Sie ein Passwort wählen, ändert sich nichts"},
        {"after_undo", "Das Konto hat nun kein Passwort mehr",
         "Bis Sie ein Passwort wählen, kann sich niemand mit einem anmelden",
         "Ihr Konto hat nun kein Passwort"}}},
  };
  const auto templates = make_default_templates("Roast & Co", room_kinds());
  for (const auto& [language, all] : forms) {
    for (const auto& sent : all) {
      for (const bool has_page : {true, false}) {
        CAPTURE(language);
        CAPTURE(sent.reason);
        auto parameters = sample(language, "password_reset");
        if (*sent.reason != '\0') parameters.extra.emplace(sent.reason, "yes");
        if (!has_page) parameters.extra.erase("reset_page");
        const auto mail = templates->render("password_reset", parameters).value();
        for (const auto& form : all) {
          CAPTURE(form.reason);
          const bool is_it = &form == &sent;
          CHECK(holds(mail.html, form.preview) == is_it);
          for (const auto* const part : {&mail.text, &mail.html}) {
            CHECK(holds(*part, form.begin) == is_it);
            CHECK(holds(*part, form.end) == is_it);
          }
        }
        const bool stays = std::string_view{sent.reason} != "after_undo";
        for (const auto* const part : {&mail.text, &mail.html}) {
          CHECK((holds(*part, "stays the same") || holds(*part, "bleibt unverändert")) == stays);
          CHECK(holds(*part, "https://example.org/account/reset</a>") ==
                (part == &mail.html && has_page && *sent.reason != '\0'));
        }
        for (const auto* const gap : {" ,", " .", " :", "  ", "\n ", "\n\n\n", "{{", "}}"}) {
          CHECK_FALSE(holds(mail.text, gap));
        }
      }
    }
  }
}

TEST_CASE("a mail about a factor names its kind, in both languages, as text and as HTML") {
  const std::map<std::string, std::vector<std::pair<const char*, const char*>>> kinds{
      {"en",
       {{"app", "uthenticator app was "},
        {"phone", " phone"},
        {"mailbox", "odes by mail were "},
        {"", " second factor (+49...89) was "}}},
      {"de",
       {{"app", "eine Authenticator-App "},
        {"phone", "ein Telefon "},
        {"mailbox", "Codes per E-Mail "},
        {"", "ein zweiter Faktor (+49...89) "}}},
  };
  const auto templates = make_default_templates("Roast & Co", room_kinds());
  for (const auto& [language, all] : kinds) {
    for (const auto* const name : {"factor_added", "factor_removed"}) {
      for (const auto& sent : all) {
        CAPTURE(language);
        CAPTURE(name);
        CAPTURE(sent.first);
        auto parameters = sample(language, name);
        parameters.extra.emplace("hint", "+49...89");
        if (*sent.first != '\0') parameters.extra.emplace(sent.first, "yes");
        const auto mail = templates->render(name, parameters).value();
        for (const auto& kind : all) {
          CAPTURE(kind.first);
          const bool is_it = &kind == &sent;
          for (const auto* const part : {&mail.text, &mail.html}) {
            CHECK(holds(*part, kind.second) == is_it);
          }
          if (*kind.first != '\0') CHECK(holds(mail.subject, kind.second) == is_it);
        }
        const std::string_view shown{sent.first};
        CHECK(holds(mail.text, "(+49...89)") == (shown == "phone" || shown.empty()));
        for (const auto* const gap : {" ,", " .", " :", "  ", "\n ", "\n\n\n", "{{", "}}"}) {
          CHECK_FALSE(holds(mail.text, gap));
        }
      }
    }
  }
}

TEST_CASE("no mail about wrong codes blames the password alone, or speaks of apps alone") {
  const auto templates = make_default_templates("Roast & Co", room_kinds());
  for (const auto* const kind :
       {"account_locked", "second_factor_failures", "recovery_code_used"}) {
    for (const auto* const language : {"en", "de"}) {
      CAPTURE(kind);
      CAPTURE(language);
      const auto mail = templates->render(kind, sample(language, kind)).value();
      for (const auto* const part : {&mail.text, &mail.html}) {
        CHECK((holds(*part, "check your mailbox") || holds(*part, "Sie Ihr Postfach")));
        CHECK_FALSE(holds(*part, "Someone knows your password"));
        CHECK_FALSE(holds(*part, "Jemand kennt Ihr Passwort"));
        CHECK_FALSE(holds(*part, "uthenticator"));
      }
    }
  }
}

TEST_CASE("no mail that a stranger can cause bears a name") {
  const auto templates = make_default_templates("Roast & Co", room_kinds());
  for (const auto* const kind :
       {"verification_code", "sign_up_for_existing", "email_change_code", "email_change_taken"}) {
    for (const auto* const language : {"en", "de"}) {
      CAPTURE(kind);
      const auto mail = templates->render(kind, sample(language, kind)).value();
      CHECK_FALSE(holds(mail.text, "Ada"));
      CHECK_FALSE(holds(mail.html, "Ada"));
    }
  }
}
