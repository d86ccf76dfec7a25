#include "coffeeauth/testing/doctest.hpp"

#include <string>

#include "coffeeauth/mail_templates.hpp"

using namespace coffeeauth;

TEST_CASE("the code stands alone on its line, in every language") {
  const auto templates = make_default_templates("Bean Counter");
  for (const char* const language : {"en", "de", "de-AT", "fr", ""}) {
    CAPTURE(language);
    const auto mail = templates->render(mail_kind::verification_code,
                                        {.to = EmailAddress::parse("ada@example.org").value(),
                                         .language = language,
                                         .code = "042137",
                                         .expires_at = UtcTime{std::chrono::hours{24 * 365 * 50}}});
    CHECK(mail.text.find("\n042137\n") != std::string::npos);
    const auto notice = templates->render(mail_kind::sign_up_for_existing,
                                          {.to = EmailAddress::parse("ada@example.org").value(),
                                           .language = language,
                                           .code = {},
                                           .expires_at = {}});
    CHECK(notice.text.find("\n\n\n") == std::string::npos);
  }
}
