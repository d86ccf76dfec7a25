#include "coffeeauth/testing/contract/mailer.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>

#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view mailbox = "ada@example.org";

Mail sample(const std::string& id = "1") {
  return {.to = EmailAddress::restore("Ada@example.org", std::string{mailbox}),
          .subject = "Your code",
          .text = "The code is 123456.\n",
          .html = "<p>The code is <b>123456</b>.</p>\n",
          .message_id = id + "@contract.example.org",
          .date = UtcTime{1'700'000'000'000ms}};
}

void check_arrived(const ReceivedMail& got, const Mail& sent) {
  CHECK(got.to == sent.to.canonical());
  CHECK(got.subject == sent.subject);
  CHECK(got.text == sent.text);
  CHECK(got.html == sent.html);
  CHECK(got.message_id == sent.message_id);
}

void check_arrives(MailerHarness& harness, const Mail& sent) {
  const auto mailer = harness.fresh();
  CHECK(mailer->deliver(sent).verdict == DeliveryVerdict::delivered);
  const auto got = harness.received();
  REQUIRE(got.size() == 1);
  check_arrived(got.front(), sent);
}

void contents(MailerHarness& harness) {
  SUBCASE("mailer: a mail arrives once, as it was written") { check_arrives(harness, sample()); }

  SUBCASE("mailer: every character of UTF-8 arrives, in a long subject and in long lines too") {
    auto mail = sample();
    mail.subject =
        "Ihr Code f\u00fcr den Zugang: \u4f60\u597d, \u043f\u0440\u0438\u0432\u0435\u0442 "
        "\U0001F511 und noch "
        "sehr viel mehr, bis keine Zeile es fasst";
    mail.text = "caf\u00e9 \u20ac\n" + std::string(1'500, 'x') + "\n\n \ttrailing \n";
    mail.html = "<p>\u20ac " + std::string(1'500, 'y') + "</p>\n";
    check_arrives(harness, mail);
  }

  SUBCASE("mailer: a mail of text alone arrives without HTML") {
    auto mail = sample();
    mail.html.clear();
    check_arrives(harness, mail);
  }

  SUBCASE("mailer: what looks like the end of a mail, a header or a boundary is text") {
    auto mail = sample();
    mail.subject = "=?utf-8?q?not_encoded?= Bcc: eve@example.org";
    mail.text = "Bcc: eve@example.org\n\n.\n..\nQUIT\nFrom me\n--boundary\n--\n=3D =\n";
    mail.html = ".\n<p>.</p>\n--\n";
    check_arrives(harness, mail);
  }
}

void tries(MailerHarness& harness) {
  SUBCASE("mailer: a mail that is tried again has the Message-ID it had") {
    const auto mailer = harness.fresh();
    const auto mail = sample();
    for (int i = 0; i < 2; ++i) CHECK(mailer->deliver(mail).verdict == DeliveryVerdict::delivered);
    const auto got = harness.received();
    REQUIRE_FALSE(got.empty());  // a mailbox may know it for the same and keep one
    for (const auto& one : got) check_arrived(one, mail);
  }

  SUBCASE("mailer: many threads deliver, and each mail arrives once and whole") {
    const auto mailer = harness.fresh();
    const auto numbered = [](std::size_t i) {
      auto mail = sample(std::to_string(i));
      mail.text = "The code is " + std::to_string(100'000 + i) + ".\n";
      return mail;
    };
    const auto verdicts =
        race(race_threads, [&](std::size_t i) { return mailer->deliver(numbered(i)).verdict; });
    CHECK(std::count(verdicts.begin(), verdicts.end(), DeliveryVerdict::delivered) ==
          static_cast<std::ptrdiff_t>(race_threads));
    std::set<std::string> ids;
    for (const auto& one : harness.received()) {
      CHECK_MESSAGE(ids.insert(one.message_id).second, one.message_id << " arrived twice");
      check_arrived(one, numbered(std::stoul(one.message_id)));
    }
    CHECK(ids.size() == race_threads);
  }
}

void failures(MailerHarness& harness) {
  SUBCASE("mailer: while the way is closed a mail is for later, and none arrives") {
    const auto mailer = harness.fresh();
    if (!harness.take_down()) return;
    const auto delivery = mailer->deliver(sample());
    CHECK(delivery.verdict == DeliveryVerdict::retry_later);
    CHECK(delivery.reason.find(mailbox) == std::string::npos);
    CHECK(harness.received().empty());
  }

  SUBCASE(
      "mailer: a mail that is refused for good is not for later, and the next one goes through") {
    const auto mailer = harness.fresh();
    if (!harness.refuse_next()) return;
    const auto delivery = mailer->deliver(sample("refused"));
    CHECK(delivery.verdict == DeliveryVerdict::refused);
    CHECK(delivery.reason.find(mailbox) == std::string::npos);
    CHECK(harness.received().empty());
    CHECK(mailer->deliver(sample()).verdict == DeliveryVerdict::delivered);
    CHECK(harness.received().size() == 1);
  }
}

}  // namespace

void mailer_contract(MailerHarness& harness) {
  contents(harness);
  tries(harness);
  failures(harness);
}

}  // namespace coffeeauth::testing
