#include "coffeeauth/second_factor/routes.hpp"

#include <nlohmann/json.hpp>

#include "coffeeauth/http/api.hpp"
#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

using Json = nlohmann::json;

/// The room's routes over an Auth in memory.
struct Site {
  explicit Site(SecondFactorOptions options = {}, RouteOptions with = {},
                Requests requests = Requests::uncounted)
      : w(backends().front(), std::move(options), {}, requests),
        api(w.auth(), {.extra_routes = routes(w.room, std::move(with))}) {}

  http::Response call(const std::string& method, const std::string& target,
                      const Json& body = nullptr, const std::string& authorization = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.peer_address = peer;
    if (!body.is_null()) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = body.dump();
    }
    if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
    return api.handle(request);
  }
  static Json body_of(const http::Response& response) {
    return response.text().empty() ? Json::object() : Json::parse(response.text());
  }
  static std::string outcome(const http::Response& response) {
    const auto body = body_of(response);
    const auto code = body.is_object() ? body.value("code", "") : "";
    return std::to_string(response.status) + (code.empty() ? "" : " " + code);
  }
  Json log_in(const Json& further = Json::object(), std::string_view address = ada_address) {
    Json body{{"email", address}, {"password", first_password}};
    body.update(further);
    return body_of(call("POST", "/api/auth/login", body));
  }
  http::Response prove(Json body) { return call("POST", "/api/auth/second-factor", body); }

  /// Ada's next access token, after a change that voided the former one.
  std::string renewed(LoggedInUser& user) {
    auto fresh = w.auth().sessions().refresh(user.tokens.refresh_token.expose_secret(), home);
    REQUIRE_OK(fresh);
    user.tokens = *std::move(fresh);
    return "Bearer " + std::string{user.tokens.access_token.expose_secret()};
  }

  /// Where requests come from.
  std::string peer = somewhere.address;
  World w;
  http::Api api;
};

TEST_CASE("an app is added, asked for, renamed and removed through the routes") {
  Site s{{}, {.qr_svg = [](std::string_view text) {
           return "<svg>" + std::to_string(text.size()) + "</svg>";
         }}};
  auto ada = s.w.user();
  auto who = ada.authorization;
  auto shown = Site::body_of(s.call("GET", "/api/me/second-factor", nullptr, who));
  CHECK(shown == Json{{"required", false},
                      {"required_by_policy", false},
                      {"policy_satisfied", true},
                      {"accepted_types", {"totp"}},
                      {"addable_types", {"totp"}},
                      {"factors", Json::array()},
                      {"passkeys", false},
                      {"recovery_codes_left", 0},
                      {"locked", false},
                      {"locked_until", nullptr}});
  CHECK(Site::outcome(s.call("PUT", "/api/me/second-factor", {{"required", true}}, who)) ==
        "409 second_factor_not_enrolled");

  const auto made = s.call("POST", "/api/me/factors", {{"type", "totp"}, {"label", "Phone"}}, who);
  REQUIRE(Site::outcome(made) == "201");
  const auto factor = Site::body_of(made);
  CHECK(factor.at("uri").get<std::string>().starts_with("otpauth://totp/"));
  CHECK(factor.at("qr").get<std::string>().starts_with("data:image/svg+xml,%3Csvg%3E"));
  const auto id = factor.at("id").get<std::string>();
  const auto path = "/api/me/factors/" + id;
  CHECK(Site::outcome(s.call("POST", path + "/confirm", {{"code", "1"}}, who)) ==
        "400 invalid_code");

  // As World::enrol() reads the secret.
  const auto app = s.w.enrol(s.w.principal(ada));
  CHECK(Site::outcome(s.call("POST", path + "/confirm", {{"code", "123456"}}, who)) ==
        "400 invalid_code");
  const auto shown_code = s.w.code(app);
  const auto confirmed = s.call("POST", "/api/me/factors/" + app.id.str() + "/confirm",
                                {{"code", shown_code.expose_secret()}}, who);
  REQUIRE(Site::outcome(confirmed) == "200");
  const auto codes = Site::body_of(confirmed).at("recovery_codes");
  CHECK(codes.size() == 10);
  CHECK(Site::body_of(confirmed).at("factor").at("type") == "totp");
  CHECK(confirmed.text().find("secret") == std::string_view::npos);

  CHECK(Site::outcome(s.call("GET", "/api/me", nullptr, who)) == "401 token_invalid");
  who = s.renewed(ada);
  shown = Site::body_of(s.call("GET", "/api/me/second-factor", nullptr, who));
  CHECK(shown.at("required") == true);
  CHECK(shown.at("recovery_codes_left") == 10);
  s.w.t.clock().advance(30s);

  const auto asked = s.log_in();
  CHECK(asked.at("code") == "second_factor_required");
  CHECK(asked.at("can_trust_device") == true);
  CHECK(asked.at("factors").size() == 2);
  CHECK(asked.at("factors")[0] == Json{{"type", "totp"}, {"id", app.id.str()}, {"label", "Phone"}});
  CHECK(asked.at("factors")[1] == Json{{"type", "recovery_code"}});
  const auto code = s.w.code(app);
  const auto passed = s.prove({{"mfa_token", asked.at("mfa_token")},
                               {"factor_id", app.id.str()},
                               {"code", code.expose_secret()},
                               {"trust_device", true}});
  REQUIRE(Site::outcome(passed) == "200");
  const auto tokens = Site::body_of(passed);
  CHECK(tokens.at("token_type") == "Bearer");
  CHECK(tokens.contains("refresh_token"));
  CHECK_FALSE(tokens.contains("recovery_codes_left"));
  CHECK(s.log_in({{"device_token", tokens.at("device_token")}}).contains("access_token"));

  const auto used =
      s.prove({{"mfa_token", s.log_in().at("mfa_token")}, {"recovery_code", codes[0]}});
  REQUIRE(Site::outcome(used) == "200");
  CHECK(Site::body_of(used).at("recovery_codes_left") == 9);
  CHECK_FALSE(Site::body_of(used).contains("device_token"));

  const auto own = "/api/me/factors/" + app.id.str();
  CHECK(Site::body_of(s.call("PATCH", own, {{"label", "Old"}}, who)).at("label") == "Old");
  const auto devices = Site::body_of(s.call("GET", "/api/me/devices", nullptr, who));
  REQUIRE(devices.size() == 1);
  CHECK(devices[0].at("ip") == somewhere.address);
  CHECK_FALSE(devices[0].contains("digest"));
  const auto device = "/api/me/devices/" + devices[0].at("id").get<std::string>();
  CHECK(Site::outcome(s.call("DELETE", device, nullptr, who)) == "204");
  CHECK(Site::outcome(s.call("DELETE", device, nullptr, who)) == "404 not_found");
  CHECK(Site::outcome(s.call("DELETE", "/api/me/devices", nullptr, who)) == "204");
  CHECK(Site::outcome(s.call("POST", "/api/me/recovery-codes", nullptr, who)) == "201");
  CHECK(Site::outcome(s.call("DELETE", own, nullptr, who)) == "204");
  CHECK(s.log_in().contains("access_token"));
}

TEST_CASE("the second factor is turned off and on through its route") {
  Site s;
  auto ada = s.w.user();
  const auto app = s.w.add(s.w.principal(ada));
  auto who = s.renewed(ada);
  const auto off = s.call("PUT", "/api/me/second-factor", {{"required", false}}, who);
  REQUIRE(Site::outcome(off) == "200");
  CHECK(Site::body_of(off).at("required") == false);
  CHECK(Site::body_of(off).at("factors").size() == 1);
  CHECK_FALSE(Site::body_of(off).contains("recovery_codes"));
  who = s.renewed(ada);
  const auto on = s.call("PUT", "/api/me/second-factor", {{"required", true}}, who);
  REQUIRE(Site::outcome(on) == "200");
  CHECK(Site::body_of(on).at("recovery_codes").size() == 10);
}

TEST_CASE("a body that proves nothing, or twice, is refused") {
  Site s;
  const auto app = s.w.add(s.w.principal(s.w.user()));
  const auto ticket = s.log_in().at("mfa_token");
  for (const Json& body :
       {Json{{"mfa_token", ticket}}, Json{{"mfa_token", ticket}, {"code", "123456"}},
        Json{{"factor_id", app.id.str()}, {"code", "123456"}},
        Json{{"mfa_token", ticket}, {"factor_id", "x"}, {"code", "123456"}},
        Json{{"mfa_token", ticket}, {"recovery_code", 7}},
        Json{{"mfa_token", ticket},
             {"factor_id", app.id.str()},
             {"code", "123456"},
             {"recovery_code", "x"}}}) {
    CAPTURE(body.dump());
    CHECK(Site::outcome(s.prove(body)) == "400 validation_failed");
  }
  CHECK(Site::outcome(s.prove({{"mfa_token", "mfa_x"}, {"recovery_code", "x"}})) ==
        "401 token_invalid");
  CHECK(Site::outcome(s.prove({{"mfa_token", ticket}, {"recovery_code", "x"}})) ==
        "400 invalid_code");
  CHECK(Site::outcome(s.call("POST", "/api/auth/second-factor/passkey-options",
                             {{"mfa_token", ticket}})) == "404 not_found");
}

TEST_CASE("what could take the account over needs a recent second step") {
  Site s;
  auto ada = s.w.user();
  const auto app = s.w.add(s.w.principal(ada));
  s.w.t.clock().advance(11min);
  const auto who = s.renewed(ada);
  const auto own = "/api/me/factors/" + app.id.str();
  const auto needs = [&](const std::string& method, const std::string& target,
                         const Json& body = nullptr) {
    const auto response = s.call(method, target, body, who);
    CAPTURE(target);
    CHECK(Site::outcome(response) == "401 reauthentication_required");
    CHECK(response.header("WWW-Authenticate").find("acr_values=\"aal2\"") !=
          std::string_view::npos);
  };
  const auto all_need = [&] {
    needs("PUT", "/api/me/second-factor", {{"required", false}});
    needs("POST", "/api/me/factors", {{"type", "totp"}});
    needs("DELETE", own);
    needs("POST", "/api/me/recovery-codes");
  };
  all_need();
  // The password alone is not enough.
  const auto first =
      s.call("POST", "/api/auth/reauthenticate", {{"password", first_password}}, who);
  REQUIRE(Site::outcome(first) == "403 second_factor_required");
  all_need();
  const auto code = s.w.code(app);
  const auto second = s.prove({{"mfa_token", Site::body_of(first).at("mfa_token")},
                               {"factor_id", app.id.str()},
                               {"code", code.expose_secret()}});
  REQUIRE(Site::outcome(second) == "200");
  CHECK(Site::body_of(second).contains("authenticated_at"));
  CHECK_FALSE(Site::body_of(second).contains("refresh_token"));
  CHECK(Site::outcome(s.call("POST", "/api/me/recovery-codes", nullptr, who)) == "201");
}

TEST_CASE("whom the policy stops finds open what adds a factor, and nothing else") {
  Site s{{.policy = Policy::admins}};
  auto boss = s.w.user("boss@example.org", Role::admin);
  const auto& who = boss.authorization;
  for (const auto* const target : {"/api/users", "/api/me/devices"}) {
    CAPTURE(target);
    CHECK(Site::outcome(s.call("GET", target, nullptr, who)) ==
          "403 second_factor_enrolment_required");
  }
  CHECK(Site::outcome(s.call("GET", "/api/me", nullptr, who)) == "200");
  CHECK(Site::outcome(s.call("GET", "/api/me/second-factor", nullptr, who)) == "200");
  CHECK(Site::outcome(s.call("POST", "/api/me/factors", {{"type", "totp"}}, who)) == "201");
  CHECK(Site::body_of(s.call("GET", "/api/me/second-factor", nullptr, who)).at("accepted_types") ==
        Json{"totp"});
  static_cast<void>(s.w.add(s.w.principal(boss)));
  CHECK(Site::outcome(s.call("GET", "/api/users", nullptr, s.renewed(boss))) == "200");
}

TEST_CASE("the document names what the policy refuses, where it does") {
  const auto names = [](Policy policy, const char* method, const char* path) {
    const Site s{{.policy = policy}};
    const auto operation = Json::parse(s.api.openapi()).at("paths").at(path).at(method);
    const auto refused = operation.at("responses").value("403", Json::object());
    return refused.dump().find("second_factor_enrolment_required") != std::string::npos;
  };
  CHECK(names(Policy::admins, "get", "/api/users"));
  CHECK(names(Policy::everyone, "patch", "/api/me"));
  CHECK_FALSE(names(Policy::everyone, "get", "/api/me"));
  CHECK_FALSE(names(Policy::everyone, "post", "/api/auth/login"));
  CHECK_FALSE(names(Policy::never, "get", "/api/users"));
}

TEST_CASE("only an administrator who authenticated recently resets somebody's second factor") {
  Site s;
  auto boss = s.w.user("boss@example.org", Role::admin);
  auto ada = s.w.user();
  static_cast<void>(s.w.add(s.w.principal(ada)));
  const auto path = "/api/users/" + ada.user.id.str() + "/reset-second-factor";
  CHECK(Site::outcome(s.call("POST", path, nullptr, s.renewed(ada))) == "403 forbidden");
  CHECK(Site::outcome(s.call("POST", path)) == "401 not_authenticated");
  CHECK(Site::outcome(s.call("POST", path, nullptr, boss.authorization)) == "204");
  CHECK(s.log_in().contains("access_token"));
  s.w.t.clock().advance(11min);
  CHECK(Site::outcome(s.call("POST", path, nullptr, s.renewed(boss))) ==
        "401 reauthentication_required");
}

TEST_CASE("switched off, the room has no routes, and logins take no device") {
  Site s{{.enabled = false}};
  const auto ada = s.w.user();
  CHECK(routes(s.w.room).empty());
  CHECK(Site::outcome(s.call("GET", "/api/me/second-factor", nullptr, ada.authorization)) ==
        "404 not_found");
  CHECK(s.log_in({{"device_token", "dev_x"}}).at("code") == "validation_failed");
}

TEST_CASE("a user changes what the owner is told of so many times in an hour") {
  Site s{{}, {}, Requests::counted};
  auto ada = s.w.user();
  static_cast<void>(s.w.add(s.w.principal(ada)));
  const auto who = s.renewed(ada);
  for (int i = 0; i < 20; ++i) {
    s.peer = "198.51.100." + std::to_string(i);
    CHECK(Site::outcome(s.call("POST", "/api/me/recovery-codes", nullptr, who)) == "201");
  }
  CHECK(Site::outcome(s.call("POST", "/api/me/recovery-codes", nullptr, who)) ==
        "429 rate_limited");
  CHECK(Site::outcome(s.call("GET", "/api/me/second-factor", nullptr, who)) == "200");
  auto ben = s.w.user("ben@example.org");
  static_cast<void>(s.w.add(s.w.principal(ben)));
  CHECK(Site::outcome(s.call("POST", "/api/me/recovery-codes", nullptr, s.renewed(ben))) == "201");
}

TEST_CASE("what a session may not change uses up none of the owner's changes") {
  Site s{{}, {}, Requests::counted};
  auto ada = s.w.user();
  const auto app = s.w.add(s.w.principal(ada));
  s.w.t.clock().advance(11min);
  const auto who = s.renewed(ada);
  for (int i = 0; i < 25; ++i) {
    CHECK(Site::outcome(s.call("POST", "/api/me/recovery-codes", nullptr, who)) ==
          "401 reauthentication_required");
  }
  const auto first =
      s.call("POST", "/api/auth/reauthenticate", {{"password", first_password}}, who);
  const auto code = s.w.code(app);
  const auto second = s.prove({{"mfa_token", Site::body_of(first).at("mfa_token")},
                               {"factor_id", app.id.str()},
                               {"code", code.expose_secret()}});
  REQUIRE(Site::outcome(second) == "200");
  CHECK(Site::outcome(s.call("POST", "/api/me/recovery-codes", nullptr, who)) == "201");
}

TEST_CASE("an owner removes factors however much was changed before") {
  Site s{{}, {}, Requests::counted};
  auto ada = s.w.user();
  const auto app = s.w.add(s.w.principal(ada));
  const auto who = s.renewed(ada);
  const auto begin = [&] {
    return Site::outcome(s.call("POST", "/api/me/factors", {{"type", "totp"}}, who));
  };
  for (int i = 0; i < 20; ++i) CHECK(begin() == "201");
  CHECK(begin() == "429 rate_limited");
  CHECK(Site::outcome(s.call("DELETE", "/api/me/factors/" + app.id.str(), nullptr, who)) == "204");
}

}  // namespace
}  // namespace coffeeauth::second_factor
