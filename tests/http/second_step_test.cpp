// Second factors over HTTP: gates, step-up, and what the login takes.

#include "coffeeauth/feature.hpp"
#include "coffeeauth/kernel.hpp"
#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

constexpr LoginMethod device{"a_device", MethodUse::second, "otp"};
constexpr LoginMethod trusted{"a_trusted_device", MethodUse::waiver};
constexpr ErrorCode enrolment_required{"second_factor_enrolment_required", ErrorClass::forbidden,
                                       "Please set up a second factor first."};

/// Has factors, knows a device, and stops accounts when it is told to.
class Factors final : public Feature, private SecondStep, private AccountGate, private LoginStep {
 public:
  std::string_view name() const noexcept override { return "factors"; }
  Contributions attach(Kernel& given) override {
    kernel = &given;
    return {.login_steps = {this},
            .methods = {device, trusted},
            .second_steps = {this},
            .gates = {this},
            .knows_devices = true};
  }

  Kernel* kernel = nullptr;
  bool stops = false;
  std::string shown;

 private:
  std::string_view type() const noexcept override { return "a_device"; }
  std::vector<ChallengeMethod> list(Transaction&, const UserId&) override { return {}; }
  Result<std::string> options(const UserId&, std::string_view) override { return std::string{}; }
  Result<SecondProof> prove(const UserId&, std::string_view, std::string_view,
                            const ClientContext&) override {
    return ErrorCode::invalid_code;
  }
  Result<void> pass(const User&) override {
    return stops ? Result<void>{enrolment_required} : Result<void>{};
  }
  Result<void> may_keep_only(const User&, const std::vector<ChallengeMethod>&) override {
    return {};
  }
  std::vector<ErrorCode> pass_errors() const override { return {enrolment_required}; }
  Result<std::optional<LoginChallenge>> ask(const PendingLogin& login) override {
    shown = login.device_token != nullptr ? login.device_token->expose_secret() : "none";
    if (shown == "dev_good") login.done.push_back(device);
    return std::optional<LoginChallenge>{};
  }
};

struct Two {
  explicit Two(ApiOptions options = {}) : api(t.auth(), std::move(options)) {}

  Json call(const std::string& method, const std::string& target, const Json& body = nullptr) {
    Request request{.method = method,
                    .target = target,
                    .headers = {{"Authorization", bearer}},
                    .peer_address = "203.0.113.9"};
    if (!body.is_null()) {
      request.headers.emplace_back("Content-Type", "application/json");
      request.body = body.dump();
    }
    last = api.handle(request);
    auto answer = last.text().empty() ? Json::object() : Json::parse(last.text());
    if (answer.is_object()) answer["status"] = last.status;
    return answer;
  }
  std::string outcome(const std::string& method, const std::string& target,
                      const Json& body = nullptr) {
    const auto answer = call(method, target, body);
    return std::to_string(last.status) + " " + (answer.is_object() ? answer.value("code", "") : "");
  }
  void turn_on() {
    t.store().transact([&](Transaction& tx) {
      return tx.users().update_user(user.user.id, std::nullopt, {.second_factor = true},
                                    t.clock().now());
    });
  }
  /// A session that `done` opened.
  void enter(LoginMethods done) {
    const auto opened = factors.kernel->begin_login(user.user.id, std::move(done), {}).value();
    bearer = "Bearer " + std::string{std::get<TokenPair>(opened).access_token.expose_secret()};
  }

  Factors factors;
  testing::TestAuth t{{.features = {&factors}}};
  testing::LoggedInUser user = t.logged_in_user();
  std::string bearer = user.authorization;
  Api api;
  Response last;
};

const Json passwords{{"current_password", good_password}, {"new_password", other_password}};
const Json login{{"email", "ada@example.org"}, {"password", good_password}};

TEST_CASE("an account that a gate stops has the routes it needs to get past it, and no others") {
  Two two;
  CHECK(two.outcome("PATCH", "/api/me", {{"first_name", "Ada"}}) == "200 ");
  two.factors.stops = true;
  for (const auto* const closed : {"PATCH", "DELETE"}) {
    CHECK(two.outcome(closed, "/api/me", Json::object()) == "403 second_factor_enrolment_required");
  }
  CHECK(two.outcome("POST", "/api/me/password", passwords) ==
        "403 second_factor_enrolment_required");
  CHECK(two.outcome("GET", "/api/me") == "200 ");
  CHECK(two.outcome("GET", "/api/me/sessions") == "200 ");
  CHECK(two.outcome("POST", "/api/auth/reauthenticate", {{"password", good_password}}) == "200 ");
}

TEST_CASE("the document says where a second step is asked for, and whom a gate stops") {
  Two two;
  const Document document{two.api.openapi()};
  const Json challenge{{"$ref", "#/components/schemas/SecondFactorRequired"}};
  for (const auto* const asking : {"/api/auth/login", "/api/auth/reauthenticate"}) {
    CAPTURE(asking);
    const auto& operation = document.operation("POST", asking);
    REQUIRE(operation.lists_error(403, "second_factor_required"));
    const auto& described =
        operation.description["responses"]["403"]["content"]["application/problem+json"];
    CHECK(described["schema"]["anyOf"][1] == challenge);
    const auto& example = described["examples"]["second_factor_required"]["value"];
    CHECK(document.violation(challenge, example) == "");
    auto without = example;
    without.erase("mfa_token");
    CHECK(document.violation(challenge, without) == "$ lacks mfa_token");
  }
  CHECK_FALSE(
      document.operation("POST", "/api/auth/refresh").lists_error(403, "second_factor_required"));
  const auto stops = [&](std::string_view method, std::string_view path) {
    return document.operation(method, path).lists_error(403, "second_factor_enrolment_required");
  };
  CHECK(stops("PATCH", "/api/me"));
  CHECK(stops("GET", "/api/users"));
  CHECK_FALSE(stops("GET", "/api/me"));
  CHECK_FALSE(stops("POST", "/api/auth/login"));

  testing::TestAuth bare;
  const Api without{bare.auth(), {}};
  CHECK(without.openapi().find("second_factor_required") == std::string::npos);
}

TEST_CASE("a gate stops an administrator, and who is no administrator is told that first") {
  Two two;
  two.factors.stops = true;
  CHECK(two.outcome("GET", "/api/users") == "403 forbidden");
  two.user = two.t.logged_in_user("root@example.org", Role::admin);
  two.bearer = two.user.authorization;
  CHECK(two.outcome("GET", "/api/users") == "403 second_factor_enrolment_required");
  two.factors.stops = false;
  CHECK(two.outcome("GET", "/api/users") == "200 ");
}

TEST_CASE("with a second factor, changing the password and leaving ask for it") {
  Two two;
  two.turn_on();
  two.enter({LoginMethod::password, device});
  CHECK(two.outcome("DELETE", "/api/me", {{"password", "wrong horse battery"}}) ==
        "401 invalid_credentials");
  CHECK(two.outcome("POST", "/api/me/password", passwords) == "200 ");
  two.enter({LoginMethod::password, trusted});
  CHECK(two.outcome("POST", "/api/me/password", passwords) == "401 reauthentication_required");
  CHECK(two.outcome("DELETE", "/api/me", {{"password", other_password}}) ==
        "401 reauthentication_required");
}

TEST_CASE("only a recent second step opens what is marked so") {
  Route route{.method = "POST",
              .path = "/api/half",
              .access = Access::user,
              .recent = Recent::required_with_second_factor,
              .handler = [](const RouteContext&) -> Result<Response> { return no_content(); }};
  Config config;
  config.tokens.access_lifetime = 1h;
  Factors factors;
  testing::TestAuth t{{.config = config, .features = {&factors}}};
  Api api{t.auth(), {.extra_routes = {route}}};
  const auto user = t.logged_in_user();
  const auto ask = [&](const std::string& bearer) {
    return api.handle({.method = "POST",
                       .target = "/api/half",
                       .headers = {{"Authorization", bearer}},
                       .peer_address = "203.0.113.9"});
  };
  t.clock().advance(30min);
  CHECK_MESSAGE(ask(user.authorization).status == 204, "without a second factor it is not asked");
  t.store().transact([&](Transaction& tx) {
    return tx.users().update_user(user.user.id, std::nullopt, {.second_factor = true},
                                  t.clock().now());
  });
  const auto opened =
      factors.kernel->begin_login(user.user.id, {LoginMethod::password, device}, {}).value();
  const auto bearer =
      "Bearer " + std::string{std::get<TokenPair>(opened).access_token.expose_secret()};
  CHECK(ask(bearer).status == 204);
  t.clock().advance(10min + 1s);
  const auto refused = ask(bearer);
  CHECK(refused.status == 401);
  CHECK(refused.header("WWW-Authenticate") ==
        "Bearer realm=\"coffeeauth\", error=\"insufficient_user_authentication\", max_age=600, "
        "acr_values=\"aal2\"");
}

TEST_CASE("the login takes a device's token where a feature knows devices, and nowhere else") {
  Two two;
  two.turn_on();
  two.bearer.clear();
  auto with_token = login;
  with_token["device_token"] = "dev_good";
  CHECK(two.outcome("POST", "/api/auth/login", login) == "403 second_factor_required");
  CHECK(two.factors.shown == "none");
  CHECK(two.outcome("POST", "/api/auth/login", with_token) == "200 ");
  with_token["device_token"] = "dev_bad";
  CHECK(two.outcome("POST", "/api/auth/login", with_token) == "403 second_factor_required");
  with_token["device_token"] = Json::array();
  CHECK(two.outcome("POST", "/api/auth/login", with_token) == "400 validation_failed");

  testing::TestAuth bare;
  Api api{bare.auth(), {}};
  with_token["device_token"] = "dev_good";
  const auto refused = api.handle({.method = "POST",
                                   .target = "/api/auth/login",
                                   .headers = {{"Content-Type", "application/json"}},
                                   .body = with_token.dump(),
                                   .peer_address = "203.0.113.9"});
  CHECK(refused.status == 400);
}

}  // namespace
}  // namespace coffeeauth::http
