#include "coffeeauth/account_pages/pages.hpp"

#include <map>
#include <stdexcept>
#include <string>

#include "coffeeauth/http/api.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/test_auth.hpp"

namespace coffeeauth::account_pages {
namespace {

/// The pages in the API's table, as a browser sees them.
class PageWorld {
 public:
  explicit PageWorld(const PageOptions& options = {.service_name = "Roast & Co"})
      : api_(auth_.auth(), {.extra_routes = page_routes(options)}) {}

  http::Response ask(const std::string& target, std::vector<http::Header> headers = {},
                     const std::string& method = "GET") {
    return api_.handle({.method = method,
                        .target = target,
                        .headers = std::move(headers),
                        .peer_address = "192.0.2.1"});
  }
  std::string text(const std::string& target, const std::string& languages = "en") {
    return std::string{ask(target, {{"Accept-Language", languages}}).text()};
  }
  [[nodiscard]] const std::string& openapi() const { return api_.openapi(); }

 private:
  testing::TestAuth auth_;
  http::Api api_;
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

constexpr auto pages = {"/account/login", "/account/security"};

TEST_CASE("an account page runs and loads nothing but its own, and takes no markup from a script") {
  PageWorld world;
  const auto policy_with = [](const std::string& images) {
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src " + images +
           "; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
           "require-trusted-types-for 'script'; trusted-types 'none'";
  };
  const std::map<std::string, std::string> images{{"/account/login", "'self'"},
                                                  {"/account/security", "'self' data:"}};
  for (const auto& [page, allowed] : images) {
    CAPTURE(page);
    const auto answer = world.ask(page);
    CHECK(answer.status == 200);
    CHECK(answer.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(answer.header("Content-Security-Policy") == policy_with(allowed));
    CHECK(answer.header("Referrer-Policy") == "no-referrer");
    CHECK(answer.header("X-Content-Type-Options") == "nosniff");
    CHECK(answer.header("Cache-Control") == "no-cache");
    CHECK(answer.header("Set-Cookie").empty());
    const std::string text{answer.text()};
    for (const std::string part : {"://", " style=", "<style", " onclick=", "javascript:", "{{"}) {
      CAPTURE(part);
      CHECK_FALSE(holds(text, part));
    }
    CHECK(count(text, "<script") == 1);
    const auto name = page.substr(page.rfind('/') + 1);
    CHECK(holds(text, "<script type=\"module\" src=\"assets/" + name + ".js\"></script>"));
  }
}

TEST_CASE("no script of an account page makes markup of a text, or code") {
  PageWorld world;
  for (const std::string script :
       {"page.js", "client.js", "dialogs.js", "login.js", "security.js"}) {
    CAPTURE(script);
    const auto text = world.text("/account/assets/" + script);
    REQUIRE_FALSE(text.empty());
    for (const std::string part :
         {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(",
          "setHTML", "document.cookie", "http:", "https:", "console."}) {
      CAPTURE(part);
      CHECK_FALSE(holds(text, part));
    }
  }
}

TEST_CASE("HEAD answers as GET for an account page, and other methods do not") {
  PageWorld world;
  for (const std::string page : pages) {
    CAPTURE(page);
    const auto whole = world.ask(page);
    const auto head = world.ask(page, {}, "HEAD");
    CHECK(head.status == 200);
    CHECK(head.header("ETag") == whole.header("ETag"));
    CHECK(head.header("Content-Security-Policy") == whole.header("Content-Security-Policy"));
    CHECK(world.ask(page, {{"If-None-Match", std::string{whole.header("ETag")}}}).status == 304);
    for (const std::string method : {"POST", "PUT", "DELETE"}) {
      CHECK(world.ask(page, {}, method).status == 405);
    }
    CHECK(world.ask(page, {}, "OPTIONS").header("Allow") == "GET, HEAD, OPTIONS");
  }
}

TEST_CASE("an account page is the same for everyone, whatever came with the request") {
  PageWorld world;
  for (const std::string page : pages) {
    CAPTURE(page);
    const auto plain = world.ask(page);
    const auto other = world.ask(page + "?token=lgn_x&email=ada@example.com",
                                 {{"Authorization", "Bearer x"}, {"Cookie", "a=b"}});
    CHECK(other.status == 200);
    CHECK(other.text() == plain.text());
  }
}

TEST_CASE("assets of account pages say what they are") {
  PageWorld world;
  const std::map<std::string, std::string> types{{"page.js", "text/javascript; charset=utf-8"},
                                                 {"client.js", "text/javascript; charset=utf-8"},
                                                 {"dialogs.js", "text/javascript; charset=utf-8"},
                                                 {"login.js", "text/javascript; charset=utf-8"},
                                                 {"security.js", "text/javascript; charset=utf-8"},
                                                 {"pages.css", "text/css; charset=utf-8"},
                                                 {"security.svg", "image/svg+xml"}};
  for (const auto& [name, type] : types) {
    CAPTURE(name);
    const auto asset = world.ask("/account/assets/" + name);
    CHECK(asset.status == 200);
    CHECK(asset.header("Content-Type") == type);
    CHECK(asset.header("X-Content-Type-Options") == "nosniff");
    CHECK_FALSE(asset.text().empty());
  }
}

TEST_CASE("both languages of an account page have the same forms, fields, words and buttons") {
  PageWorld world;
  CHECK(holds(world.text("/account/login", "de-AT"), "<h1>Anmelden</h1>"));
  CHECK(holds(world.text("/account/login", "fr"), "<h1>Log in</h1>"));
  CHECK(world.ask("/account/security", {{"Accept-Language", "de"}}).header("Content-Language") ==
        "de");
  for (const std::string page : pages) {
    const auto english = world.text(page, "en");
    const auto german = world.text(page, "de");
    CHECK(holds(german, "<html lang=\"de\">"));
    for (auto at = english.find(" id=\""); at != std::string::npos;
         at = english.find(" id=\"", at + 1)) {
      const auto id = english.substr(at, english.find('"', at + 5) - at + 1);
      CAPTURE(id);
      CHECK(count(german, id) == 1);
      CHECK(count(english, id) == 1);
    }
    for (const std::string part : {"<form ", "<input ", "<button", "<dialog ", "data-value=\"",
                                   "data-if=\"", "data-does=", "data-close", "class=\"error\"",
                                   "href=\"", "aria-describedby=\"", "aria-live="}) {
      CAPTURE(page);
      CAPTURE(part);
      // German has words for what the service says in English.
      if (!part.starts_with("data-")) CHECK(count(german, part) == count(english, part));
    }
  }
}

TEST_CASE("the name of the service is text in account pages, whatever is in it") {
  PageWorld world{{.service_name = "<b>\"Roast\" & 'Co'</b>{{title}}"}};
  for (const std::string page : pages) {
    const auto text = world.text(page);
    CHECK_FALSE(holds(text, "<b>"));
    CHECK(holds(text,
                "<header><p>&lt;b&gt;&quot;Roast&quot; &amp; "
                "&#39;Co&#39;&lt;/b&gt;{{title}}</p></header>"));
  }
}

TEST_CASE("addresses in account pages are relative to how they were asked for") {
  PageWorld world{{.api = "../shop/v1"}};
  CHECK(holds(world.text("/account/login"), "data-api=\"../shop/v1\""));
  const auto with_slash = world.text("/account/login/?x");
  CHECK(holds(with_slash, "data-api=\"../../shop/v1\""));
  CHECK(holds(with_slash, "src=\"../assets/login.js\""));
  CHECK(holds(with_slash, "href=\"../security\""));
  CHECK_THROWS_AS((void)page_routes({.api = "https://api.example.com"}), std::invalid_argument);
}

TEST_CASE("without JavaScript an account page says what is missing, and shows no form") {
  PageWorld world;
  for (const std::string page : pages) {
    const auto text = world.text(page);
    CHECK(holds(text, "<noscript><p>This page needs JavaScript"));
    for (auto at = text.find("<form "); at != std::string::npos; at = text.find("<form ", at + 1)) {
      // Sent by a browser all the same, a password would not stand in an address.
      CHECK(holds(text.substr(at, text.find('>', at) - at), "method=\"post\""));
    }
  }
}

TEST_CASE("account pages are not in the document of the API") {
  PageWorld world;
  CHECK_FALSE(holds(world.openapi(), "/account/"));
  for (const auto& route : page_routes({})) {
    CHECK(route.method == "GET");
    CHECK(route.access == http::Access::anyone);
    CHECK_FALSE(route.documented);
  }
}

}  // namespace
}  // namespace coffeeauth::account_pages
