#include "coffeeauth/email_login/pages.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

#include "coffeeauth/email_login/routes.hpp"
#include "coffeeauth/http/api.hpp"
#include "features/email_login/tests/world.hpp"

namespace coffeeauth::email_login {
namespace {

/// The page in the API's table, as a browser sees it.
struct PageSite {
  explicit PageSite(const PageOptions& options = {.service_name = "Roast & Co"})
      : w(backends().front()), api(w.auth(), {.extra_routes = page_routes(options)}) {}

  http::Response ask(const std::string& target, const std::string& language = "en",
                     const std::string& method = "GET") {
    return api.handle({.method = method,
                       .target = target,
                       .headers = {{"Accept-Language", language}},
                       .peer_address = "192.0.2.1"});
  }

  World w;
  http::Api api;
};

bool contains(const http::Response& answer, std::string_view part) {
  return answer.text().find(part) != std::string_view::npos;
}

TEST_CASE("the page runs and loads nothing but its own, and is in no frame") {
  PageSite s;
  const auto answer = s.ask("/account/email-login");
  CHECK(answer.status == 200);
  CHECK(answer.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(answer.header("Content-Security-Policy").find("default-src 'none'") == 0);
  CHECK(answer.header("Content-Security-Policy").find("frame-ancestors 'none'") !=
        std::string_view::npos);
  CHECK(answer.header("Referrer-Policy") == "no-referrer");
  CHECK(answer.header("Vary") == "Accept-Language");
  CHECK_FALSE(contains(answer, "://"));
  CHECK_FALSE(contains(answer, "style="));
  CHECK_FALSE(contains(answer, "{{"));
  CHECK(contains(answer, "Roast &amp; Co"));
  CHECK(contains(answer, "<script type=\"module\" src=\"assets/email-login.js\"></script>"));
  CHECK(contains(answer, "data-api=\"../api\""));
  const auto slash = s.ask("/account/email-login/");
  CHECK(contains(slash, "<script type=\"module\" src=\"../assets/email-login.js\"></script>"));
  CHECK(contains(slash, "data-api=\"../../api\""));
  CHECK(contains(s.ask("/account/email-login", "de-AT"), "lang=\"de\""));
  CHECK(contains(s.ask("/account/email-login", "fr"), "lang=\"en\""));
  for (const auto* const asset :
       {"email-login.js", "email-login-page.js", "email-login.css", "email-login.svg"}) {
    CHECK(s.ask("/account/assets/" + std::string{asset}).status == 200);
  }
  CHECK(s.api.openapi().find("/account/email-login") == std::string::npos);
}

TEST_CASE("whatever follows the link with GET or HEAD spends nothing") {
  PageSite s;
  static_cast<void>(s.w.user());
  const auto mail = s.w.asked();
  const std::string token{mail.link.expose_secret()};
  for (const auto* const method : {"GET", "HEAD"}) {
    for (const auto& target :
         {std::string{"/account/email-login"}, "/account/email-login?token=" + token}) {
      CHECK(s.ask(target, "en", method).status == 200);
    }
  }
  CHECK(s.ask("/account/email-login", "en", "POST").status == 405);
  CHECK(is_in(s.w.log_in(mail.by_link())));
}

TEST_CASE("the API of the page is on its origin") {
  for (const auto* const api : {"https://evil.example/api", "//evil.example", "../api?x", "a#b"}) {
    CHECK_THROWS_AS(static_cast<void>(page_routes({.api = api})), std::invalid_argument);
  }
}

}  // namespace
}  // namespace coffeeauth::email_login
