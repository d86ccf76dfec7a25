#include "lib/http/router.hpp"

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

Route route(std::string method, std::string path) {
  Route made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.handler = [](const RouteContext&) -> Result<Response> { return Response{}; };
  return made;
}

const Router& router() {
  static const Router made{
      {route("GET", "/"), route("GET", "/api/users"), route("POST", "/api/users"),
       route("GET", "/api/users/{id}"), route("DELETE", "/api/users/{id}"),
       route("GET", "/api/users/me"), route("POST", "/login"),
       route("GET", "/api/users/{id}/sessions/{session}"), route("GET", "/swagger/{path...}")}};
  return made;
}

/// The pattern that serves `path` and its parameters: `/a/{id} id=1`; `-` for none.
std::string found(std::string_view path) {
  Parameters parameters;
  const auto* const match = router().find(path, parameters);
  if (match == nullptr) return "-";
  std::string text = match->pattern;
  for (const auto& [name, value] : parameters) text += " " + name + "=" + value;
  return text;
}

TEST_CASE("a path is served with and without one trailing slash") {
  CHECK(found("/") == "/");
  CHECK(found("/api/users") == "/api/users");
  CHECK(found("/api/users/") == "/api/users");
  CHECK(found("/api/users/7") == "/api/users/{id} id=7");
  CHECK(found("/api/users/7/") == "/api/users/{id} id=7");
  CHECK(found("/api/users/7/sessions/9") == "/api/users/{id}/sessions/{session} id=7 session=9");
}

TEST_CASE("a literal path goes before one with parameters") {
  CHECK(found("/api/users/me") == "/api/users/me");
}

TEST_CASE("another spelling of a path is another path") {
  for (const std::string_view path :
       {"", "//", "///", "api/users", "/api/users//", "//api/users", "/api//users", "/API/users",
        "/api/%75sers", "/api/users%2F7", "/api/./users", "/api/users/../users", "/api/user",
        "/api/users/7/sessions", "/api/users/7/x", "/login/x", "*", "/api/users;x=1"}) {
    CAPTURE(path);
    CHECK(found(path) == "-");
  }
}

TEST_CASE("a parameter is one decoded segment that is fit to be shown") {
  CHECK(found("/api/users/a%20b") == "/api/users/{id} id=a b");
  CHECK(found("/api/users/a+b") == "/api/users/{id} id=a+b");
  CHECK(found("/api/users/%C3%A9") == "/api/users/{id} id=\xC3\xA9");
  for (const std::string_view segment : {"%2F", "a%2Fb", "%5C", "%00", "a%0Ab", "%7F", ".", "..",
                                         "%2e", "%2E%2e", "%", "%4", "%zz", "%FF", "%C0%AF"}) {
    CAPTURE(segment);
    CHECK(found("/api/users/" + std::string{segment}) == "-");
  }
}

TEST_CASE("the rest of a path is taken whole, without a way up") {
  CHECK(found("/swagger/index.css") == "/swagger/{path...} path=index.css");
  CHECK(found("/swagger/a/b%20c/d.js") == "/swagger/{path...} path=a/b c/d.js");
  CHECK(found("/swagger/a/") == "/swagger/{path...} path=a");
  for (const std::string_view rest :
       {"", "..", "../x", "a/../b", "a/./b", "a//b", "a/%2e%2e/b", "a%2Fb", "a/%00", "a%5Cb"}) {
    CAPTURE(rest);
    CHECK(found("/swagger/" + std::string{rest}) == "-");
  }
}

TEST_CASE("a match that fails leaves no parameter behind") {
  const Router made{{route("GET", "/a/{x}/b"), route("GET", "/a/{y}/c")}};
  Parameters parameters;
  REQUIRE(made.find("/a/1/c", parameters) != nullptr);
  CHECK(parameters == Parameters{{"y", "1"}});
}

TEST_CASE("a path knows its methods, HEAD with GET, and OPTIONS everywhere") {
  Parameters ignored;
  const auto* const users = router().find("/api/users", ignored);
  REQUIRE(users != nullptr);
  CHECK(users->allow == "GET, HEAD, OPTIONS, POST");
  CHECK(users->find("GET")->method == "GET");
  CHECK(users->find("HEAD")->method == "GET");
  CHECK(users->find("POST")->method == "POST");
  for (const std::string_view method : {"DELETE", "OPTIONS", "get", "", "TRACE"}) {
    CHECK(users->find(method) == nullptr);
  }
  const auto* const login = router().find("/login", ignored);
  CHECK(login->allow == "OPTIONS, POST");
  CHECK(login->find("HEAD") == nullptr);
}

TEST_CASE("a table that cannot be is refused when it is made") {
  const auto make = [](std::vector<Route> routes) { const Router made{std::move(routes)}; };
  CHECK_THROWS_AS(make({route("GET", "/a"), route("GET", "/a")}), std::invalid_argument);
  CHECK_THROWS_AS(make({route("get", "/a")}), std::invalid_argument);
  CHECK_THROWS_AS(make({route("HEAD", "/a")}), std::invalid_argument);
  CHECK_THROWS_AS(make({route("OPTIONS", "/a")}), std::invalid_argument);
  CHECK_THROWS_AS(make({route("GET", "a")}), std::invalid_argument);
  CHECK_THROWS_AS(make({route("GET", "")}), std::invalid_argument);
  CHECK_THROWS_AS(make({route("GET", "/a/")}), std::invalid_argument);
  CHECK_THROWS_AS(make({route("GET", "/{a...}/b")}), std::invalid_argument);
  auto idle = route("GET", "/a");
  idle.handler = nullptr;
  CHECK_THROWS_AS(make({idle}), std::invalid_argument);
  CHECK_NOTHROW(make({route("GET", "/a"), route("POST", "/a")}));
}

TEST_CASE("a pattern names its parameters in order") {
  CHECK(parameter_names("/a/{x}/b/{y...}") == std::vector<std::string>{"x", "y"});
  CHECK(parameter_names("/a/b").empty());
}

}  // namespace
}  // namespace coffeeauth::http
