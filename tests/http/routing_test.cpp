#include <set>

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

TEST_CASE("every documented path answers, with and without a trailing slash") {
  Service s{with_limits_off()};
  const auto& operations = s.document.operations();
  CHECK(operations.size() >= 20);
  for (const auto& one : operations) {
    CAPTURE(one.method);
    CAPTURE(one.path);
    const auto path = concrete(one.path);
    const auto plain = s.call(one.method, path, {.peer = "127.0.0.1"});
    const auto slashed = s.call(one.method, path + "/", {.peer = "127.0.0.1"});
    CHECK(s.records.back().route == one.path);
    CHECK(plain.outcome() == slashed.outcome());
    CHECK(plain.code() != "not_found");
    CHECK(plain.code() != "method_not_allowed");
    CHECK(s.call(one.method, path + "//", {.peer = "127.0.0.1"}).outcome() == "404 not_found");
  }
}

TEST_CASE("HEAD answers what GET answers") {
  Service s{with_limits_off()};
  const auto token = s.admin_token();
  for (const auto& one : s.document.operations()) {
    if (one.method != "GET") continue;
    CAPTURE(one.path);
    const auto path = concrete(one.path);
    const auto get = s.call("GET", path, {.token = token, .peer = "127.0.0.1"});
    const auto head = s.call("HEAD", path, {.token = token, .peer = "127.0.0.1"});
    CHECK(head.outcome() == get.outcome());
    CHECK(head.header("ETag") == get.header("ETag"));
    CHECK(head.header("Content-Type") == get.header("Content-Type"));
  }
}

TEST_CASE("a method that a path does not have is told which it has") {
  Service s{with_limits_off()};
  std::set<std::string> paths;
  for (const auto& one : s.document.operations()) paths.insert(one.path);
  for (const auto& path : paths) {
    CAPTURE(path);
    const auto& methods = s.document.root().at("paths").at(path);
    for (const std::string method :
         {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "X"}) {
      auto key = method == "HEAD" ? std::string{"get"} : method;
      for (auto& c : key) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      const bool known = method != "get" && methods.contains(key);
      const auto answer = s.call(method, concrete(path), {.peer = "127.0.0.1"});
      CAPTURE(method);
      CHECK((answer.outcome() == "405 method_not_allowed") == !known);
      if (known) continue;
      const auto allow = answer.header("Allow");
      CHECK(allow.find("OPTIONS") != std::string::npos);
      CHECK((allow.find("GET") != std::string::npos) == methods.contains("get"));
      CHECK((allow.find("HEAD") != std::string::npos) == methods.contains("get"));
      CHECK((allow.find("DELETE") != std::string::npos) == methods.contains("delete"));
    }
  }
}

TEST_CASE("a path that is not served is not found, whatever the method") {
  Service s;
  for (const std::string method : {"GET", "POST", "DELETE", "OPTIONS", "HEAD", "X"}) {
    for (const std::string target : {"/api", "/api/", "/api/auth", "/api/auth/login/x", "/API/ME",
                                     "/api/%6De", "/.git/config", "/api/users/a/b", "*", "", "?x",
                                     "http://evil.example/api/me", "/api/me%00", "/api/me\xFF"}) {
      CAPTURE(target);
      CHECK(s.call(method, target).outcome() == "404 not_found");
      CHECK(s.records.back().route.empty());
    }
  }
}

TEST_CASE("OPTIONS says what a path allows, and CORS to whom it is configured for") {
  Service off;
  const auto plain =
      off.call("OPTIONS", "/api/users", {.headers = {{"Origin", "https://a.example"}}});
  CHECK(plain.status() == 204);
  CHECK(plain.header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(plain.header("Access-Control-Allow-Origin").empty());

  Service on{{}, {.cors_origins = {"https://a.example"}}};
  const std::vector<Header> ours{{"Origin", "https://a.example"},
                                 {"Access-Control-Request-Method", "PATCH"}};
  const auto allowed = on.call("OPTIONS", "/api/users/x", {.headers = ours});
  CHECK(allowed.header("Access-Control-Allow-Origin") == "https://a.example");
  CHECK(allowed.header("Access-Control-Allow-Methods") == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT");
  const auto foreign =
      on.call("OPTIONS", "/api/users/x", {.headers = {{"Origin", "https://b.example"}}});
  CHECK(foreign.header("Access-Control-Allow-Origin").empty());
  CHECK(foreign.header("Access-Control-Allow-Methods").empty());
}

TEST_CASE("a browser of an allowed origin can read errors, too") {
  Service s{{}, {.cors_origins = {"https://a.example"}}};
  const std::vector<Header> ours{{"Origin", "https://a.example"}};
  for (const std::string target : {"/api/me", "/nowhere", "/healthz"}) {
    const auto answer = s.get(target, "", ours);
    CHECK(answer.header("Access-Control-Allow-Origin") == "https://a.example");
    CHECK(answer.header("Vary") == "Origin");
    CHECK(answer.header("Access-Control-Expose-Headers").find("Retry-After") != std::string::npos);
  }
  s.t.faults().take_down();
  const auto down =
      s.call("POST", "/api/auth/login",
             {.body = {{"email", "a@example.com"}, {"password", "x"}}, .headers = ours});
  CHECK(down.outcome() == "503 unavailable");
  CHECK(down.header("Access-Control-Allow-Origin") == "https://a.example");
}

TEST_CASE("what never became a request is answered to an allowed origin, too") {
  Service s{{}, {.cors_origins = {"https://a.example", "https://b.example"}}};
  for (const auto code : {http::errors::payload_too_large, http::errors::headers_too_large,
                          ErrorCode::invalid_request, http::errors::request_timeout,
                          http::errors::not_implemented, ErrorCode::unavailable}) {
    const auto allowed = s.api.problem(code, "https://b.example");
    CHECK(allowed.header("Access-Control-Allow-Origin") == "https://b.example");
    CHECK(allowed.header("Vary") == "Origin");
    CHECK(s.api.problem(code, "https://c.example").header("Access-Control-Allow-Origin").empty());
    CHECK(s.api.problem(code).header("Access-Control-Allow-Origin").empty());
  }
  Service alone{{}, {.cors_origins = {"https://a.example"}}};
  CHECK(alone.api.problem(ErrorCode::unavailable).header("Access-Control-Allow-Origin") ==
        "https://a.example");
}

TEST_CASE("operators' paths are not there for others, not even as a method that is wrong") {
  Service s{{}, {.trusted_proxies = {"10.0.0.0/8"}, .operator_networks = {"192.0.2.0/24"}}};
  const auto asked = [&](const std::string& peer, const std::string& chain = {},
                         const std::string& method = "GET") {
    std::vector<Header> headers;
    if (!chain.empty()) headers.push_back({"X-Forwarded-For", chain});
    return s.call(method, "/readyz", {.headers = headers, .peer = peer}).status();
  };
  // Loopback is what a proxy on this machine makes of everybody.
  CHECK(asked("127.0.0.1") == 404);
  CHECK(asked("::1") == 404);
  CHECK(asked("192.0.2.77") == 200);
  CHECK(asked("::ffff:192.0.2.77") == 200);
  CHECK(asked("10.0.0.1", "192.0.2.77") == 200);
  CHECK(asked("192.0.2.77", {}, "POST") == 405);
  CHECK(asked("10.0.0.1") == 404);
  CHECK(asked("10.0.0.1", "10.0.0.2") == 404);
  CHECK(asked("203.0.113.9") == 404);
  CHECK(asked("2001:db8::1") == 404);
  CHECK(asked("127.0.0.1", "127.0.0.1") == 404);
  CHECK(asked("203.0.113.9", "127.0.0.1") == 404);
  CHECK(asked("10.0.0.1", "203.0.113.9") == 404);
  CHECK(asked("10.0.0.1", "127.0.0.1, 203.0.113.9") == 404);
  CHECK(asked("203.0.113.9", {}, "POST") == 404);
  CHECK(asked("203.0.113.9", {}, "OPTIONS") == 404);
  CHECK(asked("") == 404);
}

TEST_CASE("nobody is an operator unless it was said who is") {
  testing::TestAuth t;
  Api api{t.auth(), {}};
  for (const auto* const peer :
       {"127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "203.0.113.9", ""}) {
    CAPTURE(peer);
    CHECK(api.handle({.method = "GET", .target = "/readyz", .peer_address = peer}).status == 404);
  }
}

TEST_CASE("the operator token opens the operators' paths from anywhere, and no other does") {
  Service s{{},
            {.operator_networks = {"192.0.2.0/24"}, .operator_token = Secret{"0123456789abcdef"}}};
  const auto asked = [&](std::vector<Header> headers) {
    return s.call("GET", "/readyz", {.headers = std::move(headers)}).status();
  };
  CHECK(asked({{"Authorization", "Bearer 0123456789abcdef"}}) == 200);
  CHECK(asked({{"Authorization", "Bearer 0123456789abcdef"},
               {"X-Forwarded-For", "198.51.100.7"},
               {"Host", "auth.example"}}) == 200);
  for (const std::string wrong : {"", "Bearer", "Bearer 0123456789abcdeg", "Bearer 0123456789abcde",
                                  "Bearer 0123456789abcdef0", "Basic 0123456789abcdef"}) {
    CAPTURE(wrong);
    CHECK(asked({{"Authorization", wrong}}) == 404);
  }
  CHECK(asked({{"Authorization", "Bearer 0123456789abcdef"},
               {"Authorization", "Bearer 0123456789abcdef"}}) == 404);
  CHECK(s.call("GET", "/readyz?token=0123456789abcdef").status() == 404);
  Service without{{}, {.operator_networks = {"192.0.2.0/24"}}};
  CHECK(without.call("GET", "/readyz", {.headers = {{"Authorization", "Bearer "}}}).status() ==
        404);
}

TEST_CASE("guesses at the operator token are counted like any look for what may be there") {
  Config config;
  config.limits.any = {3, 60s};
  Service s{config, {.operator_token = Secret{"0123456789abcdef"}}};
  const auto asked = [&] { return s.call("GET", "/readyz", {.token = "guess"}).status(); };
  for (int i = 0; i < 3; ++i) CHECK(asked() == 404);
  CHECK(asked() == 429);
}

TEST_CASE("operators' paths are not there for a browser that a stranger's domain led here") {
  Service s{{}, {.operator_networks = {"192.0.2.0/24"}}};
  const auto asked = [&](const std::string& host) {
    return s.call("GET", "/readyz", {.headers = {{"Host", host}}, .peer = "192.0.2.7"}).status();
  };
  for (const auto* const own : {"192.0.2.1", "192.0.2.1:8000", "[2001:db8::1]:8000", "localhost",
                                "LocalHost:8000", "server:8000"})
    CHECK(asked(own) == 200);
  for (const auto* const other : {"evil.example", "evil.example:8000", "localhost.evil.example",
                                  "127.0.0.1.evil.example", "server."}) {
    CAPTURE(other);
    CHECK(asked(other) == 404);
  }
}

TEST_CASE("no web page of another origin can read what is for operators or behind a link") {
  Route page;
  page.method = "GET";
  page.path = "/page";
  page.access = Access::link_holders;
  page.handler = [](const RouteContext&) -> Result<Response> { return Response{}; };
  for (const auto* const allowed : {"*", "https://a.example"}) {
    Service s{{},
              {.link_token = Secret{"link"}, .cors_origins = {allowed}, .extra_routes = {page}}};
    for (const auto* const target : {"/readyz", "/page?token=link"}) {
      for (const auto* const method : {"GET", "OPTIONS", "POST"}) {
        CAPTURE(target);
        CAPTURE(method);
        const auto answer = s.call(
            method, target, {.headers = {{"Origin", "https://a.example"}}, .peer = "127.0.0.1"});
        CHECK(answer.status() != 404);
        for (const auto& header : answer.response.headers)
          CHECK_FALSE(header.name.starts_with("Access-Control-"));
      }
    }
  }
}

TEST_CASE("what is behind a link is not there without it") {
  Route page;
  page.method = "GET";
  page.path = "/page";
  page.access = Access::link_holders;
  page.handler = [](const RouteContext&) -> Result<Response> { return Response{}; };
  Service s{{}, {.link_token = Secret{"12345"}, .extra_routes = {page}}};
  CHECK(s.get("/page?token=12345").status() == 200);
  CHECK(s.get("/page/?a=b&token=12345").status() == 200);
  for (const auto* const target :
       {"/page", "/page?token=", "/page?token=1234", "/page?token=123456", "/page?token",
        "/page?tokens=12345", "/page?token=wrong&token=12345"}) {
    CAPTURE(target);
    CHECK(s.call("GET", target, {.peer = "127.0.0.1"}).outcome() == "404 not_found");
  }
  Service without{{}, {.extra_routes = {page}}};
  CHECK(without.get("/page?token=").status() == 404);
}

TEST_CASE("what is not found does not tell apart what is hidden from what is not there") {
  Service s;
  const auto hidden = s.get("/readyz");
  const auto absent = s.get("/nothing");
  CHECK(hidden.response.text() == absent.response.text());
  CHECK(hidden.response.headers.size() == absent.response.headers.size());
}

TEST_CASE("a record of a request names its route and its user, and no target") {
  Service s;
  const auto token = s.user_token();
  const auto id = s.id_of(token);
  static_cast<void>(s.get("/api/me/?token=s3cret", token, {{"User-Agent", "tests/1\x1B[2J"}}));
  const auto& record = s.records.back();
  CHECK(record.method == "GET");
  CHECK(record.route == "/api/me");
  CHECK(record.status == 200);
  REQUIRE(record.user);
  CHECK(record.user->str() == id);
  CHECK(record.client.address == "203.0.113.9");
  CHECK(record.client.user_agent == "tests/1?[2J");
  CHECK(record.client.request_id.size() == 32);
  CHECK(record.failure.empty());
}

TEST_CASE("every request has an id of its own, never the client's") {
  Service s;
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const auto answer = s.get("/healthz", "", {{"X-Request-ID", "mine"}});
    CHECK(answer.header("X-Request-ID") == s.records.back().client.request_id);
    ids.insert(answer.header("X-Request-ID"));
  }
  CHECK(ids.size() == 100);
  CHECK_FALSE(ids.contains("mine"));
}

TEST_CASE("a server's own answers look like all others") {
  Service s;
  for (const auto code : {http::errors::headers_too_large, http::errors::request_timeout,
                          http::errors::not_implemented, http::errors::payload_too_large}) {
    const auto response = s.api.problem(code);
    const auto body = Json::parse(response.text());
    CHECK(body.at("code") == std::string{wire_name(code)});
    CHECK(response.header("X-Content-Type-Options") == "nosniff");
    CHECK(response.header("X-Request-ID").size() == 32);
    CHECK(response.header("Cache-Control") == "no-store");
  }
}

TEST_CASE("options that cannot be stop the start") {
  testing::TestAuth t;
  CHECK_THROWS_AS((Api{t.auth(), {.trusted_proxies = {"10.0.0.0/40"}}}), std::invalid_argument);
  CHECK_THROWS_AS((Api{t.auth(), {.operator_networks = {"ops"}}}), std::invalid_argument);
  CHECK_THROWS_AS((Api{t.auth(), {.cors_origins = {"app.example"}}}), std::invalid_argument);
  Route twice;
  twice.method = "GET";
  twice.path = "/api/me";
  twice.handler = [](const RouteContext&) -> Result<Response> { return Response{}; };
  CHECK_THROWS_AS((Api{t.auth(), {.extra_routes = {twice}}}), std::invalid_argument);
}

}  // namespace
}  // namespace coffeeauth::http
