#include <nlohmann/json.hpp>

#include "coffeeauth/email_login/routes.hpp"
#include "coffeeauth/http/api.hpp"
#include "features/email_login/tests/asker.hpp"

namespace coffeeauth::email_login {
namespace {

using Json = nlohmann::json;

std::string shown(const Secret& secret) { return std::string{secret.expose_secret()}; }

/// The room's routes over an Auth in memory.
struct Site {
  explicit Site(EmailLoginOptions options = usual_options(), std::vector<Feature*> beside = {})
      : w(backends().front(), std::move(options), std::move(beside)),
        api(w.auth(), {.extra_routes = routes(w.login, w.auth())}) {}

  http::Response post(const std::string& target, const Json& body) {
    http::Request request;
    request.method = "POST";
    request.target = target;
    request.peer_address = "203.0.113.7";
    request.headers = {{"Host", "evil.example"},
                       {"X-Forwarded-Host", "evil.example"},
                       {"Origin", "https://evil.example"},
                       {"Content-Type", "application/json"}};
    request.body = body.dump();
    return api.handle(request);
  }
  http::Response ask(const char* address = "ada@example.org") {
    return post("/api/auth/email-login", {{"email", address}});
  }
  http::Response confirm(const Json& body) { return post("/api/auth/email-login/confirm", body); }
  static std::string outcome(const http::Response& response) {
    const auto text = response.body ? *response.body : std::string{};
    auto code = text.empty() ? std::string{} : Json::parse(text).value("code", "");
    return std::to_string(response.status) + (code.empty() ? "" : " " + code);
  }

  World w;
  http::Api api;
};

TEST_CASE("a login through the routes, whatever the request says of its host") {
  Site s;
  static_cast<void>(s.w.user());
  static_cast<void>(s.w.mails());
  const auto known = s.ask();
  const auto unknown = s.ask("bob@example.org");
  CHECK(known.status == 200);
  auto same = Json::parse(*unknown.body);
  const auto body = Json::parse(*known.body);
  CHECK(same.at("login_token") != body.at("login_token"));
  CHECK(same.at("login_token").get<std::string>().size() ==
        body.at("login_token").get<std::string>().size());
  same["login_token"] = body.at("login_token");
  CHECK(same == body);

  const auto mails = s.w.login_mails();
  REQUIRE(mails.size() == 1);
  CHECK(mails[0].text.find("evil") == std::string::npos);
  CHECK(mails[0].html.find("evil") == std::string::npos);
  const auto token = shown(World::link_in(mails[0]));
  const auto in = s.confirm({{"token", token}});
  CHECK(in.status == 200);
  CHECK(Json::parse(*in.body).contains("refresh_token"));
  CHECK(Site::outcome(s.confirm({{"token", token}})) == "400 invalid_link");
}

TEST_CASE("a code needs the token of who asked, and every wrong one is told alike") {
  Site s;
  static_cast<void>(s.w.user());
  static_cast<void>(s.w.mails());
  const auto known = Json::parse(*s.ask().body).at("login_token");
  const auto unknown = Json::parse(*s.ask("bob@example.org").body).at("login_token");
  const auto mails = s.w.login_mails();
  REQUIRE(mails.size() == 1);
  const auto code = World::code_in(mails[0]);
  const auto wrong = code == "000000" ? "000001" : "000000";
  std::string first;
  for (int i = 0; i < 7; ++i) {
    for (const auto& token : {known, unknown}) {
      auto answer = Json::parse(*s.confirm({{"login_token", token}, {"code", wrong}}).body);
      answer.erase("request_id");
      if (first.empty()) first = answer.dump();
      CHECK(answer.dump() == first);
    }
  }
  CHECK(Json::parse(first).at("code") == "invalid_code");
  CHECK(Site::outcome(s.confirm({{"login_token", "lgt_x"}, {"code", code}})) ==
        "401 token_invalid");
}

TEST_CASE("a right code logs in") {
  Site s;
  static_cast<void>(s.w.user());
  static_cast<void>(s.w.mails());
  const auto token = Json::parse(*s.ask().body).at("login_token");
  const auto mails = s.w.login_mails();
  REQUIRE(mails.size() == 1);
  CHECK(s.confirm({{"login_token", token}, {"code", World::code_in(mails[0])}}).status == 200);
}

TEST_CASE("a confirmation is a link or a code with its token, and nothing else") {
  Site s;
  for (const auto& body :
       {Json::object(), Json{{"code", "123456"}}, Json{{"login_token", "lgt_x"}},
        Json{{"token", "lgn_x"}, {"code", "123456"}}, Json{{"token", "lgn_x"}, {"more", 1}}}) {
    CAPTURE(body.dump());
    CHECK(s.confirm(body).status == 400);
  }
}

TEST_CASE("who has a second factor is answered with a challenge") {
  Asker asker;
  Site s{usual_options(), {&asker}};
  const auto ada = s.w.user();
  give_factor(s.w, ada.user.id);
  const auto token = shown(s.w.asked().link);
  const auto asked = s.confirm({{"token", token}});
  CHECK(Site::outcome(asked) == "403 second_factor_required");
  CHECK(Json::parse(*asked.body).at("mfa_token") == "mfa_of_a_test");
  CHECK(Site::outcome(s.confirm({{"token", token}})) == "400 invalid_link");
}

TEST_CASE("a device token is a member only where a room knows devices") {
  for (const bool knows : {false, true}) {
    CAPTURE(knows);
    Asker asker;
    asker.knows_devices = knows;
    Site s{usual_options(), {&asker}};
    static_cast<void>(s.w.user());
    const auto token = shown(s.w.asked().link);
    const auto answer = s.confirm({{"token", token}, {"device_token", "dev_of_a_test"}});
    CHECK(answer.status == (knows ? 200 : 400));
    if (knows) CHECK(asker.device_tokens.back() == "dev_of_a_test");
  }
}

TEST_CASE("where it is off there are no routes, and nothing is documented") {
  Site s{{.enabled = false}};
  CHECK(routes(s.w.login, s.w.auth()).empty());
  CHECK(s.ask().status == 404);
  CHECK(s.api.openapi().find("email-login") == std::string::npos);
}

}  // namespace
}  // namespace coffeeauth::email_login
