#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

TEST_CASE("an operation needs a token exactly when the document says so") {
  Service s{with_limits_off()};
  for (const auto& one : s.document.operations()) {
    CAPTURE(one.method);
    CAPTURE(one.path);
    const auto answer = s.call(one.method, concrete(one.path), {.peer = "127.0.0.1"});
    CHECK((answer.outcome() == "401 not_authenticated") == one.needs_token());
    if (one.needs_token())
      CHECK(answer.header("WWW-Authenticate") == "Bearer realm=\"coffeeauth\"");
  }
}

TEST_CASE("a bad token is told so, before the body or the query is looked at") {
  Service s{with_limits_off()};
  for (const auto& one : s.document.operations()) {
    if (!one.needs_token()) continue;
    CAPTURE(one.path);
    for (const std::string value : {"Bearer", "Bearer x", "Bearer a.b.c", "Bearer a b",
                                    "bearer \xFF", "Bearer eyJhbGciOiJub25lIn0.e30."}) {
      const auto answer = s.call(one.method, concrete(one.path) + "?page=x",
                                 {.headers = {{"Authorization", value}}, .raw = "{{{"});
      CHECK(answer.outcome() == "401 token_invalid");
      CHECK(answer.header("WWW-Authenticate") ==
            "Bearer realm=\"coffeeauth\", error=\"invalid_token\"");
    }
    // Another scheme is no token at all.
    CHECK(s.call(one.method, concrete(one.path), {.headers = {{"Authorization", "Basic YTpi"}}})
              .outcome() == "401 not_authenticated");
  }
}

TEST_CASE("a token in the query or a cookie is none") {
  Service s;
  const auto token = s.user_token();
  CHECK(s.get("/api/me?access_token=" + token).outcome() == "401 not_authenticated");
  CHECK(s.get("/api/me", "", {{"Cookie", "access_token=" + token}}).outcome() ==
        "401 not_authenticated");
}

TEST_CASE("an ordinary user is refused what is an administrator's") {
  Service s{with_limits_off()};
  const auto token = s.user_token();
  for (const auto& one : s.document.operations()) {
    if (!one.path.starts_with("/api/users")) continue;
    CAPTURE(one.path);
    const auto answer = s.call(one.method, concrete(one.path), {.token = token, .raw = "{{{"});
    CHECK(answer.outcome() == "403 forbidden");
    CHECK(answer.header("WWW-Authenticate") ==
          "Bearer realm=\"coffeeauth\", error=\"insufficient_scope\"");
  }
}

TEST_CASE("an access token ends after ten minutes and the leeway, and says that it did") {
  Service s;
  const auto token = s.user_token();
  s.t.clock().advance(10min + 4s);
  CHECK(s.get("/api/me", token).status() == 200);
  s.t.clock().advance(2s);
  const auto expired = s.get("/api/me", token);
  CHECK(expired.outcome() == "401 token_expired");
  CHECK(expired.header("WWW-Authenticate").find("invalid_token") != std::string::npos);
}

TEST_CASE("a refresh token is no access token, and the reverse") {
  Service s;
  s.make_user("ada@example.com");
  const auto tokens = s.log_in("ada@example.com");
  CHECK(s.get("/api/me", tokens.refresh).outcome() == "401 token_invalid");
  CHECK(s.post("/api/auth/refresh", {{"refresh_token", tokens.access}}).outcome() ==
        "401 token_invalid");
  CHECK(s.get("/api/me", tokens.access).status() == 200);
}

TEST_CASE("what an administrator does to a user stops the user's tokens at once") {
  for (const Json& change : {Json{{"is_active", false}}, Json{{"role", "admin"}},
                             Json{{"is_verified", false}}, Json{{"email", "other@example.com"}}}) {
    CAPTURE(change);
    Service s;
    const auto admin = s.admin_token();
    const auto token = s.user_token();
    const auto id = s.id_of(token);
    REQUIRE(s.patch("/api/users/" + id, admin, change).status() == 200);
    CHECK(s.get("/api/me", token).outcome() == "401 token_invalid");
  }
  Service s;
  const auto admin = s.admin_token();
  const auto token = s.user_token();
  const auto id = s.id_of(token);
  // What changes nothing that matters stops nothing.
  REQUIRE(s.patch("/api/users/" + id, admin, {{"first_name", "Ada"}}).status() == 200);
  CHECK(s.get("/api/me", token).status() == 200);
  REQUIRE(s.remove("/api/users/" + id, admin).status() == 204);
  CHECK(s.get("/api/me", token).outcome() == "401 token_invalid");
}

TEST_CASE("an ended session's tokens stop at once, and other sessions go on") {
  Service s;
  s.make_user("ada@example.com");
  const auto first = s.log_in("ada@example.com");
  const auto second = s.log_in("ada@example.com");
  REQUIRE(s.post("/api/auth/logout", {{"refresh_token", first.refresh}}).status() == 204);
  CHECK(s.get("/api/me", first.access).outcome() == "401 token_invalid");
  CHECK(s.post("/api/auth/refresh", {{"refresh_token", first.refresh}}).outcome() ==
        "401 token_invalid");
  CHECK(s.get("/api/me", second.access).status() == 200);
}

TEST_CASE("a spent refresh token is answered with its successor for ten seconds, then ends all") {
  Service s;
  s.make_user("ada@example.com");
  const auto tokens = s.log_in("ada@example.com");
  const auto ask = [&] { return s.post("/api/auth/refresh", {{"refresh_token", tokens.refresh}}); };
  const auto first = ask();
  REQUIRE(first.status() == 200);
  s.t.clock().advance(9s);
  const auto again = ask();
  REQUIRE(again.status() == 200);
  CHECK(again.body["refresh_token"] == first.body["refresh_token"]);
  s.t.clock().advance(2s);
  CHECK(ask().outcome() == "401 token_invalid");
  CHECK(s.get("/api/me", again.body["access_token"]).outcome() == "401 token_invalid");
  CHECK(s.post("/api/auth/refresh", {{"refresh_token", first.body["refresh_token"]}}).outcome() ==
        "401 token_invalid");
}

TEST_CASE("the older dialect of refresh is answered in it") {
  Service s;
  s.make_user("ada@example.com");
  const auto tokens = s.log_in("ada@example.com");
  const auto answer = s.post("/api/auth/refresh", {{"refresh", tokens.refresh}});
  REQUIRE(answer.status() == 200);
  CHECK(answer.body.size() == 2);
  CHECK(s.get("/api/me", answer.body.at("access")).status() == 200);
}

TEST_CASE("a session that nobody refreshes ends after 14 days, and any after 30") {
  Service s;
  s.make_user("ada@example.com");
  auto idle = s.log_in("ada@example.com");
  auto used = s.log_in("ada@example.com");
  const auto refresh = [&](Tokens& tokens) {
    const auto answer = s.post("/api/auth/refresh", {{"refresh_token", tokens.refresh}});
    if (answer.status() == 200) tokens.refresh = answer.body.at("refresh_token");
    return answer.outcome();
  };
  s.t.clock().advance(13 * 24h);
  CHECK(refresh(used) == "200");
  s.t.clock().advance(25h);
  CHECK(refresh(idle) == "401 token_invalid");
  CHECK(refresh(used) == "200");
  s.t.clock().advance(13 * 24h);
  CHECK(refresh(used) == "200");
  s.t.clock().advance(72h);
  CHECK(refresh(used) == "401 token_invalid");
}

}  // namespace
}  // namespace coffeeauth::http
