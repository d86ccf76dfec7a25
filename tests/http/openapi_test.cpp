#include <functional>
#include <map>
#include <set>

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

TEST_CASE("the document lists the operations of the contract and no others") {
  const std::map<std::string, bool> expected{// whether a token is needed
                                             {"POST /api/auth/signup", false},
                                             {"POST /api/auth/verify", false},
                                             {"POST /api/auth/resend-code", false},
                                             {"POST /api/auth/login", false},
                                             {"POST /api/auth/login-code", false},
                                             {"POST /api/auth/refresh", false},
                                             {"POST /api/auth/logout", false},
                                             {"POST /api/auth/reauthenticate", true},
                                             {"GET /api/me", true},
                                             {"PATCH /api/me", true},
                                             {"DELETE /api/me", true},
                                             {"POST /api/me/password", true},
                                             {"GET /api/me/sessions", true},
                                             {"DELETE /api/me/sessions", true},
                                             {"DELETE /api/me/sessions/{id}", true},
                                             {"GET /api/users", true},
                                             {"GET /api/users/{id}", true},
                                             {"PATCH /api/users/{id}", true},
                                             {"PUT /api/users/{id}", true},
                                             {"DELETE /api/users/{id}", true},
                                             {"DELETE /api/users/{id}/sessions", true},
                                             {"GET /.well-known/jwks.json", false},
                                             {"GET /healthz", false},
                                             {"GET /readyz", false},
                                             {"GET /openapi.json", false}};
  Service s;
  std::map<std::string, bool> listed;
  for (const auto& one : s.document.operations())
    listed[one.method + " " + one.path] = one.needs_token();
  CHECK(listed == expected);
}

void visit(const Json& node, const std::function<void(const Json&)>& look) {
  look(node);
  if (node.is_structured()) {
    for (const auto& child : node) visit(child, look);
  }
}

TEST_CASE("every reference leads somewhere, and every component is referred to") {
  Service s;
  std::set<std::string> used;
  visit(s.document.root(), [&](const Json& node) {
    if (!node.is_object() || !node.contains("$ref")) return;
    const auto target = node.at("$ref").get<std::string>();
    CHECK_NOTHROW(static_cast<void>(s.document.resolved(node)));
    used.insert(target.substr(target.rfind('/') + 1));
  });
  for (const auto& each : s.document.root().at("components").at("schemas").items()) {
    CHECK_MESSAGE(used.contains(each.key()), each.key());
  }
}

TEST_CASE("every operation has a name of its own, a summary and the errors that any can give") {
  Service s;
  std::set<std::string> names;
  for (const auto& one : s.document.operations()) {
    CAPTURE(one.path);
    CHECK(names.insert(one.description.at("operationId").get<std::string>()).second);
    CHECK_FALSE(one.description.at("summary").get<std::string>().empty());
    CHECK(one.lists_error(503, "unavailable"));
    CHECK(one.lists_error(500, "internal"));
    if (one.needs_token()) CHECK(one.lists_error(401, "token_expired"));
    if (one.path.starts_with("/api/users")) CHECK(one.lists_error(403, "forbidden"));
    const bool limited = one.path != "/healthz" && one.path != "/readyz";
    CHECK(one.lists_error(429, "rate_limited") == limited);
  }
}

TEST_CASE("objects in answers are open for later members, and objects in requests are closed") {
  Service s;
  const auto closed = [&](const Json& schema) {
    std::size_t found = 0;
    std::set<std::string> seen;
    const std::function<void(const Json&)> follow = [&](const Json& node) {
      visit(node, [&](const Json& part) {
        if (!part.is_object()) return;
        if (part.contains("additionalProperties") && part["additionalProperties"] == false) ++found;
        if (part.contains("$ref") && seen.insert(part["$ref"].get<std::string>()).second) {
          follow(s.document.resolved(part));
        }
      });
    };
    follow(schema);
    return found;
  };
  for (const auto& one : s.document.operations()) {
    CAPTURE(one.method);
    CAPTURE(one.path);
    for (const auto& each : one.description.at("responses").items()) {
      CAPTURE(each.key());
      CHECK(closed(each.value()) == 0);
    }
    if (one.request_schema() != nullptr) CHECK(closed(*one.request_schema()) > 0);
  }
}

TEST_CASE("every operation is described, and shows a body that a person could have written") {
  Service s;
  for (const auto& one : s.document.operations()) {
    CAPTURE(one.method);
    CAPTURE(one.path);
    CHECK(one.description.value("description", "").size() > 20);
    visit(one.description, [&](const Json& node) {
      if (!node.is_object() || !node.contains("schema") || !node.contains("example")) return;
      CHECK(s.document.violation(node["schema"], node["example"]) == "");
      visit(node["example"], [&](const Json& leaf) {
        CHECK(leaf != "string");
        CHECK(leaf != "text");
      });
    });
    for (const auto& [status, response] : one.description.at("responses").items()) {
      if (status.front() != '2' || !response.contains("content")) continue;
      if (one.path == "/openapi.json") continue;
      CHECK(response["content"]["application/json"].contains("example"));
    }
    if (one.request_schema() != nullptr) {
      CHECK(one.description["requestBody"]["content"]["application/json"].contains("example"));
    }
  }
}

TEST_CASE("what cannot be changed is marked as read-only, where it is shown and where it is sent") {
  Service s;
  for (const std::string component : {"User", "UserPatch"}) {
    const auto& properties =
        s.document.root()["components"]["schemas"].at(component).at("properties");
    for (const auto& each : properties.items()) {
      const auto& name = each.key();
      const bool fixed = name == "id" || name == "email_ascii" || name == "date_joined" ||
                         name == "last_login" || name == "version" || name == "second_factor";
      CHECK_MESSAGE(each.value().value("readOnly", false) == fixed, name);
    }
  }
}

TEST_CASE("the document names the server that the operator named") {
  const auto servers = [](const std::string& public_url) {
    Service s{{}, {.public_url = public_url}};
    std::vector<std::string> urls;
    for (const auto& server : s.document.root().at("servers")) urls.push_back(server.at("url"));
    return urls;
  };
  CHECK(servers("") == std::vector<std::string>{"/"});
  CHECK(servers("https://Example.com/auth/") ==
        std::vector<std::string>{"https://example.com/auth", "."});
  CHECK_THROWS_AS(servers("http://example.com"), std::invalid_argument);
}

TEST_CASE("examples of errors are the errors themselves") {
  Service s;
  const Json problem{{"$ref", "#/components/schemas/Problem"}};
  for (const auto& one : s.document.operations()) {
    for (const auto& [status, response] : one.description.at("responses").items()) {
      if (!response.contains("content") ||
          !response["content"].contains("application/problem+json"))
        continue;
      for (const auto& [code, example] :
           response["content"]["application/problem+json"]["examples"].items()) {
        CHECK(s.document.violation(problem, example.at("value")) == "");
        CHECK(example["value"]["code"] == code);
        CHECK(std::to_string(example["value"]["status"].get<int>()) == status);
      }
    }
  }
}

TEST_CASE("examples of values fit their schemas") {
  Service s;
  int seen = 0;
  visit(s.document.root().at("components"), [&](const Json& node) {
    if (!node.is_object() || !node.contains("examples") || !node["examples"].is_array()) return;
    for (const auto& example : node["examples"]) {
      ++seen;
      CHECK(s.document.violation(node, example) == "");
    }
  });
  CHECK(seen > 10);
}

TEST_CASE("the parameters of a path are the names in its pattern") {
  Service s;
  for (const auto& one : s.document.operations()) {
    std::set<std::string> named;
    for (const auto& parameter : one.description.value("parameters", Json::array())) {
      if (parameter.at("in") != "path") continue;
      CHECK(parameter.at("required") == true);
      named.insert(parameter.at("name").get<std::string>());
    }
    CHECK(named.contains("id") == (one.path.find("{id}") != std::string::npos));
    CHECK(named.size() <= 1);
  }
}

TEST_CASE("whether sign-up tells of an address that is taken is in the document") {
  Config config;
  config.codes.sign_up_reveals_existing = true;
  Service open{config};
  CHECK(open.document.operation("POST", "/api/auth/signup").lists_error(409, "email_taken"));
  open.make_user("ada@example.com");
  CHECK(open.sign_up("ada@example.com").outcome() == "409 email_taken");
  Service closed;
  CHECK_FALSE(
      closed.document.operation("POST", "/api/auth/signup").lists_error(409, "email_taken"));
  closed.make_user("ada@example.com");
  CHECK(closed.sign_up("ada@example.com").outcome() == "201");
}

TEST_CASE("a route of the embedder is in the document when it says so") {
  Route shown;
  shown.method = "GET";
  shown.path = "/coffee/{bean}";
  shown.access = Access::user;
  shown.documented = true;
  shown.operation_id = "getCoffee";
  shown.summary = "Pour";
  shown.tag = "coffee";
  shown.handler = [](const RouteContext& context) -> Result<Response> {
    if (context.path_parameters.at("bean") == "tea") return ErrorCode::not_found;
    return Response{.status = 200, .headers = {}, .body = {}};
  };
  auto hidden = shown;
  hidden.path = "/secret";
  hidden.documented = false;
  hidden.access = Access::link_holders;
  hidden.handler = [](const RouteContext&) -> Result<Response> { return Response{}; };
  Service s{{}, {.link_token = Secret{"link"}, .extra_routes = {shown, hidden}}};
  CHECK(s.document.operation("GET", "/coffee/{bean}").needs_token());
  CHECK_FALSE(s.document.root()["paths"].contains("/secret"));
  const auto token = s.user_token();
  CHECK(s.get("/coffee/tea", token).outcome() == "404 not_found");
  CHECK(s.get("/coffee/beans", token).status() == 200);
  CHECK(s.get("/coffee/beans").outcome() == "401 not_authenticated");
  CHECK(s.get("/secret").outcome() == "404 not_found");
  CHECK(s.get("/secret?token=link").status() == 200);
}

}  // namespace
}  // namespace coffeeauth::http
