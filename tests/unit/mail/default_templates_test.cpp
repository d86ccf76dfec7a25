#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "coffeeauth/mail_templates.hpp"

using namespace coffeeauth;

namespace {

MailParameters parameters(std::string language = "en") {
  const auto at = parse_rfc3339("2026-11-26T13:05:00Z").value();
  return {.to = EmailAddress::parse("ada@example.org").value(),
          .language = std::move(language),
          .code = "042137",
          .expires_at = at + std::chrono::hours{1},
          .at = at};
}

std::string complaint(const MailKind& kind, MailFrame frame = {}) {
  try {
    static_cast<void>(make_default_templates("Bean", {kind}, std::move(frame)));
  } catch (const std::invalid_argument& failure) {
    return failure.what();
  }
  return {};
}

/// A kind of an embedder's own.
MailKind order(std::string html = {}) {
  return {.name = "order_shipped",
          .words = {{.language = "en",
                     .text = "Subject: {{service}}: {{article}} is on its way\n\nHello "
                             "{{first_name}},\n\n{{article}}: {{link}}\n",
                     .html = std::move(html)}}};
}

}  // namespace

TEST_CASE("the code stands alone on its line, in every language") {
  const auto templates = make_default_templates("Bean Counter");
  for (const char* const language : {"en", "de", "de-AT", "fr", ""}) {
    CAPTURE(language);
    const auto mail = templates->render(mail_kind::verification_code, parameters(language)).value();
    CHECK(mail.text.find("\n042137\n") != std::string::npos);
    CHECK(mail.html.find(">042137<") != std::string::npos);
    CHECK(mail.subject.find("042137") == std::string::npos);
    const auto notice =
        templates->render(mail_kind::sign_up_for_existing, parameters(language)).value();
    CHECK(notice.text.find("\n\n\n") == std::string::npos);
  }
}

TEST_CASE("the end of a code is said in words") {
  const auto templates = make_default_templates("Bean Counter");
  const auto english = templates->render(mail_kind::login_code, parameters("en-GB")).value();
  CHECK(english.text.find("valid for 1 hour, until 26 November 2026, 14:05 UTC.") !=
        std::string::npos);
  const auto german = templates->render(mail_kind::login_code, parameters("DE")).value();
  CHECK(german.html.find("gilt 1 Stunde, bis zum 26. November 2026, 14:05 Uhr UTC.") !=
        std::string::npos);
}

TEST_CASE("a kind that nobody gave is no other mail") {
  const auto templates = make_default_templates("Bean Counter");
  CHECK_FALSE(templates->render("order_shipped", parameters()));
  CHECK_FALSE(templates->render("", parameters()));
}

TEST_CASE("a kind of one's own is rendered with its own values, escaped in HTML alone") {
  const auto templates = make_default_templates(
      "Bean", {order("<p>{{article}}</p>{{#button}}See {{article}}{{/button}}")});
  auto values = parameters("de");
  values.first_name = "Ada";
  values.link = "https://shop.example/orders?id=1&track=\"2\"";
  values.extra = {{"article", "Beans <1 & only>\r\nBcc: eve@example.org"}, {"service", "Evil"}};
  const auto mail = templates->render("order_shipped", values).value();
  CHECK(mail.subject == "Bean: Beans <1 & only>  Bcc: eve@example.org is on its way");
  CHECK(mail.text ==
        "Hello Ada,\n\nBeans <1 & only>  Bcc: eve@example.org: "
        "https://shop.example/orders?id=1&track=\"2\"\n");
  CHECK(mail.html.find("<p>Beans &lt;1 &amp; only&gt;  Bcc: eve@example.org</p>") !=
        std::string::npos);
  CHECK(mail.html.find("href=\"https://shop.example/orders?id=1&amp;track=&quot;2&quot;\"") !=
        std::string::npos);
  CHECK(mail.html.find(">See Beans &lt;1") != std::string::npos);
  CHECK(mail.html.find("<html lang=\"en\">") != std::string::npos);
}

TEST_CASE("a kind without HTML is a plain-text mail") {
  const auto templates = make_default_templates("Bean", {order()});
  const auto mail = templates->render("order_shipped", parameters()).value();
  CHECK(mail.html.empty());
  CHECK_FALSE(mail.text.empty());
}

TEST_CASE("words given again replace those of their language alone") {
  const auto templates = make_default_templates(
      "Bean",
      {{.name = "verification_code",
        .words = {{.language = "de", .text = "\xEF\xBB\xBFSubject: Code\r\n\r\nHier: {{code}}\r\n"},
                  {.language = "fr", .text = "Subject: Code\n\nVoici : {{code}}\n"}}}});
  const auto text = [&](const char* language) {
    return templates->render(mail_kind::verification_code, parameters(language)).value().text;
  };
  CHECK(text("de-CH") == "Hier: 042137\n");
  CHECK(text("fr") == "Voici : 042137\n");
  CHECK(text("en").starts_with("Hello,\n"));
  CHECK(text("es").starts_with("Hello,\n"));
}

TEST_CASE("a frame of one's own is around every mail") {
  const auto templates = make_default_templates(
      "Bean", {},
      {.layout = "<html>{{subject}}|{{preview}}|{{> words}}</html>", .code = "<b>{{code}}</b>"});
  const auto mail = templates->render(mail_kind::verification_code, parameters()).value();
  CHECK(
      mail.html.starts_with("<html>Bean: your verification code|Enter it to finish signing up.|"));
  CHECK(mail.html.find("<b>042137</b>") != std::string::npos);
}

TEST_CASE("words that would send a mail with a hole in it are refused, with their file") {
  const auto own = [](std::string text, std::string html = {}) {
    return complaint(
        {.name = "verification_code",
         .words = {{.language = "de", .text = std::move(text), .html = std::move(html)}}});
  };
  CHECK(own("Subject: Code\n\n{{cdoe}} {{code}}") ==
        "de/verification_code.txt: nothing fills {{cdoe}}");
  CHECK(own("Subject: Code\n\nWelcome!") == "de/verification_code.txt: it must hold {{code}}");
  CHECK(own("Subject: Code\n\n{{code}}", "<p>Welcome!</p>") ==
        "de/verification_code.html: it must hold {{code}}");
  CHECK(own("Subject: Code\n\n{{code}}", "<p>{{{code}}}</p>") ==
        "de/verification_code.html: line 1: a value without escaping");
  CHECK(own("Subject: Code\n\n{{code}}", "{{> code}}{{# button}}x{{/button}}")
            .starts_with("de/verification_code.html: "));
  const std::string head =
      "de/verification_code.txt: it begins with `Subject: ...`, perhaps `Preview: ...`, and a "
      "blank line";
  CHECK(own("{{code}}") == head);
  CHECK(own("Subject:\n\n{{code}}") == head);
  CHECK(own("Subject: Code\n{{code}}") == head);
  CHECK(own("") == head);
  CHECK(own("Subject: {{#code}}\n\n{{/code}}").starts_with("de/verification_code.txt: line 1: "));
  CHECK(own("Subject: Best\xE4tigung\n\n{{code}}") == "de/verification_code.txt: it is not UTF-8");
  CHECK(own("Subject: Code\n\n{{code}}").empty());
}

TEST_CASE("kinds, languages and frames that are none are refused") {
  CHECK(complaint({.name = "Order", .words = {}}).starts_with("Order: "));
  CHECK(complaint({.name = "order", .words = {}}).starts_with("en/order.txt: it is missing"));
  CHECK(complaint({.name = "order", .words = {{.language = "en-GB", .text = "Subject: x\n\nx"}}})
            .starts_with("en-GB/order: "));
  CHECK(complaint(order(), {.layout = "<html></html>"}) == "layout.html: it must hold {{> words}}");
  CHECK(complaint(order(), {.code = "<b>code</b>"}) == "code.html: it must hold {{code}}");
  CHECK(complaint(order(), {.button = "<a href=\"{{link}}\">go</a>"}) ==
        "button.html: it must hold {{> label}}");
  CHECK(complaint(order(), {.layout = "{{#x}}{{> words}}"}) ==
        "layout.html: line 1: Unclosed section \"x\"");
}
