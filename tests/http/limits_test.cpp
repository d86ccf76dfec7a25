#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

/// Three of everything a minute.
Config tight() {
  Config config;
  for (auto* const limit :
       {&config.limits.login_address, &config.limits.sign_up_address, &config.limits.resend_address,
        &config.limits.verify_address, &config.limits.any}) {
    *limit = {3, 60s};
  }
  return config;
}

struct Limited {
  const char* path;
  Json body;
};

const std::vector<Limited>& public_routes() {
  static const std::vector<Limited> all{
      {"/api/auth/login", {{"email", "ada@example.com"}, {"password", "wrong"}}},
      {"/api/auth/signup", {{"email", "ada@example.com"}, {"password", good_password}}},
      {"/api/auth/resend-code", {{"email", "ada@example.com"}}},
      {"/api/auth/verify", {{"email", "ada@example.com"}, {"code", "000000"}}},
      {"/api/auth/refresh", {{"refresh_token", "x"}}}};
  return all;
}

TEST_CASE("an address may ask so often, is told when to come back, and may then") {
  for (const auto& route : public_routes()) {
    CAPTURE(route.path);
    Service s{tight()};
    const auto ask = [&](const std::string& peer) {
      return s.call("POST", route.path, {.body = route.body, .peer = peer});
    };
    for (int i = 0; i < 3; ++i) CHECK(ask("203.0.113.9").status() != 429);
    const auto refused = ask("203.0.113.9");
    CHECK(refused.outcome() == "429 rate_limited");
    CHECK(refused.header("Retry-After") == "60");
    CHECK(ask("203.0.113.10").status() != 429);
    s.t.clock().advance(59'001ms);
    CHECK(ask("203.0.113.9").header("Retry-After") == "1");
    s.t.clock().advance(999ms);
    CHECK(ask("203.0.113.9").status() != 429);
  }
}

TEST_CASE("each kind of request has a count of its own") {
  Service s{tight()};
  for (const auto& route : public_routes()) {
    for (int i = 0; i < 3; ++i) CHECK(s.post(route.path, route.body).status() != 429);
  }
  for (const auto& route : public_routes()) CHECK(s.post(route.path, route.body).status() == 429);
}

TEST_CASE("the defaults are those of the contract") {
  Service s;
  const auto allowed = [&](const Limited& route, const std::string& peer) {
    int count = 0;
    while (count < 1'000 &&
           s.call("POST", route.path, {.body = route.body, .peer = peer}).status() != 429) {
      ++count;
    }
    return count;
  };
  // Another account each time would be 100; one account is stopped after its ten failures.
  CHECK(allowed(public_routes()[0], "203.0.113.1") == 10);
  CHECK(allowed(public_routes()[1], "203.0.113.2") == 20);
  CHECK(allowed(public_routes()[2], "203.0.113.3") == 20);
  CHECK(allowed(public_routes()[3], "203.0.113.4") == 60);
  CHECK(allowed(public_routes()[4], "203.0.113.5") == 600);
}

TEST_CASE("an IPv6 client is its /64, and a mapped IPv4 address is that address") {
  Service s{tight()};
  const auto status = [&](const std::string& peer) {
    return s.call("GET", "/nowhere", {.peer = peer}).status();
  };
  CHECK(status("2001:db8:1:2::1") == 404);
  CHECK(status("2001:db8:1:2:ffff::2") == 404);
  CHECK(status("2001:DB8:1:2:0:0:0:3") == 404);
  CHECK(status("2001:db8:1:2::4") == 429);
  CHECK(status("2001:db8:1:3::1") == 404);
  CHECK(status("192.0.2.1") == 404);
  CHECK(status("::ffff:192.0.2.1") == 404);
  CHECK(status("::ffff:c000:201") == 404);
  CHECK(status("192.0.2.1") == 429);
}

TEST_CASE("X-Forwarded-For counts from a trusted proxy, and from nobody else") {
  Service s{tight(), {.trusted_proxies = {"10.0.0.0/8"}}};
  const auto status = [&](const std::string& peer, const std::string& chain) {
    return s.call("GET", "/nowhere", {.headers = {{"X-Forwarded-For", chain}}, .peer = peer})
        .status();
  };
  // A client that invents addresses in front of its own is still itself.
  CHECK(status("10.0.0.1", "198.51.100.1, 203.0.113.9") == 404);
  CHECK(status("10.0.0.2", "198.51.100.2, 203.0.113.9") == 404);
  CHECK(status("10.0.0.1", "203.0.113.9") == 404);
  CHECK(status("10.0.0.1", "198.51.100.4, 203.0.113.9") == 429);
  CHECK(status("10.0.0.1", "203.0.113.10") == 404);
  for (int i = 0; i < 3; ++i) CHECK(status("192.0.2.1", "198.51.100." + std::to_string(i)) == 404);
  CHECK(status("192.0.2.1", "198.51.100.9") == 429);
}

TEST_CASE("a user is counted as one from wherever, and does not use up a neighbour's share") {
  auto config = tight();
  config.limits.login_address = {100, 60s};
  Service s{config};
  const auto ada = s.user_token("ada@example.com");
  const auto bob = s.user_token("bob@example.com");
  const auto status = [&](const std::string& token, const std::string& peer) {
    return s.call("GET", "/api/me", {.token = token, .peer = peer}).status();
  };
  for (int i = 0; i < 3; ++i) CHECK(status(ada, "198.51.100." + std::to_string(i)) == 200);
  CHECK(status(ada, "198.51.100.77") == 429);
  CHECK(status(bob, "198.51.100.77") == 200);
}

TEST_CASE(
    "requests without a good token count for their address, and so do paths that are not there") {
  Service s{tight()};
  CHECK(s.get("/api/me").status() == 401);
  CHECK(s.get("/api/me", "forged").status() == 401);
  CHECK(s.get("/nowhere").status() == 404);
  CHECK(s.get("/api/me").status() == 429);
  CHECK(s.get("/nowhere").status() == 429);
  CHECK(s.get("/api/users", "forged").status() == 429);
}

TEST_CASE("a limit is checked before a body is read") {
  Service s{tight()};
  for (int i = 0; i < 3; ++i) {
    CHECK(s.call("POST", "/api/auth/login", {.raw = "{{{"}).outcome() == "400 invalid_request");
  }
  CHECK(s.call("POST", "/api/auth/login", {.raw = "{{{"}).outcome() == "429 rate_limited");
}

TEST_CASE("what watches over the service is not limited") {
  Service s{tight()};
  for (int i = 0; i < 20; ++i) {
    CHECK(s.call("GET", "/healthz").status() == 200);
    CHECK(s.call("GET", "/readyz", {.peer = "127.0.0.1"}).status() == 200);
  }
}

TEST_CASE("failures of one account are counted over all addresses and spellings") {
  Service s;
  s.make_user("ada@example.com");
  const auto attempt = [&](int i, std::string_view password, const char* email) {
    return s.call("POST", "/api/auth/login",
                  {.body = {{"email", email}, {"password", password}},
                   .peer = "198.51.100." + std::to_string(i)});
  };
  for (int i = 0; i < 10; ++i) {
    CHECK(attempt(i, "wrong", i % 2 == 0 ? "ada@example.com" : " ADA@Example.COM").outcome() ==
          "401 invalid_credentials");
  }
  const auto first = attempt(20, "wrong", "Ada@example.com");
  CHECK(first.outcome() == "429 rate_limited");
  // The right password is not even looked at, or guessing could go on.
  CHECK(attempt(21, good_password, "ada@example.com").outcome() == "429 rate_limited");
  s.t.clock().advance(15min);
  CHECK(attempt(22, good_password, "ada@example.com").status() == 200);
}

TEST_CASE("an unknown address is limited like a known one") {
  Service s;
  const auto outcome = [&](int i) {
    return s
        .call("POST", "/api/auth/login",
              {.body = {{"email", "nobody@example.com"}, {"password", "wrong"}},
               .peer = "198.51.100." + std::to_string(i)})
        .outcome();
  };
  for (int i = 0; i < 10; ++i) CHECK(outcome(i) == "401 invalid_credentials");
  CHECK(outcome(11) == "429 rate_limited");
}

TEST_CASE("strangers cannot lock an owner out of an address that the owner has used") {
  Service s;
  s.make_user("ada@example.com");
  static_cast<void>(s.log_in("ada@example.com"));  // from 203.0.113.9
  for (int i = 0; i < 30; ++i) {
    static_cast<void>(s.call("POST", "/api/auth/login",
                             {.body = {{"email", "ada@example.com"}, {"password", "wrong"}},
                              .peer = "198.51.100." + std::to_string(i)}));
  }
  const auto from = [&](const std::string& peer) {
    return s.call(
        "POST", "/api/auth/login",
        {.body = {{"email", "ada@example.com"}, {"password", good_password}}, .peer = peer});
  };
  CHECK(from("198.51.100.200").outcome() == "429 rate_limited");
  CHECK(from("203.0.113.9").status() == 200);
}

TEST_CASE("a right login does not give an address its share back") {
  auto config = tight();
  Service s{config};
  s.make_user("ada@example.com");
  static_cast<void>(s.log_in("ada@example.com"));
  const auto wrong = [&] {
    return s.post("/api/auth/login", {{"email", "bob@example.com"}, {"password", "wrong"}})
        .status();
  };
  CHECK(wrong() == 401);
  CHECK(wrong() == 401);
  CHECK(wrong() == 429);
}

TEST_CASE("switched off, no request is limited, but a code still dies of five wrong guesses") {
  Service s{with_limits_off(tight())};
  REQUIRE(s.sign_up("ada@example.com").status() == 201);
  const auto code = s.mailed_code("ada@example.com");
  const std::string wrong = code == "000000" ? "000001" : "000000";
  for (int i = 0; i < 5; ++i) {
    CHECK(s.post("/api/auth/verify", {{"email", "ada@example.com"}, {"code", wrong}}).outcome() ==
          "400 invalid_code");
  }
  CHECK(s.post("/api/auth/verify", {{"email", "ada@example.com"}, {"code", code}}).outcome() ==
        "400 invalid_code");
  for (int i = 0; i < 20; ++i) CHECK(s.get("/nowhere").status() == 404);
}

}  // namespace
}  // namespace coffeeauth::http
