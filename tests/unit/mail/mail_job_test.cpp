#include "coffeeauth/testing/doctest.hpp"

#include <string>

#include "coffeeauth/mail_templates.hpp"
// How a payload is sealed is private; that it is sealed is a promise to operators.
#include "lib/mail/mail_job.hpp"

using namespace coffeeauth;

namespace {

struct Fixture {
  std::unique_ptr<RandomSource> random = make_system_random();
  Vault vault{Secret{std::string_view{"0123456789abcdef0123456789abcdef"}}};
  UtcTime now = from_unix_millis(1'790'000'000'000);
  MailParameters parameters{.to = EmailAddress::parse("Ada@Example.org").value(),
                            .language = "de-AT",
                            .code = "001234",
                            .expires_at = now + std::chrono::hours{1}};

  NewJob make() {
    return make_mail_job(mail_kind::verification_code, parameters, vault, *random, now,
                         parameters.expires_at);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a job gives back what was put into it") {
  const auto opened = open_mail_job(make(), vault);
  REQUIRE(opened);
  CHECK(opened->to.display() == "Ada@Example.org");
  CHECK(opened->to.canonical() == "ada@example.org");
  CHECK(opened->code == "001234");
  CHECK(opened->language == "de-AT");
  CHECK(opened->expires_at == parameters.expires_at);
}

TEST_CASE_FIXTURE(Fixture,
                  "a job carries the link, the time and the values of a kind of one's own") {
  parameters.link = "https://example.org/#token=1";
  parameters.at = now - std::chrono::minutes{5};
  parameters.extra = {{"client", "Firefox"}, {"address", "::1"}};
  const auto opened = open_mail_job(make(), vault);
  REQUIRE(opened);
  CHECK(opened->link == parameters.link);
  CHECK(opened->at == parameters.at);
  CHECK(opened->extra == parameters.extra);

  parameters.at = {};
  CHECK(open_mail_job(make(), vault)->at == now);
}

TEST_CASE_FIXTURE(Fixture, "text that is no UTF-8 leaves a mail legible, and fails no job") {
  parameters.first_name = "Ren\xE9";
  parameters.language = "de\xFF";
  parameters.extra = {{"address", "192.0.2.1\xC3"}, {"client", "Firefox"}};
  const auto opened = open_mail_job(make(), vault);
  REQUIRE(opened);
  CHECK(opened->first_name == "Ren\uFFFD");
  CHECK(opened->language == "de\uFFFD");
  CHECK(opened->extra.at("address") == "192.0.2.1\uFFFD");
  CHECK(opened->extra.at("client") == "Firefox");
  CHECK(opened->code == "001234");
}

TEST_CASE_FIXTURE(Fixture, "a job of the version before is opened") {
  auto job = make();
  const std::string payload =
      R"({"to":"Ada@Example.org","to_canonical":"ada@example.org","first_name":"Ada",)"
      R"("language":"de","code":"001234","expires_at":1790003600000})";
  job.sealed_payload = vault.seal("mail_job", job.id.str() + ":" + job.kind, payload, *random);
  const auto opened = open_mail_job(job, vault);
  REQUIRE(opened);
  CHECK(opened->to.canonical() == "ada@example.org");
  CHECK(opened->code == "001234");
  CHECK(opened->expires_at == from_unix_millis(1'790'003'600'000));
  CHECK(opened->link.empty());
  CHECK(opened->extra.empty());
  CHECK(opened->at == now);
}

TEST_CASE_FIXTURE(Fixture, "neither code nor address can be read in a job") {
  const auto payload = make().sealed_payload;
  CHECK(payload.find("001234") == std::string::npos);
  CHECK(payload.find("xample") == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture,
                  "a payload opens only in its own job, unchanged, and with its own secret") {
  auto job = make();
  const auto other = make();
  SUBCASE("moved to another job") { job.sealed_payload = other.sealed_payload; }
  SUBCASE("of another kind") { job.kind = std::string{mail_kind::sign_up_for_existing}; }
  SUBCASE("changed in one bit") { job.sealed_payload.back() ^= 1; }
  SUBCASE("cut") { job.sealed_payload.pop_back(); }
  SUBCASE("empty") { job.sealed_payload.clear(); }
  CHECK_FALSE(open_mail_job(job, vault));

  const Vault stranger{Secret{std::string_view{"another secret of thirty-two byte"}}};
  CHECK_FALSE(open_mail_job(other, stranger));
}

TEST_CASE_FIXTURE(Fixture, "every mail carries its code in subject-safe, complete plain text") {
  const auto templates = make_default_templates("Roast & Co");
  for (const auto* language : {"", "en", "de", "DE-at", "fr", "de\r\nX: y"}) {
    CAPTURE(language);
    parameters.language = language;
    const auto mail = templates->render(mail_kind::verification_code, parameters).value();
    CHECK(mail.text.find("001234") != std::string::npos);
    CHECK(mail.html.find("001234") != std::string::npos);
    CHECK(mail.text.find('{') == std::string::npos);
    CHECK(mail.subject.find_first_of("\r\n") == std::string::npos);
    CHECK(mail.subject.find("Roast & Co") != std::string::npos);
    CHECK(mail.html.find("Roast &amp; Co") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "the language of a mail is the reader's where there is one") {
  const auto templates = make_default_templates("coffeeauth");
  parameters.language = "de-AT";
  CHECK(
      templates->render(mail_kind::verification_code, parameters).value().text.find("Guten Tag") ==
      0);
  parameters.language = "tlh";
  CHECK(templates->render(mail_kind::verification_code, parameters).value().text.find("Hello") ==
        0);
}

TEST_CASE_FIXTURE(Fixture, "the mail for an address that has an account holds no code") {
  const auto templates = make_default_templates("coffeeauth");
  const auto mail = templates->render(mail_kind::sign_up_for_existing, parameters).value();
  CHECK(mail.text.find("001234") == std::string::npos);
  CHECK(mail.html.find("001234") == std::string::npos);
}
