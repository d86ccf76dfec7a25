// Mails as files: another text for one of the library's mails, and a new kind. A service would pass
// the templates to Auth as its part `templates`; this program renders and prints them.

#include <iostream>

#include "own_mails_mails.hpp"

namespace ca = coffeeauth;

int main() {
  const auto templates = ca::make_default_templates("Example Shop", shop::mail_kinds());
  ca::MailParameters about{.to = ca::EmailAddress::parse("ada@example.com").value(),
                           .first_name = "Ada",
                           .code = "042137",
                           .link = "https://shop.example/orders/7"};
  about.extra["article"] = "Beans & cups";
  for (const auto* const language : {"en", "de-AT", "fr"}) {
    about.language = language;
    for (const auto kind : {std::string_view{"order_shipped"}, ca::mail_kind::login_code}) {
      const auto mail = templates->render(kind, about);
      if (!mail) return 1;
      std::cout << language << ": " << mail->subject << " ("
                << (mail->html.empty() ? "text" : "text and HTML") << ")\n";
    }
  }
}
