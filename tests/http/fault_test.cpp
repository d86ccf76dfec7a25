#include <functional>
#include <stdexcept>

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

/// A service with an administrator, a user, a pending sign-up and a session, so that every
/// operation has something to do.
struct Prepared : Service {
  Prepared() : Service(with_limits_off()) {
    admin = admin_token("boss@example.com");
    make_user("ada@example.com");
    session = log_in("ada@example.com");
    ada = id_of(session.access);
    make_user("bob@example.com");
    const auto other = log_in("bob@example.com");
    bob = id_of(other.access);
    REQUIRE(sign_up("eve@example.com").status() == 201);
    code = mailed_code("eve@example.com");
    // So that a new code may be mailed.
    t.clock().advance(2min);
    // The signing keys are read anew now and then, and a failure of that is survived with the old.
    REQUIRE(get("/api/me", admin).status() == 200);
  }

  std::string admin;
  Tokens session;
  std::string ada;
  std::string bob;
  std::string code;
};

struct Step {
  std::string name;
  std::function<Answer(Prepared&)> run;
  /// What it answers when nothing fails.
  std::string outcome;
  /// What it answers when it is tried again after it has happened all the same.
  std::string repeated;
};

const std::vector<Step>& steps() {
  static const std::vector<Step> all{
      {"sign up", [](Prepared& s) { return s.sign_up("new@example.com"); }, "201", "201"},
      {"verify",
       [](Prepared& s) {
         return s.post("/api/auth/verify", {{"email", "eve@example.com"}, {"code", s.code}});
       },
       "200", "200"},  // the first commit is that of the attempt
      {"wrong code",
       [](Prepared& s) {
         return s.post("/api/auth/verify", {{"email", "eve@example.com"},
                                            {"code", s.code == "000000" ? "1" : "000000"}});
       },
       "400 invalid_code", "400 invalid_code"},
      {"resend",
       [](Prepared& s) {
         return s.post("/api/auth/resend-code", {{"email", "eve@example.com"}});
       },
       "200", "200"},
      {"log in",
       [](Prepared& s) {
         return s.post("/api/auth/login",
                       {{"email", "ada@example.com"}, {"password", good_password}});
       },
       "200", "200"},
      {"log in wrongly",
       [](Prepared& s) {
         return s.post("/api/auth/login", {{"email", "ada@example.com"}, {"password", "wrong"}});
       },
       "401 invalid_credentials", "401 invalid_credentials"},
      {"log in unknown",
       [](Prepared& s) {
         return s.post("/api/auth/login", {{"email", "none@example.com"}, {"password", "wrong"}});
       },
       "401 invalid_credentials", "401 invalid_credentials"},
      {"refresh",
       [](Prepared& s) {
         return s.post("/api/auth/refresh", {{"refresh_token", s.session.refresh}});
       },
       "200", "200"},
      {"log out",
       [](Prepared& s) {
         return s.post("/api/auth/logout", {{"refresh_token", s.session.refresh}});
       },
       "204", "204"},
      {"show me", [](Prepared& s) { return s.get("/api/me", s.session.access); }, "200", "200"},
      {"change me",
       [](Prepared& s) {
         return s.patch("/api/me", s.session.access, {{"first_name", "Ada"}});
       },
       "200", "200"},
      {"delete me",
       [](Prepared& s) {
         return s.call("DELETE", "/api/me",
                       {.body = {{"password", good_password}}, .token = s.session.access});
       },
       "204", "401 token_invalid"},
      {"change my password",
       [](Prepared& s) {
         return s.call(
             "POST", "/api/me/password",
             {.body = {{"current_password", good_password}, {"new_password", other_password}},
              .token = s.session.access});
       },
       "200", "401 token_invalid"},
      {"prove who I am",
       [](Prepared& s) {
         return s.call("POST", "/api/auth/reauthenticate",
                       {.body = {{"password", good_password}}, .token = s.session.access});
       },
       "200", "200"},
      {"my sessions", [](Prepared& s) { return s.get("/api/me/sessions", s.session.access); },
       "200", "200"},
      {"end my others", [](Prepared& s) { return s.remove("/api/me/sessions", s.session.access); },
       "204", "204"},
      {"list users", [](Prepared& s) { return s.get("/api/users", s.admin); }, "200", "200"},
      {"search users", [](Prepared& s) { return s.get("/api/users?search=ada&cursor=", s.admin); },
       "200", "200"},
      {"show user", [](Prepared& s) { return s.get("/api/users/" + s.bob, s.admin); }, "200",
       "200"},
      {"change user",
       [](Prepared& s) {
         return s.patch("/api/users/" + s.bob, s.admin, {{"is_active", false}});
       },
       "200", "200"},
      {"change user at a version",
       [](Prepared& s) {
         return s.patch("/api/users/" + s.bob, s.admin, {{"last_name", "B"}},
                        {{"If-Match", "\"9\", \"2\""}});
       },
       "200", "412 version_conflict"},
      {"end a user's sessions",
       [](Prepared& s) { return s.remove("/api/users/" + s.bob + "/sessions", s.admin); }, "204",
       "204"},
      {"delete user", [](Prepared& s) { return s.remove("/api/users/" + s.bob, s.admin); }, "204",
       "404 not_found"},
  };
  return all;
}

TEST_CASE("every step answers as it should when nothing fails") {
  for (const auto& step : steps()) {
    CAPTURE(step.name);
    Prepared s;
    CHECK(step.run(s).outcome() == step.outcome);
  }
}

TEST_CASE("whichever call of the Store fails, the answer is 503 and a second try does the work") {
  for (const auto& step : steps()) {
    CAPTURE(step.name);
    std::size_t calls = 0;
    {
      Prepared s;
      const auto before = s.t.faults().calls();
      static_cast<void>(step.run(s));
      calls = s.t.faults().calls() - before;
    }
    REQUIRE(calls > 0);
    for (std::size_t n = 1; n <= calls; ++n) {
      CAPTURE(n);
      Prepared s;
      s.t.faults().fail_call(n);
      const auto answer = step.run(s);
      CHECK(answer.outcome() == "503 unavailable");
      CHECK(answer.header("Retry-After") == "2");
      CHECK(s.records.back().failure == "the store was told to fail");
      CHECK(step.run(s).outcome() == step.outcome);
    }
  }
}

TEST_CASE("a commit whose answer is lost is 503, and a second try finds it done") {
  for (const auto& step : steps()) {
    CAPTURE(step.name);
    Prepared s;
    s.t.faults().lose_next_answer();
    const auto answer = step.run(s);
    // A step that only reads commits nothing.
    if (answer.status() != 503) {
      CHECK(answer.outcome() == step.outcome);
      continue;
    }
    CHECK(answer.outcome() == "503 unavailable");
    CHECK(step.run(s).outcome() == step.repeated);
  }
}

TEST_CASE("while the Store is down nothing but what needs none answers, and afterwards all does") {
  Prepared s;
  s.t.faults().take_down();
  for (const auto& step : steps()) {
    CAPTURE(step.name);
    CHECK(step.run(s).outcome() == "503 unavailable");
  }
  CHECK(s.get("/healthz").status() == 200);
  CHECK(s.get("/openapi.json").status() == 200);
  CHECK(s.get("/nowhere").status() == 404);
  CHECK(s.get("/api/me").outcome() == "401 not_authenticated");
  const auto down = s.call("GET", "/readyz", {.peer = "127.0.0.1"});
  CHECK(down.status() == 503);
  CHECK(down.body == Json{{"status", "not_ready"},
                          {"store", "down"},
                          {"store_reason", "other"},
                          {"cache", "up"},
                          {"mail", "unknown"}});
  CHECK_FALSE(down.header("Retry-After").empty());

  s.t.faults().bring_back();
  CHECK(s.call("GET", "/readyz", {.peer = "127.0.0.1"}).body.at("status") == "ready");
  CHECK(s.get("/api/me", s.session.access).status() == 200);
  CHECK(s.get("/api/users", s.admin).status() == 200);
}

TEST_CASE("mails that no worker takes make the readiness page say so, and nothing else") {
  Service s;
  REQUIRE(s.sign_up("ada@example.com").status() == 201);
  const auto page = [&] { return s.call("GET", "/readyz", {.peer = "127.0.0.1"}); };
  CHECK(page().body.at("mail") == "ok");
  s.t.clock().advance(std::chrono::minutes{6});
  CHECK(page().status() == 200);
  CHECK(page().body.at("status") == "ready");
  CHECK(page().body.at("mail") == "overdue");
  SUBCASE("until one does") { CHECK(s.t.deliver_mail() == 1); }
  SUBCASE("a worker that is told to come back later is no missing worker") {
    s.t.mailer().answer_next({DeliveryVerdict::retry_later, "450"});
    CHECK(s.t.deliver_mail() == 1);
  }
  CHECK(page().body.at("mail") == "ok");
}

TEST_CASE("a sign-up that failed has mailed nothing, and one whose answer was lost has") {
  Service s;
  s.t.faults().fail_next_commit();
  CHECK(s.sign_up("ada@example.com").outcome() == "503 unavailable");
  s.t.deliver_mail();
  CHECK(s.t.mailer().delivered().empty());
  s.t.faults().lose_next_answer();
  CHECK(s.sign_up("ada@example.com").outcome() == "503 unavailable");
  const auto code = s.mailed_code("ada@example.com");
  CHECK(s.post("/api/auth/verify", {{"email", "ada@example.com"}, {"code", code}}).status() == 200);
}

TEST_CASE("a wrong guess counts although the rest of the request failed") {
  Service s;
  REQUIRE(s.sign_up("ada@example.com").status() == 201);
  const auto code = s.mailed_code("ada@example.com");
  const std::string wrong = code == "000000" ? "000001" : "000000";
  const auto guess = [&](const std::string& digits) {
    return s.post("/api/auth/verify", {{"email", "ada@example.com"}, {"code", digits}}).outcome();
  };
  for (int i = 0; i < 5; ++i) {
    s.t.faults().lose_next_answer();
    CHECK(guess(wrong) == "503 unavailable");
  }
  CHECK(guess(code) == "400 invalid_code");
}

TEST_CASE("when chance fails the answer is 503, and no weak token is made") {
  Prepared s;
  s.t.random().fail_next();
  CHECK(s.get("/healthz").outcome() == "503 unavailable");
  CHECK(s.get("/healthz").status() == 200);
}

Route throwing(const char* path, std::function<void()> failure) {
  Route route;
  route.method = "GET";
  route.path = path;
  route.handler = [failure = std::move(failure)](const RouteContext&) -> Result<Response> {
    failure();
    return Response{};
  };
  return route;
}

TEST_CASE("whatever a handler throws, its text is told to nobody outside") {
  Service s{
      {},
      {.extra_routes = {throwing("/runtime", [] { throw std::runtime_error("s3cret-inner-text"); }),
                        throwing("/logic", [] { throw std::logic_error("s3cret-inner-text"); }),
                        throwing("/memory", [] { throw std::bad_alloc{}; }),
                        throwing("/number", [] { throw 42; }),
                        throwing("/text", [] { throw "s3cret-inner-text"; }),
                        throwing("/down", [] { throw Unavailable("s3cret-inner-text", 7s); }),
                        throwing("/fine", [] {})}}};
  for (const std::string path : {"/runtime", "/logic", "/memory", "/number", "/text"}) {
    CAPTURE(path);
    const auto answer = s.get(path);
    CHECK(answer.outcome() == "500 internal");
    CHECK(answer.body.at("detail") == std::string{message(ErrorCode::internal)});
    CHECK(s.records.back().status == 500);
    CHECK_FALSE(s.records.back().failure.empty());
    CHECK(s.records.back().failure.find("s3cret") == std::string::npos);
  }
  const auto down = s.get("/down");
  CHECK(down.outcome() == "503 unavailable");
  CHECK(down.header("Retry-After") == "7");
  // This one is written for operators.
  CHECK(s.records.back().failure == "s3cret-inner-text");
  CHECK(s.get("/fine").status() == 200);
  CHECK(s.records.back().failure.empty());
}

TEST_CASE("an access log that throws costs its line and no request") {
  int calls = 0;
  Service s{{}, {.access_log = [&](const AccessRecord&) {
              if (++calls % 2 == 1) throw 42;
              throw std::runtime_error("no space left");
            }}};
  const Request request{
      .method = "GET", .target = "/healthz", .headers = {}, .body = {}, .peer_address = {}};
  CHECK(s.api.handle(request).status == 200);
  CHECK(s.api.handle(request).status == 200);
  CHECK(calls == 2);
}

}  // namespace
}  // namespace coffeeauth::http
