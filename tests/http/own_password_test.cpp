// Changing one's password, proving once more who one is, and ending the sessions of a user, over
// HTTP.

#include "coffeeauth/feature.hpp"
#include "coffeeauth/kernel.hpp"
#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

constexpr auto ada_address = "ada@example.com";

struct Own : Service {
  explicit Own(Config config = with_limits_off(), ApiOptions options = {})
      : Service(std::move(config), std::move(options)) {
    make_user(ada_address);
    mine = log_in(ada_address);
  }

  Answer change_with(Json body) {
    return call("POST", "/api/me/password", {.body = std::move(body), .token = mine.access});
  }
  Answer change(std::string_view current = good_password, std::string_view next = other_password) {
    return change_with({{"current_password", current}, {"new_password", next}});
  }
  Answer prove(std::string_view password = good_password) {
    return call("POST", "/api/auth/reauthenticate",
                {.body = {{"password", password}}, .token = mine.access});
  }
  std::string refresh(const std::string& token) {
    return post("/api/auth/refresh", {{"refresh_token", token}}).outcome();
  }

  Tokens mine;
};

/// The one code of the one field that is wrong.
std::string fault_of(const Answer& answer, const char* field) {
  REQUIRE(answer.outcome() == "400 validation_failed");
  const auto& errors = answer.body.at("errors");
  REQUIRE(errors.size() == 1);
  REQUIRE(errors.contains(field));
  return errors.at(field).at(0).at("code");
}

TEST_CASE("who changes the password goes on with the answer, and everybody else is out") {
  Own s;
  const auto other = s.log_in(ada_address);
  const auto answer = s.change();
  REQUIRE(answer.status() == 200);
  CHECK(answer.body.size() == 4);
  CHECK(answer.body.at("token_type") == "Bearer");
  CHECK(answer.body.at("expires_in") == 600);
  CHECK(answer.header("Cache-Control") == "no-store");
  const Tokens next{answer.body.at("access_token"), answer.body.at("refresh_token")};

  CHECK(s.get("/api/me", next.access).status() == 200);
  CHECK(s.get("/api/me", s.mine.access).outcome() == "401 token_invalid");
  CHECK(s.get("/api/me", other.access).outcome() == "401 token_invalid");
  CHECK(s.refresh(other.refresh) == "401 token_invalid");
  const auto sessions = s.get("/api/me/sessions", next.access).body;
  REQUIRE(sessions.size() == 1);
  CHECK(sessions.at(0).at("current") == true);
  CHECK(s.refresh(next.refresh) == "200");
  CHECK(s.refresh(s.mine.refresh) == "401 token_invalid");

  const auto enter = [&](std::string_view password) {
    return s.post("/api/auth/login", {{"email", ada_address}, {"password", password}}).outcome();
  };
  CHECK(enter(good_password) == "401 invalid_credentials");
  CHECK(enter(other_password) == "200");
}

TEST_CASE("what is wrong with a change is said of the field that it is wrong with") {
  Own s;
  CHECK(fault_of(s.change(good_password, good_password), "new_password") == "unchanged");
  CHECK(fault_of(s.change(good_password, "short"), "new_password") == "too_short");
  CHECK(fault_of(s.change(good_password, "12345678"), "new_password") == "too_common");
  CHECK(fault_of(s.change(good_password, ada_address), "new_password") == "too_similar");
  CHECK(fault_of(s.change(good_password, ""), "new_password") == "required");
  CHECK(fault_of(s.change("", other_password), "current_password") == "required");
  CHECK(fault_of(s.change(std::string(600, 'x'), other_password), "current_password") ==
        "too_long");
  CHECK(fault_of(s.change_with(Json{{"current_password", good_password}}), "new_password") ==
        "required");
  CHECK(fault_of(s.change_with(Json{{"new_password", other_password}}), "current_password") ==
        "required");
  const auto both = s.change_with(Json{{"current_password", ""}, {"new_password", ""}});
  CHECK(both.body.at("errors").size() == 2);
  CHECK(s.get("/api/me", s.mine.access).status() == 200);
}

TEST_CASE("a wrong password is answered as at a login, and says nothing of the new one") {
  Own s;
  for (const auto& wrong : {s.change(other_password, "short"), s.prove(other_password)}) {
    CHECK(wrong.outcome() == "401 invalid_credentials");
    CHECK_FALSE(wrong.body.contains("errors"));
    // It is the password that was wrong, not the token.
    CHECK(wrong.header("WWW-Authenticate").find("error=") == std::string::npos);
  }
  CHECK(s.get("/api/me", s.mine.access).status() == 200);
}

TEST_CASE("guesses at the password of somebody whose token was stolen end as those at a login") {
  for (const bool by_change : {false, true}) {
    CAPTURE(by_change);
    Own s{Config{}};
    const auto guess = [&](std::string_view password) {
      const auto target = by_change ? "/api/me/password" : "/api/auth/reauthenticate";
      const Json body = by_change
                            ? Json{{"current_password", password}, {"new_password", "a new one!"}}
                            : Json{{"password", password}};
      return s.call("POST", target, {.body = body, .token = s.mine.access, .peer = "198.51.100.7"});
    };
    for (int i = 0; i < 10; ++i) CHECK(guess("wrong").outcome() == "401 invalid_credentials");
    const auto refused = guess(good_password);
    CHECK(refused.outcome() == "429 rate_limited");
    CHECK_FALSE(refused.header("Retry-After").empty());
    CHECK(s.prove().status() == 200);
  }
}

TEST_CASE("the new routes count with logins for an address") {
  Config config;
  config.limits.login_address = {4, 60s};
  Own s{config};  // one login
  CHECK(s.prove().status() == 200);
  CHECK(s.change("wrong").outcome() == "401 invalid_credentials");
  CHECK(s.prove("wrong").outcome() == "401 invalid_credentials");
  CHECK(s.prove().outcome() == "429 rate_limited");
  CHECK(s.change().outcome() == "429 rate_limited");
  CHECK(
      s.post("/api/auth/login", {{"email", ada_address}, {"password", good_password}}).outcome() ==
      "429 rate_limited");
}

TEST_CASE("a proof makes the session recent, and shows in the list") {
  auto wanted = Route{};
  wanted.method = "POST";
  wanted.path = "/api/coffee";
  wanted.access = Access::user;
  wanted.recent = Recent::required;
  wanted.handler = [](const RouteContext&) -> Result<Response> {
    Response poured;
    poured.status = 204;
    return poured;
  };
  Own s{with_limits_off(), {.extra_routes = {wanted}}};
  const auto pour = [&](const std::string& token) {
    return s.call("POST", "/api/coffee", {.token = token});
  };
  CHECK(pour(s.mine.access).status() == 204);
  s.t.clock().advance(9min);
  const auto renewed = s.post("/api/auth/refresh", {{"refresh_token", s.mine.refresh}});
  s.mine = {renewed.body.at("access_token"), renewed.body.at("refresh_token")};
  s.t.clock().advance(2min);
  CHECK(pour(s.mine.access).outcome() == "401 reauthentication_required");
  const auto before = s.get("/api/me/sessions", s.mine.access).body.at(0);
  CHECK(before.at("methods") == Json::array({"password"}));
  CHECK(before.at("authenticated_at") == before.at("created_at"));

  const auto proved = s.prove();
  REQUIRE(proved.status() == 200);
  CHECK(proved.body.size() == 4);
  CHECK(proved.body.at("token_type") == "Bearer");
  CHECK(proved.body.at("expires_in") == 600);
  CHECK(pour(proved.body.at("access_token")).status() == 204);
  CHECK(pour(s.mine.access).status() == 204);
  const auto after = s.get("/api/me/sessions", s.mine.access).body.at(0);
  CHECK(after.at("authenticated_at") == proved.body.at("authenticated_at"));
  CHECK(after.at("authenticated_at") > before.at("authenticated_at"));
  CHECK(after.at("id") == before.at("id"));
  CHECK(after.at("last_used_at") == before.at("last_used_at"));
  CHECK(s.refresh(s.mine.refresh) == "200");
}

TEST_CASE("a session lists each way in which its owner came") {
  Own s;
  s.post("/api/auth/login-code", {{"email", ada_address}});
  const auto answer = s.post(
      "/api/auth/login",
      {{"email", ada_address}, {"password", good_password}, {"code", s.mailed_code(ada_address)}});
  REQUIRE(answer.status() == 200);
  const auto sessions = s.get("/api/me/sessions", answer.body.at("access_token")).body;
  REQUIRE(sessions.size() == 2);
  for (const auto& session : sessions) {
    CHECK(session.at("methods") == (session.at("current") == true
                                        ? Json::array({"password", "email_code"})
                                        : Json::array({"password"})));
  }
}

TEST_CASE("an administrator ends the sessions of a user at once") {
  Own s;
  const auto other = s.log_in(ada_address);
  const auto ada = s.id_of(other.access);
  const auto admin = s.admin_token();
  const auto path = "/api/users/" + ada + "/sessions";
  CHECK(s.remove(path, s.mine.access).outcome() == "403 forbidden");
  CHECK(s.remove(path, {}).outcome() == "401 not_authenticated");
  CHECK(s.get("/api/me", s.mine.access).status() == 200);

  CHECK(s.remove(path, admin).status() == 204);
  for (const auto& ended : {s.mine, other}) {
    CHECK(s.get("/api/me", ended.access).outcome() == "401 token_invalid");
    CHECK(s.refresh(ended.refresh) == "401 token_invalid");
  }
  CHECK(s.get("/api/me", admin).status() == 200);
  CHECK(s.get("/api/users/" + ada, admin).body.at("is_active") == true);
  CHECK(s.remove(path, admin).status() == 204);
  static_cast<void>(s.log_in(ada_address));
  CHECK(s.get(path, admin).outcome() == "405 method_not_allowed");
  for (const std::string id : {"nobody", "019bc0f5-2b7d-7c3a-9f52-0b6a4f1d2e90"}) {
    CHECK(s.remove("/api/users/" + id + "/sessions", admin).outcome() == "404 not_found");
  }
}

constexpr ErrorCode factor_required{"second_factor_required", ErrorClass::forbidden,
                                    "Answer with a second factor."};

/// A feature that has the second factor of everybody who proves once more who they are.
class AsksForMore final : public Feature, private LoginStep {
 public:
  std::string_view name() const noexcept override { return "asks_for_more"; }
  Contributions attach(Kernel& /*kernel*/) override { return {.login_steps = {this}}; }

 private:
  Result<std::optional<LoginChallenge>> ask(const PendingLogin& login) override {
    if (!login.session) return std::optional<LoginChallenge>{};
    return std::optional{LoginChallenge{.code = factor_required,
                                        .token = Secret{"mfa_ticket"},
                                        .expires_at = login.now + 10min,
                                        .methods = {{.type = "totp", .id = "7"}}}};
  }
};

TEST_CASE("a step that asks for more is told of as at a login") {
  AsksForMore feature;
  testing::TestAuth t{{.features = {&feature}}};
  Api api{t.auth(), {}};
  const auto user = t.logged_in_user();
  const auto response = api.handle(
      {.method = "POST",
       .target = "/api/auth/reauthenticate",
       .headers = {{"Authorization", user.authorization}, {"Content-Type", "application/json"}},
       .body = Json{{"password", good_password}}.dump(),
       .peer_address = "203.0.113.9"});
  CHECK(response.status == 403);
  const auto body = Json::parse(response.text());
  CHECK(body.at("code") == "second_factor_required");
  CHECK(body.at("mfa_token") == "mfa_ticket");
  CHECK(body.at("factors") == Json::parse(R"([{"type": "totp", "id": "7"}])"));
  CHECK_FALSE(body.contains("access_token"));
}

}  // namespace
}  // namespace coffeeauth::http
