#include "coffeeauth/recovery/pages.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "coffeeauth/http/api.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/test_auth.hpp"

namespace coffeeauth::recovery {
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

constexpr auto pages = {"/account/forgot", "/account/reset", "/account/email", "/account/undo"};

TEST_CASE("a page runs and loads nothing but its own, and is in no frame") {
  PageWorld world;
  for (const std::string page : pages) {
    CAPTURE(page);
    const auto answer = world.ask(page);
    CHECK(answer.status == 200);
    CHECK(answer.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(answer.header("Content-Security-Policy") ==
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
          "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    CHECK(answer.header("Referrer-Policy") == "no-referrer");
    CHECK(answer.header("X-Content-Type-Options") == "nosniff");
    CHECK(answer.header("Cache-Control") == "no-cache");
    const std::string text{answer.text()};
    CHECK_FALSE(holds(text, "://"));
    CHECK_FALSE(holds(text, "style="));
    // Only the head has a script, and it comes from a file.
    CHECK(text.find("<script") == text.rfind("<script"));
    CHECK(holds(text, "<script src=\"assets/account.js\"></script>"));
    CHECK_FALSE(holds(text, "{{"));
  }
}

TEST_CASE("HEAD answers as GET, which other methods do not") {
  PageWorld world;
  for (const std::string page : pages) {
    CAPTURE(page);
    const auto whole = world.ask(page);
    const auto head = world.ask(page, {}, "HEAD");
    CHECK(head.status == 200);
    CHECK(head.header("ETag") == whole.header("ETag"));
    CHECK(head.header("Content-Security-Policy") == whole.header("Content-Security-Policy"));
    CHECK(world.ask(page, {}, "POST").status == 405);
    CHECK(world.ask(page, {}, "OPTIONS").header("Allow") == "GET, HEAD, OPTIONS");
  }
}

TEST_CASE("pages and assets are validated by their tags") {
  PageWorld world;
  for (const std::string path : {"/account/reset", "/account/assets/account.js",
                                 "/account/assets/account.css", "/account/assets/icon.svg"}) {
    CAPTURE(path);
    const auto first = world.ask(path);
    REQUIRE(first.status == 200);
    const std::string tag{first.header("ETag")};
    REQUIRE(tag.size() > 2);
    const auto again = world.ask(path, {{"If-None-Match", "W/" + tag}});
    CHECK(again.status == 304);
    CHECK(again.text().empty());
    CHECK(again.header("ETag") == tag);
    CHECK(again.header("Cache-Control") == "no-cache");
    CHECK(again.header("Vary") == first.header("Vary"));
    CHECK(world.ask(path, {{"If-None-Match", "\"another\""}}).status == 200);
  }
  CHECK(world.ask("/account/reset", {{"Accept-Language", "de"}}).header("ETag") !=
        world.ask("/account/reset").header("ETag"));
}

TEST_CASE("assets say what they are") {
  PageWorld world;
  const std::map<std::string, std::string> types{{"account.js", "text/javascript; charset=utf-8"},
                                                 {"account.css", "text/css; charset=utf-8"},
                                                 {"icon.svg", "image/svg+xml"}};
  for (const auto& [name, type] : types) {
    const auto asset = world.ask("/account/assets/" + name);
    CHECK(asset.header("Content-Type") == type);
    CHECK(asset.header("X-Content-Type-Options") == "nosniff");
    CHECK_FALSE(asset.text().empty());
  }
}

TEST_CASE("a page speaks the language that is wanted most among those that there are") {
  PageWorld world;
  const std::map<std::string, std::string> wanted{{"", "en"},
                                                  {"de", "de"},
                                                  {"de-AT,de;q=0.9,en;q=0.8", "de"},
                                                  {"DE", "de"},
                                                  {"en-GB, de;q=0.9", "en"},
                                                  {"fr, de;q=0.5, en;q=0.4", "de"},
                                                  {"fr;q=0.9, en;q=0.75, de;q=0.751", "de"},
                                                  {"en;q=0, de;q=0.1", "de"},
                                                  {"de;q=0, en;q=0.001", "en"},
                                                  {"*", "en"},
                                                  {"*, de;q=0.5", "en"},
                                                  {"de;q=nonsense, en", "en"},
                                                  {"deutsch", "en"},
                                                  {"den", "en"},
                                                  {",;q=,,de", "de"},
                                                  {"fr", "en"}};
  for (const auto& [field, language] : wanted) {
    CAPTURE(field);
    const auto answer = world.ask("/account/undo", {{"Accept-Language", field}});
    CHECK(answer.header("Content-Language") == language);
    CHECK(answer.header("Vary") == "Accept-Language");
    CHECK(holds(std::string{answer.text()}, "<html lang=\"" + language + "\">"));
  }
  CHECK(holds(world.text("/account/reset", "de"), "<h1>Neues Passwort wählen</h1>"));
  CHECK(holds(world.text("/account/reset", "en"), "<h1>Choose a new password</h1>"));
}

TEST_CASE("both languages have the same forms, fields and outcomes") {
  PageWorld world{{.links = true, .codes = true}};
  const auto count = [](const std::string& text, const std::string& part) {
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  for (const std::string page : pages) {
    const auto english = world.text(page, "en");
    const auto german = world.text(page, "de");
    for (const std::string part : {"<form ", "<input ", "<button", "id=\"problem-", "-done\"",
                                   "<noscript>", "data-goto=", "data-value=\"email\"",
                                   "class=\"error\"", "href=\"", "</template>\n<template"}) {
      CAPTURE(page);
      CAPTURE(part);
      // German has words for what the service says in English.
      if (part.starts_with("</")) {
        CHECK(count(german, part) > count(english, part));
      } else {
        CHECK(count(german, part) == count(english, part));
      }
    }
  }
}

TEST_CASE("the name of the service is text, whatever is in it") {
  PageWorld world{{.service_name = "<b>\"Roast\" & 'Co'</b>{{title}}"}};
  for (const std::string page : pages) {
    const auto text = world.text(page);
    CHECK_FALSE(holds(text, "<b>"));
    const std::string name = "&lt;b&gt;&quot;Roast&quot; &amp; &#39;Co&#39;&lt;/b&gt;{{title}}";
    CHECK(holds(text, "<header><p>" + name + "</p></header>"));
    CHECK(holds(text, " · " + name + "</title>"));
  }
  CHECK_FALSE(holds(PageWorld{{}}.text("/account/reset"), "<header>"));
}

TEST_CASE("addresses are relative to how the page was asked for") {
  PageWorld world{{.api = "../shop/v1"}};
  CHECK(holds(world.text("/account/reset?x=/"), "data-api=\"../shop/v1\""));
  const auto with_slash = world.text("/account/reset/?x");
  CHECK(holds(with_slash, "data-api=\"../../shop/v1\""));
  CHECK(holds(with_slash, "src=\"../assets/account.js\""));
  CHECK(holds(with_slash, "href=\"../assets/account.css\""));
  CHECK(holds(with_slash, "href=\"../forgot\""));
  PageWorld rooted{{.api = "/v1\"&"}};
  CHECK(holds(rooted.text("/account/reset/"), "data-api=\"/v1&quot;&amp;\""));
}

TEST_CASE("the API is on the origin of the pages") {
  for (const auto* const bad : {"https://api.example.com", "//api.example.com", "../api?x",
                                "../api#x", "javascript:alert(1)", "/api/", "..\\api"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS((void)page_routes({.api = bad}), std::invalid_argument);
  }
  for (const auto* const good : {"../api", "/api", "..", ""}) {
    CAPTURE(good);
    CHECK_NOTHROW((void)page_routes({.api = good}));
  }
}

TEST_CASE("what is not configured is not there") {
  const auto statuses = [](bool links, bool codes) {
    PageWorld world{{.links = links, .codes = codes}};
    std::string all;
    for (const std::string page : pages) all += std::to_string(world.ask(page).status) + " ";
    return all;
  };
  CHECK(statuses(true, false) == "200 200 200 200 ");
  CHECK(statuses(true, true) == "200 200 200 200 ");
  CHECK(statuses(false, true) == "200 404 200 200 ");
  CHECK(statuses(false, false) == "404 200 200 200 ");

  PageWorld links{{.links = true, .codes = false}};
  PageWorld codes{{.links = false, .codes = true}};
  PageWorld neither{{.links = false, .codes = false}};
  CHECK_FALSE(holds(links.text("/account/forgot"), "name=\"code\""));
  CHECK(holds(links.text("/account/forgot"), "Send me a link"));
  CHECK(holds(codes.text("/account/forgot"), "name=\"code\""));
  CHECK(holds(codes.text("/account/forgot"), "Send me a code"));
  CHECK_FALSE(holds(codes.text("/account/forgot"), "Open the link"));
  CHECK(holds(links.text("/account/undo"), "href=\"forgot\""));
  CHECK_FALSE(holds(neither.text("/account/undo"), "href=\"forgot\""));
  CHECK_FALSE(holds(neither.text("/account/reset"), "href=\"forgot\""));
}

TEST_CASE("a new password leads to the login page, where there is one") {
  PageWorld with{{.codes = true, .login_page = "/sign/in?a&b"}};
  PageWorld without{{.codes = true}};
  for (const std::string language : {"en", "de"}) {
    for (const std::string page : {"/account/reset", "/account/forgot"}) {
      CAPTURE(page);
      CHECK(holds(with.text(page, language), "<a href=\"../sign/in?a&amp;b\">"));
      CHECK(holds(with.text(page + "/", language), "<a href=\"../../sign/in?a&amp;b\">"));
      CHECK_FALSE(holds(without.text(page, language), "href=\".."));
    }
  }
  CHECK_THROWS_AS((void)page_routes({.login_page = "sign-in"}), std::invalid_argument);
}

TEST_CASE("the pages of a reset can ask for the second step, and the others do not") {
  PageWorld both{{.codes = true}};
  for (const std::string page : pages) {
    const bool sets_password = page == "/account/reset" || page == "/account/forgot";
    CHECK(holds(both.text(page), "<template id=\"step-form\">") == sets_password);
    CHECK(holds(both.text(page), "<div id=\"second-step\">") == sets_password);
  }
  CHECK_FALSE(holds(PageWorld{}.text("/account/forgot"), "step-form"));
  CHECK(both.ask("/account/assets/account-page.js").header("Content-Type") ==
        "text/javascript; charset=utf-8");
}

TEST_CASE("without JavaScript a page says what is missing, and shows no form") {
  PageWorld world{{.codes = true}};
  for (const std::string page : pages) {
    const auto text = world.text(page);
    CHECK(holds(text, "<noscript><p>This page needs JavaScript"));
    for (auto at = text.find("<form "); at != std::string::npos; at = text.find("<form ", at + 1)) {
      const auto tag = text.substr(at, text.find('>', at) - at);
      const bool is_in_template = text.substr(0, at).ends_with("<template id=\"step-form\">");
      CHECK(tag.ends_with(" hidden") != is_in_template);
      // Sent by a browser all the same, a password would not stand in an address.
      CHECK(holds(tag, "method=\"post\""));
    }
  }
}

TEST_CASE("the pages are not in the document of the API") {
  PageWorld world;
  CHECK_FALSE(holds(world.openapi(), "/account/"));
  for (const auto& route : page_routes({})) {
    CHECK(route.access == http::Access::anyone);
    CHECK_FALSE(route.documented);
  }
}

}  // namespace
}  // namespace coffeeauth::recovery
