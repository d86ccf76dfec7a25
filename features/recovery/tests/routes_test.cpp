#include <nlohmann/json.hpp>

#include "coffeeauth/http/api.hpp"
#include "coffeeauth/recovery/routes.hpp"
#include "features/recovery/tests/asker.hpp"

namespace coffeeauth::recovery {
namespace {

using Json = nlohmann::json;

/// The room's routes over an Auth in memory.
struct Site {
  explicit Site(RecoveryOptions options = usual_options(), std::vector<Feature*> beside = {})
      : w(backends().front(), std::move(options), {}, std::move(beside)),
        api(w.auth(), {.extra_routes = routes(w.recovery)}) {}

  http::Response call(const std::string& method, const std::string& target, const Json& body,
                      const std::string& authorization = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.peer_address = "203.0.113.7";
    request.headers = {{"Host", "evil.example"},
                       {"X-Forwarded-Host", "evil.example"},
                       {"X-Forwarded-Server", "evil.example"},
                       {"Forwarded", "host=evil.example"},
                       {"Origin", "https://evil.example"},
                       {"Referer", "https://evil.example/"}};
    if (!body.is_null()) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = body.dump();
    }
    if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
    return api.handle(request);
  }
  static std::string outcome(const http::Response& response) {
    const auto text = response.body ? *response.body : std::string{};
    auto code = text.empty() ? std::string{} : Json::parse(text).value("code", "");
    return std::to_string(response.status) + (code.empty() ? "" : " " + code);
  }

  /// The mails since the last call; none shows what a request says of its host.
  std::vector<Mail> mails() {
    auto fresh = w.mails();
    for (const auto& mail : fresh) {
      CAPTURE(mail.subject);
      CHECK(mail.text.find("evil") == std::string::npos);
      CHECK(mail.html.find("evil") == std::string::npos);
    }
    return fresh;
  }
  /// The link of a mail, which leads to the pages of the service, and the token in it.
  static std::string link_in(const Mail& mail, const std::string& page, std::string_view prefix) {
    const auto secret = World::token_in(mail, prefix);
    const std::string token{secret.expose_secret()};
    const auto link = "https://accounts.example.org/account/" + page + "#token=" + token;
    CHECK(mail.text.find(link) != std::string::npos);
    CHECK(mail.html.find(link) != std::string::npos);
    return token;
  }

  World w;
  http::Api api;
};

TEST_CASE("a reset through the routes, whatever the request says of its host") {
  Site s;
  static_cast<void>(s.w.user());
  static_cast<void>(s.w.mails());
  const auto known = s.call("POST", "/api/auth/password-reset", {{"email", "ada@example.org"}});
  const auto unknown = s.call("POST", "/api/auth/password-reset", {{"email", "bob@example.org"}});
  CHECK(known.status == 200);
  auto same = Json::parse(*unknown.body);
  same["email"] = "ada@example.org";
  CHECK(Json::parse(*known.body) == same);

  const auto mails = s.mails();
  REQUIRE(mails.size() == 1);
  const Json confirmation{{"token", Site::link_in(mails[0], "reset", "rst_")},
                          {"password", new_password}};
  CHECK(Site::outcome(s.call("POST", "/api/auth/password-reset/confirm", confirmation)) == "204");
  CHECK(Site::outcome(s.call("POST", "/api/auth/password-reset/confirm", confirmation)) ==
        "400 invalid_link");
  CHECK(s.w.can_log_in("ada@example.org", new_password));
  static_cast<void>(World::mail_to(s.mails(), "ada@example.org", "A new password was set"));
}

TEST_CASE("no mail about an address shows what a request says of its host") {
  Site s;
  const auto ada = s.w.user();
  static_cast<void>(s.w.t.logged_in_user("bob@example.org"));
  static_cast<void>(s.w.mails());
  const auto ask = [&](const char* address) {
    s.w.t.clock().advance(2min);
    return Site::outcome(
        s.call("POST", "/api/me/email", {{"new_email", address}}, ada.authorization));
  };
  CHECK(ask("bob@example.org") == "200");
  auto mails = s.mails();
  CHECK(mails.size() == 2);
  static_cast<void>(World::mail_to(mails, "bob@example.org", "already has an account"));
  CHECK(ask("new@example.org") == "200");
  mails = s.mails();
  static_cast<void>(World::mail_to(mails, "ada@example.org", "asked to change"));
  const auto& asked = World::mail_to(mails, "new@example.org", "use this address");
  CHECK(World::code_in(asked, 6).size() == 6);
  CHECK(Site::outcome(s.call("POST", "/api/auth/email-change/confirm",
                             {{"token", Site::link_in(asked, "email", "eml_")}})) == "200");
  mails = s.mails();
  const auto told = World::mail_to(mails, "ada@example.org", "was changed to");
  CHECK(Site::outcome(s.call("POST", "/api/auth/email-change/undo",
                             {{"token", Site::link_in(told, "undo", "und_")}})) == "200");
  mails = s.mails();
  CHECK(mails.size() == 3);
  static_cast<void>(World::mail_to(mails, "ada@example.org", "has this address again"));
  static_cast<void>(World::mail_to(mails, "new@example.org", "was changed to ada@example.org"));
  static_cast<void>(Site::link_in(World::mail_to(mails, "ada@example.org", "has no password now"),
                                  "reset", "rst_"));

  // By an administrator's request.
  const auto boss = s.w.t.logged_in_user("boss@example.org", Role::admin);
  CHECK(Site::outcome(s.call("POST", "/api/users/" + boss.user.id.str() + "/send-password-reset",
                             nullptr, boss.authorization)) == "204");
  static_cast<void>(Site::link_in(
      World::mail_to(s.mails(), "boss@example.org", "An administrator sent you"), "reset", "rst_"));
}

TEST_CASE("a body that is not what it should be is refused by field") {
  Site s;
  for (const Json& wrong : {Json::array({"ada@example.org"}), Json::object(), Json{}, Json{7}}) {
    CHECK(Site::outcome(s.call("POST", "/api/auth/password-reset", {{"email", wrong}})) ==
          "400 validation_failed");
  }
  const auto confirm = [&](const Json& body) {
    return Site::outcome(s.call("POST", "/api/auth/password-reset/confirm", body));
  };
  CHECK(confirm({{"password", new_password}}) == "400 validation_failed");
  CHECK(confirm({{"email", "ada@example.org"}, {"password", new_password}}) ==
        "400 validation_failed");
  CHECK(confirm({{"token", "rst_x"}, {"code", "12345678"}, {"password", new_password}}) ==
        "400 validation_failed");
  CHECK(confirm({{"email", "ada@example.org"}, {"code", "1234567"}, {"password", new_password}}) ==
        "400 validation_failed");
  CHECK(
      confirm({{"email", "ada@example.org"}, {"code", "1234 5678"}, {"password", new_password}}) ==
      "400 invalid_code");
}

TEST_CASE("an address is changed through the routes, by whoever logged in recently") {
  Site s;
  const auto ada = s.w.user();
  static_cast<void>(s.w.mails());
  const Json wanted{{"new_email", "new@example.org"}};
  CHECK(Site::outcome(s.call("POST", "/api/me/email", wanted)) == "401 not_authenticated");
  s.w.t.clock().advance(9min);
  const auto asked = s.call("POST", "/api/me/email", wanted, ada.authorization);
  CHECK(asked.status == 200);
  CHECK(Json::parse(*asked.body).at("new_email") == "new@example.org");
  const auto shown = s.call("GET", "/api/me/email", nullptr, ada.authorization);
  CHECK(Json::parse(*shown.body) ==
        Json{{"email", "ada@example.org"}, {"pending_email", "new@example.org"}});
  const auto code =
      World::code_in(World::mail_to(s.w.mails(), "new@example.org", "use this address"), 6);
  const auto done = s.call("POST", "/api/me/email/confirm", {{"code", code}}, ada.authorization);
  CHECK(done.status == 200);
  CHECK(Json::parse(*done.body).at("email") == "new@example.org");

  const auto undo =
      World::token_in(World::mail_to(s.w.mails(), "ada@example.org", "was changed to"), "und_");
  const auto back =
      s.call("POST", "/api/auth/email-change/undo", {{"token", undo.expose_secret()}});
  CHECK(back.status == 200);
  CHECK(Json::parse(*back.body).at("email") == "ada@example.org");
}

TEST_CASE("a login of long ago has to be renewed before a change is asked for") {
  Site s;
  const auto ada = s.w.user();
  s.w.t.clock().advance(10min);
  const auto pair =
      s.w.auth().sessions().refresh(ada.tokens.refresh_token.expose_secret(), somewhere);
  REQUIRE_OK(pair);
  s.w.t.clock().advance(1s);
  CHECK(Site::outcome(s.call("POST", "/api/me/email", {{"new_email", "new@example.org"}},
                             "Bearer " + std::string{pair->access_token.expose_secret()})) ==
        "401 reauthentication_required");
}

TEST_CASE("who has a second factor is asked for it, and sends what proving it gave") {
  Asker asker;
  Site s{usual_options(), {&asker}};
  const auto ada = s.w.user();
  give_factor(s.w, ada.user.id);
  const auto link = s.w.asked_reset();
  const auto confirm = [&](const Secret& token) {
    return s.call("POST", "/api/auth/password-reset/confirm",
                  {{"token", token.expose_secret()}, {"password", new_password}});
  };
  const auto asked = confirm(link);
  CHECK(Site::outcome(asked) == "403 second_factor_required");
  const auto body = Json::parse(*asked.body);
  CHECK(body.at("mfa_token") == "mfa_of_a_test");
  CHECK(body.at("factors") == Json{{{"type", "a_factor"}}});
  CHECK(body.contains("expires_at"));
  const auto token = asker.answered();
  CHECK(Site::outcome(confirm(link)) == "400 invalid_link");
  CHECK(Site::outcome(confirm(token)) == "204");
  CHECK(Site::outcome(confirm(token)) == "400 invalid_link");
  const auto document = Json::parse(s.api.openapi());
  const auto& route = document.at("paths").at("/api/auth/password-reset/confirm").at("post");
  CHECK(route.at("responses").contains("403"));
}

TEST_CASE("only administrators have a reset sent") {
  Site s;
  const auto ada = s.w.user();
  const auto boss = s.w.t.logged_in_user("boss@example.org", Role::admin);
  const auto path = "/api/users/" + ada.user.id.str() + "/send-password-reset";
  CHECK(Site::outcome(s.call("POST", path, nullptr, ada.authorization)) == "403 forbidden");
  CHECK(Site::outcome(s.call("POST", path, nullptr, boss.authorization)) == "204");
  CHECK(Site::outcome(s.call("POST", path, nullptr, boss.authorization)) == "429 rate_limited");
}

TEST_CASE("nobody can ask for a reset where it is off, and the link of an undo can be used") {
  auto options = usual_options();
  options.reset = ResetBy::off;
  Site s{options};
  CHECK(Site::outcome(s.call("POST", "/api/auth/password-reset", {{"email", "a@example.org"}})) ==
        "404 not_found");
  CHECK(Site::outcome(s.call("POST", "/api/auth/password-reset/confirm",
                             {{"token", "rst_x"}, {"password", new_password}})) ==
        "400 invalid_link");
  const auto ada = s.w.user();
  CHECK(s.call("GET", "/api/me/email", nullptr, ada.authorization).status == 200);
}

}  // namespace
}  // namespace coffeeauth::recovery
