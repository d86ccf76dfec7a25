#include "lib/http/cors.hpp"

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

Response answered(const CorsPolicy& policy, std::vector<Header> headers) {
  Response response;
  policy.allow(with_headers(std::move(headers)).header("Origin"), response);
  return response;
}

TEST_CASE("what an answer depends on already is not forgotten") {
  const CorsPolicy policy{{"https://app.example"}};
  const auto vary = [&](std::string before) {
    Response response;
    if (!before.empty()) response.set("Vary", std::move(before));
    policy.allow("https://app.example", response);
    return std::string{response.header("Vary")};
  };
  CHECK(vary("") == "Origin");
  CHECK(vary("Accept-Encoding") == "Accept-Encoding, Origin");
  CHECK(vary("Accept-Encoding, Cookie") == "Accept-Encoding, Cookie, Origin");
  CHECK(vary("origin") == "origin");
  CHECK(vary("Accept, Origin , Cookie") == "Accept, Origin , Cookie");
  CHECK(vary("*") == "*");
}

TEST_CASE("what was refused unread is readable where one value suits every request") {
  const auto allowed = [](std::vector<std::string> origins) {
    Response response;
    CorsPolicy{std::move(origins)}.allow_unread(response);
    return std::string{response.header("Access-Control-Allow-Origin")};
  };
  CHECK(allowed({}).empty());
  CHECK(allowed({"*"}) == "*");
  CHECK(allowed({"https://app.example"}) == "https://app.example");
  CHECK(allowed({"https://app.example", "https://b.example"}).empty());
}

TEST_CASE("a preflight allows what tracing libraries add, and nothing that proxies say") {
  const CorsPolicy policy{{"https://app.example"}};
  const auto allowed = [&](std::string asked) {
    const auto answer =
        policy.preflight(with_headers({{"Origin", "https://app.example"},
                                       {"Access-Control-Request-Headers", std::move(asked)}}),
                         "GET");
    CHECK(answer.header("Vary") == "Access-Control-Request-Headers");
    return ", " + std::string{answer.header("Access-Control-Allow-Headers")} + ",";
  };
  const auto always = allowed("");
  for (const char* const name :
       {"Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key",
        "X-Request-ID", "Traceparent", "Tracestate", "Baggage", "Sentry-Trace"}) {
    CHECK_MESSAGE(always.find(", " + std::string{name} + ",") != std::string::npos, name);
  }
  CHECK(allowed("authorization,traceparent") == always);
  CHECK(allowed("b3,x-datadog-trace-id") ==
        always.substr(0, always.size() - 1) + ", b3, x-datadog-trace-id,");
  CHECK(allowed("x-forwarded-for,X-Forwarded-Host,forwarded,via,x-real-ip,true-client-ip") ==
        always);
  CHECK(allowed("a b,\"x\",x\r\ny: z,*,(a),") == always);
  CHECK(allowed(std::string(65, 'x')) == always);
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += "x-" + std::to_string(i) + ",";
  CHECK(allowed(many).size() < always.size() + 32 * 8);
}

TEST_CASE("by default no origin may read") {
  const CorsPolicy off{{}};
  CHECK(answered(off, {{"Origin", "https://app.example"}}).headers.empty());
  const auto preflight = off.preflight(with_headers({{"Origin", "https://app.example"}}), "GET");
  CHECK(preflight.status == 204);
  CHECK(preflight.header("Allow") == "GET");
  CHECK(preflight.header("Access-Control-Allow-Methods").empty());
}

TEST_CASE("a listed origin may read, and no other that looks like it") {
  const CorsPolicy policy{{"https://app.example", "http://localhost:3000"}};
  CHECK(
      answered(policy, {{"origin", "https://app.example"}}).header("Access-Control-Allow-Origin") ==
      "https://app.example");
  CHECK(answered(policy, {{"Origin", "http://localhost:3000"}})
            .header("Access-Control-Allow-Origin") == "http://localhost:3000");
  for (const char* const origin :
       {"http://app.example", "https://app.example.evil.example", "https://evil-app.example",
        "https://app.example:444", "https://app.example/", "null", "*", "",
        "HTTPS://app.example"}) {
    CAPTURE(origin);
    const auto response = answered(policy, {{"Origin", origin}});
    CHECK(response.header("Access-Control-Allow-Origin").empty());
    // A cache must keep the answers to origins apart in any case.
    CHECK(response.header("Vary") == "Origin");
  }
}

TEST_CASE("cookies are never asked for") {
  const CorsPolicy policy{{"https://app.example"}};
  const auto request = with_headers({{"Origin", "https://app.example"}});
  CHECK(answered(policy, request.headers).header("Access-Control-Allow-Credentials").empty());
  CHECK(policy.preflight(request, "GET").header("Access-Control-Allow-Credentials").empty());
}

TEST_CASE("a star is answered with a star") {
  const CorsPolicy policy{{"*"}};
  const auto response = answered(policy, {{"Origin", "https://any.example"}});
  CHECK(response.header("Access-Control-Allow-Origin") == "*");
  CHECK(response.header("Vary").empty());
  CHECK(answered(policy, {}).header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("a preflight tells methods and headers to an allowed origin only") {
  const CorsPolicy policy{{"https://app.example"}};
  const auto good =
      policy.preflight(with_headers({{"Origin", "https://app.example"}}), "GET, PATCH");
  CHECK(good.header("Access-Control-Allow-Methods") == "GET, PATCH");
  CHECK(good.header("Access-Control-Allow-Headers").find("Authorization") != std::string::npos);
  CHECK(good.header("Access-Control-Allow-Headers").find("If-Match") != std::string::npos);
  const auto bad =
      policy.preflight(with_headers({{"Origin", "https://evil.example"}}), "GET, PATCH");
  CHECK(bad.header("Access-Control-Allow-Methods").empty());
  CHECK(bad.header("Allow") == "GET, PATCH");
}

TEST_CASE("an origin is matched as browsers write it, however it was written down") {
  for (const char* const written :
       {"https://App.Example.com:443", "https://app.example.com/", "HTTPS://app.example.com"}) {
    CAPTURE(written);
    CHECK(answered(CorsPolicy{{written}}, {{"Origin", "https://app.example.com"}})
              .header("Access-Control-Allow-Origin") == "https://app.example.com");
  }
}

TEST_CASE("an origin that browsers do not write is refused when the policy is made") {
  for (const char* const origin :
       {"", "app.example", "https://", "https://app.example/path", "https://*.example",
        "ftp://app.example", "https://user@app.example", "https://a b", "https://a\r\nX: y",
        "https://a?b", "https://a,https://b"}) {
    CAPTURE(origin);
    CHECK_THROWS_AS(CorsPolicy{{std::string{origin}}}, std::invalid_argument);
  }
}

}  // namespace
}  // namespace coffeeauth::http
