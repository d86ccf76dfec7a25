// What features and embedders need of the table of routes.

#include <set>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/schemas.hpp"
#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

constexpr ErrorCode out_of_tea{"out_of_tea", ErrorClass::conflict, "There is no tea."};
constexpr Permission tea_pour{"tea.pour"};

/// Answers whom it sees.
Route tea(Access access) {
  return {.method = "POST",
          .path = "/api/tea",
          .access = access,
          .handler = [](const RouteContext& context) -> Result<Response> {
            const auto& asking = context.principal;
            return json_response(200, {{"for", asking ? asking->user.email.display() : ""}});
          },
          .documented = true,
          .operation_id = "pourTea",
          .summary = "Pour tea",
          .tag = "tea",
          .tag_description = "Leaves and water.",
          .response_schema =
              schemas::object("Tea", "", {{"for", schemas::text("For whom.", 254, R"("")"), true}}),
          .errors = {out_of_tea}};
}

std::vector<Route> just(Route route) {
  std::vector<Route> routes;
  routes.push_back(std::move(route));
  return routes;
}

TEST_CASE("the API is served below another prefix, with its links and its document") {
  auto orders = tea(Access::user);
  orders.description = "See `/api/me`.";
  Service s{{},
            {.public_url = "https://shop.example/auth",
             .prefix = "/accounts/v1",
             .extra_routes = just(orders)}};
  static_cast<void>(s.make_admin("ada@example.com"));
  static_cast<void>(s.make_admin("boss@example.com"));
  const auto log_in = s.post("/accounts/v1/auth/login",
                             {{"email", "boss@example.com"}, {"password", good_password}});
  REQUIRE(log_in.status() == 200);
  const std::string token = log_in.body.at("access_token");

  const auto list = s.get("/accounts/v1/users?page_size=1", token);
  REQUIRE(list.status() == 200);
  CHECK(s.records.back().route == "/accounts/v1/users");
  const std::string next = list.body.at("next");
  CHECK(next.starts_with("https://shop.example/auth/accounts/v1/users?page=2"));
  CHECK(s.get(next.substr(std::string_view{"https://shop.example/auth"}.size()), token).status() ==
        200);
  CHECK(s.call("OPTIONS", "/accounts/v1/users").header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(s.call("POST", "/accounts/v1/tea", {.token = token}).status() == 200);

  for (const auto* const before : {"/api/users", "/api/tea", "/api/me", "/accounts/users"}) {
    CAPTURE(before);
    CHECK(s.get(before, token).outcome() == "404 not_found");
  }
  for (const auto* const root : {"/healthz", "/openapi.json", "/.well-known/jwks.json"}) {
    CAPTURE(root);
    CHECK(s.get(root).status() == 200);
  }
  CHECK(s.api.openapi().find("/api/") == std::string::npos);
  CHECK(s.document.operation("POST", "/accounts/v1/tea").description.at("description") ==
        "See `/accounts/v1/me`.");
}

TEST_CASE("the API may stand at the root") {
  Service s{{}, {.prefix = ""}};
  CHECK(s.get("/me").outcome() == "401 not_authenticated");
  CHECK(s.get("/api/me").outcome() == "404 not_found");
  CHECK(s.document.operation("GET", "/me").needs_token());
}

TEST_CASE("a prefix that no path can have is refused") {
  testing::TestAuth t;
  for (const auto* const bad : {"api", "/", "/api/", "//api", "/a//b", "/a/../b", "/a/.", "/{a}",
                                "/a b", "/a?b", "/%61", "https://example.com/api"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS((Api{t.auth(), {.prefix = bad}}), std::invalid_argument);
  }
}

TEST_CASE("without another prefix nothing of a text is changed") {
  auto route = tea(Access::anyone);
  route.path = "/apiary";
  route.description = "See `/api/me` and `/apiary`.";
  Service s{{}, {.extra_routes = just(route)}};
  CHECK(s.document.operation("POST", "/apiary").description.at("description") ==
        "See `/api/me` and `/apiary`.");
  Service moved{{}, {.prefix = "/v1", .extra_routes = just(route)}};
  CHECK(moved.post("/apiary", nullptr).status() == 200);
}

TEST_CASE("the document has the title and the version that it is given") {
  Service s{{}, {.title = "Tea House", .version = "2.1"}};
  CHECK(s.document.root().at("info").at("title") == "Tea House");
  CHECK(s.document.root().at("info").at("version") == "2.1");
  Service plain;
  CHECK(plain.document.root().at("info").at("title") == "coffeeauth");
  CHECK(plain.document.root().at("info").at("version") == "1");
}

TEST_CASE("routes are left out by their name, or by method and path") {
  Service s{{},
            {.prefix = "/v1",
             .extra_routes = just(tea(Access::anyone)),
             .leave_out = {"signUp", "PUT /api/users/{id}", "pourTea"}}};
  CHECK(s.post("/v1/auth/signup", {{"email", "a@example.com"}}).outcome() == "404 not_found");
  CHECK(s.call("POST", "/v1/tea").outcome() == "404 not_found");
  const auto one = s.call("PUT", "/v1/users/019bc0f5-2b7d-7c3a-9f52-0b6a4f1d2e90");
  CHECK(one.outcome() == "405 method_not_allowed");
  CHECK(one.header("Allow") == "DELETE, GET, HEAD, OPTIONS, PATCH");
  const auto& paths = s.document.root().at("paths");
  CHECK_FALSE(paths.contains("/v1/auth/signup"));
  CHECK_FALSE(paths.contains("/v1/tea"));
  CHECK_FALSE(paths.at("/v1/users/{id}").contains("put"));
}

TEST_CASE("a route that is to be left out must exist") {
  testing::TestAuth t;
  for (const auto* const nowhere : {"", "signup", "GET /api/auth/signup", "/api/auth/signup"}) {
    CAPTURE(nowhere);
    CHECK_THROWS_AS((Api{t.auth(), {.leave_out = {nowhere}}}), std::invalid_argument);
  }
}

TEST_CASE("a route takes the place of one of ours when it says so") {
  auto mine = tea(Access::anyone);
  mine.path = "/api/auth/signup";
  mine.operation_id = "signUp";
  mine.summary = "Ask for tea";
  mine.replaces = true;
  Service s{{}, {.extra_routes = just(mine)}};
  CHECK(s.post("/api/auth/signup", nullptr).body == Json{{"for", ""}});
  CHECK(s.document.operation("POST", "/api/auth/signup").description.at("summary") ==
        "Ask for tea");
  CHECK(s.get("/api/auth/signup").header("Allow") == "OPTIONS, POST");
}

TEST_CASE("a route that replaces nothing is refused, as is a second one that does not say so") {
  testing::TestAuth t;
  auto route = tea(Access::anyone);
  route.replaces = true;
  CHECK_THROWS_AS((Api{t.auth(), {.extra_routes = just(route)}}), std::invalid_argument);
  route.path = "/api/auth/signup";
  CHECK_NOTHROW((Api{t.auth(), {.extra_routes = just(route)}}));
  CHECK_THROWS_AS((Api{t.auth(), {.extra_routes = just(route), .leave_out = {"signUp"}}}),
                  std::invalid_argument);
  route.replaces = false;
  CHECK_THROWS_AS((Api{t.auth(), {.extra_routes = just(route)}}), std::invalid_argument);
}

TEST_CASE("a route may take a user, if there is one") {
  Service s{{}, {.extra_routes = just(tea(Access::optional_user))}};
  CHECK(s.post("/api/tea", nullptr).body == Json{{"for", ""}});
  CHECK_FALSE(s.records.back().user);
  const auto token = s.user_token("ada@example.com");
  CHECK(s.call("POST", "/api/tea", {.token = token}).body == Json{{"for", "ada@example.com"}});
  CHECK(s.records.back().user);
  // Not the Bearer scheme, so no token of ours.
  CHECK(s.call("POST", "/api/tea", {.headers = {{"Authorization", "Basic YTpi"}}}).status() == 200);

  const auto bad = s.call("POST", "/api/tea", {.token = "not.a.token"});
  CHECK(bad.outcome() == "401 token_invalid");
  CHECK(bad.header("WWW-Authenticate").find("invalid_token") != std::string::npos);
  CHECK(s.call("POST", "/api/tea",
               {.token = token, .headers = {{"Authorization", "Bearer " + token}}})
            .outcome() == "401 token_invalid");

  const auto& shown = s.document.operation("POST", "/api/tea");
  CHECK(shown.description.at("security") == Json::parse(R"([{}, {"bearer": []}])"));
  CHECK(shown.lists_error(401, "token_invalid"));
  CHECK_FALSE(shown.lists_error(401, "not_authenticated"));
}

TEST_CASE("a user of an optional route is counted as that user") {
  Config config;
  config.limits.any = {3, 60s};
  Service s{config, {.extra_routes = just(tea(Access::optional_user))}};
  const auto token = s.user_token();
  for (int i = 0; i < 3; ++i) {
    CHECK(s.call("POST", "/api/tea", {.token = token, .peer = "198.51.100.7"}).status() == 200);
  }
  CHECK(s.call("POST", "/api/tea", {.token = token, .peer = "198.51.100.7"}).status() == 429);
  CHECK(s.call("POST", "/api/tea", {.peer = "198.51.100.7"}).status() == 200);
}

TEST_CASE("a route may ask for a permission, which administrators have") {
  auto route = tea(Access::admin);
  route.permission = tea_pour;
  Service s{{}, {.extra_routes = just(route)}};
  CHECK(s.call("POST", "/api/tea").outcome() == "401 not_authenticated");
  CHECK(s.call("POST", "/api/tea", {.token = s.admin_token()}).status() == 200);
  const auto refused = s.call("POST", "/api/tea", {.token = s.user_token()});
  CHECK(refused.outcome() == "403 forbidden");
  CHECK(refused.header("WWW-Authenticate").find("insufficient_scope") != std::string::npos);
  const auto& shown = s.document.operation("POST", "/api/tea");
  CHECK(shown.description.at("x-permission") == "tea.pour");
  CHECK(shown.lists_error(403, "forbidden"));
}

TEST_CASE("the administrators' own routes name their permissions") {
  Service s;
  const auto permission = [&](const char* method, const char* path) {
    return s.document.operation(method, path).description.value("x-permission", "");
  };
  CHECK(permission("GET", "/api/users") == "users.read");
  CHECK(permission("GET", "/api/users/{id}") == "users.read");
  CHECK(permission("PATCH", "/api/users/{id}") == "users.write");
  CHECK(permission("PUT", "/api/users/{id}") == "users.write");
  CHECK(permission("DELETE", "/api/users/{id}") == "users.delete");
  CHECK(permission("DELETE", "/api/users/{id}/sessions") == "users.write");
  CHECK(permission("GET", "/api/me") == "");
}

TEST_CASE("a permission or a recent login is asked of those who have to log in") {
  testing::TestAuth t;
  const auto step_up = [](const Principal&) { return std::optional<StepUp>{}; };
  for (const auto access :
       {Access::anyone, Access::optional_user, Access::operators, Access::link_holders}) {
    auto route = tea(access);
    route.permission = tea_pour;
    CHECK_THROWS_AS((Api{t.auth(), {.extra_routes = just(route)}}), std::invalid_argument);
    route.permission.reset();
    route.recent = Recent::required;
    CHECK_THROWS_AS((Api{t.auth(), {.extra_routes = just(route), .step_up = step_up}}),
                    std::invalid_argument);
  }
  auto route = tea(Access::user);
  route.permission = tea_pour;
  CHECK_THROWS_AS((Api{t.auth(), {.extra_routes = just(route)}}), std::invalid_argument);
}

TEST_CASE("a route may ask for a recent login, after who it is and before what is sent") {
  auto route = tea(Access::user);
  route.recent = Recent::required;
  route.request_schema = schemas::object("TeaRequest", "", {});
  bool recent = false;
  std::set<std::string> asked;
  const auto step_up = [&](const Principal& principal) -> std::optional<StepUp> {
    asked.insert(principal.user.email.display());
    if (recent) return std::nullopt;
    return StepUp{.max_age = 10min};
  };
  Service s{{}, {.extra_routes = just(route), .step_up = step_up}};
  const auto token = s.user_token("ada@example.com");
  CHECK(s.call("POST", "/api/tea", {.body = Json::object()}).outcome() == "401 not_authenticated");
  CHECK(asked.empty());
  CHECK(s.get("/api/me", token).status() == 200);
  CHECK(asked.empty());

  const auto old = s.call("POST", "/api/tea", {.token = token, .raw = "{"});
  CHECK(old.outcome() == "401 reauthentication_required");
  CHECK(old.header("WWW-Authenticate") ==
        "Bearer realm=\"coffeeauth\", error=\"insufficient_user_authentication\", max_age=600");
  CHECK(asked == std::set<std::string>{"ada@example.com"});
  recent = true;
  CHECK(s.call("POST", "/api/tea", {.body = Json::object(), .token = token}).status() == 200);

  CHECK(s.document.operation("POST", "/api/tea").lists_error(401, "reauthentication_required"));
  CHECK_FALSE(s.document.operation("GET", "/api/me").lists_error(401, "reauthentication_required"));
}

TEST_CASE("a login is recent for REAUTH_LIFETIME unless the program says otherwise") {
  auto route = tea(Access::user);
  route.recent = Recent::required;
  Config config;
  config.tokens.access_lifetime = 15min;
  Service s{config, {.extra_routes = just(route)}};
  const auto token = s.user_token("ada@example.com");
  CHECK(s.call("POST", "/api/tea", {.token = token}).status() == 200);
  s.t.clock().advance(11min);
  CHECK(s.call("POST", "/api/tea", {.token = token}).outcome() == "401 reauthentication_required");
}

TEST_CASE("who asks with a session that ended meanwhile is told to log in, not to prove it again") {
  auto route = tea(Access::user);
  route.recent = Recent::required;
  Service s{{}, {.extra_routes = just(route)}};
  const auto token = s.user_token("ada@example.com");
  CHECK(s.call("POST", "/api/tea", {.token = token}).status() == 200);
  // As another process does, of which this one hears within a second.
  const auto session = s.t.auth().sessions().authenticate_token(token).value().session;
  s.t.store().transact(
      [&](Transaction& tx) { CHECK(tx.sessions().end_session(session, std::nullopt)); });
  const auto ended = s.call("POST", "/api/tea", {.token = token});
  CHECK(ended.outcome() == "401 token_invalid");
  CHECK(ended.header("WWW-Authenticate").find("error=\"invalid_token\"") != std::string::npos);
  CHECK(ended.header("WWW-Authenticate").find("max_age") == std::string::npos);
}

TEST_CASE("what a program refuses in place of a step-up is answered as it says") {
  auto route = tea(Access::user);
  route.recent = Recent::required;
  route.errors = {ErrorCode::forbidden};
  const auto step_up = [](const Principal&) -> Result<std::optional<StepUp>> {
    return ErrorCode::forbidden;
  };
  Service s{{}, {.extra_routes = just(route), .step_up = step_up}};
  CHECK(s.call("POST", "/api/tea", {.token = s.user_token("ada@example.com")}).outcome() ==
        "403 forbidden");
}

TEST_CASE("the document shows the groups and the errors of a room") {
  auto second = tea(Access::anyone);
  second.method = "DELETE";
  second.operation_id = "spillTea";
  second.tag_description = "Something else.";
  auto untold = second;
  untold.method = "PUT";
  untold.operation_id = "putTea";
  untold.tag = "kettles";
  untold.tag_description = "";
  auto mine = untold;
  mine.method = "PATCH";
  mine.operation_id = "patchTea";
  mine.tag = "me";
  mine.tag_description = "Not yours to say.";
  Service s{{}, {.extra_routes = {tea(Access::anyone), second, untold, mine}}};
  std::map<std::string, std::string> tags;
  for (const auto& tag : s.document.root().at("tags")) tags[tag.at("name")] = tag.at("description");
  CHECK(tags.size() == 7);
  CHECK(tags["tea"] == "Leaves and water.");
  CHECK(tags["kettles"] == "Further routes.");
  CHECK(tags["me"] == "Your account and sessions.");
  CHECK(s.document.operation("POST", "/api/tea").lists_error(409, "out_of_tea"));
}

TEST_CASE("two operations of one name are refused") {
  testing::TestAuth t;
  auto route = tea(Access::anyone);
  route.operation_id = "getMe";
  CHECK_THROWS_AS((Api{t.auth(), {.extra_routes = just(route)}}), std::invalid_argument);
  route.documented = false;
  CHECK_NOTHROW((Api{t.auth(), {.extra_routes = just(route)}}));
}

}  // namespace
}  // namespace coffeeauth::http
