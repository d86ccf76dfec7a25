#include "features/email_login/tests/world.hpp"

#include <stdexcept>

#include "coffeeauth/jobs/scheduler.hpp"

namespace coffeeauth::email_login {
namespace {

std::string complaint(const EmailLoginOptions& options) {
  try {
    World w{backends().front(), options};
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
  return {};
}

TEST_CASE("options that cannot be are refused by the name of the setting") {
  CHECK_MESSAGE(complaint({}).empty(), "it is off");
  CHECK(complaint({.enabled = true}).starts_with("EMAIL_LOGIN_URL: "));
  CHECK(complaint({.enabled = true, .public_url = "http://accounts.example.org"})
            .starts_with("EMAIL_LOGIN_URL: "));
  CHECK(complaint({.enabled = true, .public_url = "http://127.0.0.1:8000"}).empty());
  auto options = usual_options();
  options.url = "https://app.example.org/login";
  CHECK(complaint(options) == "EMAIL_LOGIN_URL: has no {token}");
  options.url = "https://app.example.org/#{token}/{token}";
  CHECK(complaint(options) == "EMAIL_LOGIN_URL: has {token} twice");
  options.url = "https://app.example.org/login?token={token}";
  CHECK(complaint(options) == "EMAIL_LOGIN_URL: must have {token} after a #");
  options.url = "javascript:alert('#{token}')";
  CHECK(complaint(options).starts_with("EMAIL_LOGIN_URL: "));
  options.url = "https://app.example.org/#/login?token={token}";
  CHECK(complaint(options).empty());
  options.lifetime = 59s;
  CHECK(complaint(options).starts_with("EMAIL_LOGIN_LIFETIME: "));
  options = usual_options();
  options.asks.count = 0;
  CHECK(complaint(options).starts_with("EMAIL_LOGIN_ASK_LIMIT: "));
}

TEST_CASE("the link leads where the setting says") {
  auto options = usual_options();
  options.url = "https://app.example.org/#/login?token={token}";
  World w{backends().front(), options};
  static_cast<void>(w.user());
  static_cast<void>(w.mails());
  static_cast<void>(w.login.ask(email("ada@example.org"), somewhere));
  const auto mails = w.login_mails();
  REQUIRE(mails.size() == 1);
  CHECK(mails[0].text.find("https://app.example.org/#/login?token=lgn_") != std::string::npos);
}

TEST_CASE("every setting reads back what it shows") {
  auto options = usual_options();
  for (const auto& field : fields(options)) {
    CAPTURE(field.name);
    const auto shown = field.get();
    // An empty text is as good as none where settings are read.
    if (!shown.empty()) CHECK(field.set(shown));
  }
  CHECK(fields(options).size() == 12);
}

TEST_CASE("the clean-up deletes what is over") {
  World w{backends().front()};
  static_cast<void>(w.user());
  static_cast<void>(w.asked());
  w.t.clock().advance(1h);
  jobs::Scheduler scheduler{w.auth().services()};
  CHECK(scheduler.run_once().of_features == 1);
}

}  // namespace
}  // namespace coffeeauth::email_login
