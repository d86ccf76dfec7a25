#include <functional>
#include <set>

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

struct Lists : Service {
  explicit Lists(Config config = {})
      : Service(with_limits_off(std::move(config))), token(admin_token()) {
    make_user("ada@example.com");
  }

  std::string token;

  Answer list(const std::string& query = {}, std::vector<Header> headers = {}) {
    return get("/api/users" + query, token, std::move(headers));
  }
  /// `hit` or `miss`, for a list that was just seen.
  std::string cached(const std::string& query = {}) {
    const auto answer = list(query);
    REQUIRE(answer.status() == 200);
    return answer.header("X-Cache");
  }
  std::string id_of_mail(const std::string& email) {
    return list("?search=" + email).body.at("results").at(0).at("id");
  }
};

TEST_CASE_FIXTURE(Lists, "a list is kept for its query, however that is spelt") {
  CHECK(cached() == "miss");
  CHECK(cached() == "hit");
  CHECK(cached("?page=1") == "hit");
  CHECK(cached("?page_size=10&page=1&ordering=date_joined") == "hit");
  CHECK(cached("?role=&search=&utm=1") == "hit");
  CHECK(cached("/") == "hit");
  for (const std::string other :
       {"?page_size=11", "?search=ada", "?search=Ada", "?role=user", "?role=admin",
        "?is_active=true", "?is_active=false", "?is_verified=true", "?ordering=-date_joined",
        "?ordering=email", "?cursor=", "?search=ada&role=user", "?search=ada%26role%3Duser"}) {
    CAPTURE(other);
    CHECK(cached(other) == "miss");
    CHECK(cached(other) == "hit");
  }
}

TEST_CASE_FIXTURE(Lists, "what is kept is what was answered") {
  const auto fresh = list();
  const auto kept = list();
  REQUIRE(kept.header("X-Cache") == "hit");
  CHECK(kept.response.text() == fresh.response.text());
  CHECK(kept.header("ETag") == fresh.header("ETag"));
  CHECK(kept.header("Cache-Control") == "private, no-cache");
}

TEST_CASE_FIXTURE(Lists, "a kept list is shown to administrators alone") {
  CHECK(cached() == "miss");
  const auto ada = log_in("ada@example.com").access;
  CHECK(cached() == "hit");
  CHECK(get("/api/users", ada).outcome() == "403 forbidden");
  CHECK(get("/api/users").outcome() == "401 not_authenticated");
}

TEST_CASE_FIXTURE(Lists, "a list is read anew before it is a minute old") {
  CHECK(cached() == "miss");
  t.clock().advance(59s - 1ms);
  CHECK(cached() == "hit");
  t.clock().advance(1ms);
  CHECK(cached() == "miss");
}

TEST_CASE_FIXTURE(
    Lists, "a login leaves the cached lists, and shows in them a minute later at the latest") {
  const auto last_login = [&] {
    const auto answer = list("?search=ada");
    REQUIRE(answer.status() == 200);
    return std::pair{answer.header("X-Cache"), answer.body.at("results").at(0).at("last_login")};
  };
  const auto before = last_login();
  CHECK(before.first == "miss");
  static_cast<void>(log_in("ada@example.com"));
  CHECK(last_login() == std::pair{std::string{"hit"}, before.second});
  t.clock().advance(60s);
  const auto after = last_login();
  CHECK(after.first == "miss");
  CHECK(after.second != before.second);
}

TEST_CASE("without a lifetime nothing is kept") {
  Config config;
  config.lists.cache_lifetime = 0s;
  Lists s{config};
  for (int i = 0; i < 3; ++i) CHECK(s.cached() == "miss");
}

TEST_CASE_FIXTURE(Lists, "every change of a user is seen in the next list") {
  const auto ada = id_of_mail("ada@example.com");
  const auto ada_token = log_in("ada@example.com").access;
  struct Change {
    std::string what;
    std::function<void()> make;
  };
  const std::vector<Change> changes{
      {"sign-up", [&] { REQUIRE(sign_up("new@example.com").status() == 201); }},
      {"verification",
       [&] {
         const auto code = mailed_code("new@example.com");
         REQUIRE(
             post("/api/auth/verify", {{"email", "new@example.com"}, {"code", code}}).status() ==
             200);
       }},
      {"own names",
       [&] {
         REQUIRE(patch("/api/me", ada_token, {{"first_name", "A"}}).status() == 200);
       }},
      {"change",
       [&] {
         REQUIRE(patch("/api/users/" + ada, token, {{"role", "admin"}}).status() == 200);
       }},
      {"deletion", [&] { REQUIRE(remove("/api/users/" + ada, token).status() == 204); }},
      {"own deletion",
       [&] {
         REQUIRE(call("DELETE", "/api/me",
                      {.body = {{"password", good_password}},
                       .token = log_in("new@example.com").access})
                     .status() == 204);
       }},
      {"an administrator made by an operator",
       [&] { static_cast<void>(make_admin("second@example.com")); }},
  };
  for (const auto& change : changes) {
    CAPTURE(change.what);
    const auto before = list("?page_size=50");
    CHECK(cached("?page_size=50") == "hit");
    change.make();
    const auto after = list("?page_size=50");
    CHECK(after.header("X-Cache") == "miss");
    CHECK(after.header("ETag") != before.header("ETag"));
    CHECK(after.response.text() != before.response.text());
  }
}

TEST_CASE_FIXTURE(Lists, "what changes no user leaves the list as it is") {
  CHECK(cached() == "miss");
  const std::string ada = "ada@example.com";
  CHECK(post("/api/auth/login", {{"email", ada}, {"password", "wrong"}}).status() == 401);
  CHECK(sign_up(ada).status() == 201);
  CHECK(post("/api/auth/resend-code", {{"email", ada}}).status() == 200);
  CHECK(cached() == "hit");
}

TEST_CASE_FIXTURE(Lists, "a change whose answer was lost is seen in the next list, too") {
  const auto ada = id_of_mail("ada@example.com");
  struct Change {
    std::string what;
    std::function<Answer()> make;
  };
  const std::vector<Change> changes{
      {"sign-up", [&] { return sign_up("new@example.com"); }},
      {"change",
       [&] {
         return patch("/api/users/" + ada, token, {{"first_name", "Augusta"}});
       }},
      {"deletion", [&] { return remove("/api/users/" + ada, token); }}};
  for (const auto& change : changes) {
    CAPTURE(change.what);
    const auto before = list();
    CHECK(cached() == "hit");
    t.faults().lose_next_answer();
    CHECK(change.make().outcome() == "503 unavailable");
    CHECK(list().response.text() != before.response.text());
  }
}

/// Three sign-ups that a clean-up of one user a batch is about to delete.
struct Outdated : Lists {
  Outdated() : Lists(small_batches()) {
    for (int i = 0; i < 3; ++i)
      REQUIRE(sign_up("u" + std::to_string(i) + "@example.com").status() == 201);
    t.clock().advance(49h);
    token = log_in("boss@example.com").access;
  }
  static Config small_batches() {
    Config config;
    config.jobs.clean_up_batch = 1;
    return config;
  }

  jobs::Scheduler scheduler{t.auth().services()};
};

TEST_CASE_FIXTURE(Outdated, "users that a clean-up deleted are not in the next list") {
  CHECK(list().body.at("count") == 5);
  CHECK(scheduler.run_once().unverified_users == 3);
  CHECK(list().body.at("count") == 2);
}

TEST_CASE("a clean-up that fails on its way has still changed the list") {
  std::size_t calls = 0;
  {
    Outdated s;
    const auto before = s.t.faults().calls();
    static_cast<void>(s.scheduler.run_once());
    calls = s.t.faults().calls() - before;
  }
  REQUIRE(calls > 6);
  for (std::size_t n = 1; n <= calls; ++n) {
    CAPTURE(n);
    Outdated s;
    CHECK(s.list().body.at("count") == 5);
    s.t.faults().fail_call(n);
    CHECK_THROWS_AS(static_cast<void>(s.scheduler.run_once()), Unavailable);
    const auto shown = s.list().body.at("count");
    s.t.cache().invalidate("users");
    CHECK(shown == s.list().body.at("count"));
  }
}

TEST_CASE_FIXTURE(Lists, "a client that has a list is told that it still has") {
  const auto tag = list().header("ETag");
  REQUIRE(tag.size() > 2);
  for (const std::string& condition : {tag, "W/" + tag, "\"x\", " + tag, std::string{"*"}}) {
    const auto answer = list({}, {{"If-None-Match", condition}});
    CHECK(answer.status() == 304);
    CHECK(answer.response.body == nullptr);
    CHECK(answer.header("ETag") == tag);
    CHECK(answer.header("Content-Type").empty());
  }
  CHECK(list({}, {{"If-None-Match", "\"x\""}}).status() == 200);
  REQUIRE(sign_up("new@example.com").status() == 201);
  CHECK(list({}, {{"If-None-Match", tag}}).status() == 200);
}

TEST_CASE_FIXTURE(Lists, "page by page and by cursor, every user comes once") {
  for (int i = 0; i < 23; ++i) {
    REQUIRE(sign_up("user" + std::to_string(i) + "@example.com").status() == 201);
    t.clock().advance(10ms);
  }
  for (const std::string first :
       {"?page_size=4", "?page_size=4&cursor=", "?page_size=4&ordering=-email",
        "?page_size=4&cursor=&ordering=-last_login"}) {
    CAPTURE(first);
    std::set<std::string> seen;
    Json link = "/api/users" + first;
    int pages = 0;
    while (!link.is_null()) {
      const auto page = get(link.get<std::string>(), token);
      REQUIRE(page.status() == 200);
      CHECK(page.body.at("count") == 25);
      for (const auto& user : page.body.at("results")) {
        CHECK(seen.insert(user.at("id").get<std::string>()).second);
      }
      link = page.body.at("next");
      ++pages;
    }
    CHECK(seen.size() == 25);
    CHECK(pages == 7);
  }
}

TEST_CASE("links of lists begin with the public URL") {
  for (const std::string given : {"", "https://Example.com/auth/"}) {
    Service s{with_limits_off(), {.public_url = given}};
    const auto token = s.admin_token();
    s.make_user("ada@example.com");
    const std::string base = given.empty() ? "" : "https://example.com/auth";
    const auto link = [&](const std::string& query, const std::string& name) {
      return s.get("/api/users?page_size=1&" + query, token, {{"Host", "stranger.example"}})
          .body.at(name)
          .get<std::string>();
    };
    const std::string rest = "&page_size=1&ordering=date_joined";
    CHECK(link("page=1", "next") == base + "/api/users?page=2" + rest);
    CHECK(link("page=2", "previous") == base + "/api/users?page=1" + rest);
    CHECK(link("cursor=", "next").starts_with(base + "/api/users?cursor="));
  }
}

TEST_CASE_FIXTURE(Lists, "a page past the end is not found, however far") {
  for (const std::string page :
       {"2", "1000000", "9223372036854775807", "99999999999999999999999"}) {
    CAPTURE(page);
    const auto answer = list("?page=" + page);
    CHECK(answer.outcome() == "404 not_found");
    CHECK(answer.body.at("detail") == "Invalid page.");
  }
  CHECK(list("?search=nobody-at-all").body.at("count") == 0);
  CHECK(list("?page_size=99999999999999999999999").status() == 200);
}

TEST_CASE_FIXTURE(Lists, "a cursor is good for the list it came from") {
  for (int i = 0; i < 5; ++i)
    REQUIRE(sign_up("u" + std::to_string(i) + "@example.com").status() == 201);
  const auto next = list("?cursor=&page_size=2").body.at("next").get<std::string>();
  const auto begin = next.find("cursor=") + 7;
  const auto cursor = next.substr(begin, next.find('&', begin) - begin);
  CHECK(list("?page_size=2&cursor=" + cursor).status() == 200);
  CHECK(list("?page_size=2&ordering=email&cursor=" + cursor).outcome() == "400 validation_failed");
  CHECK(list("?page_size=2&role=user&cursor=" + cursor).outcome() == "400 validation_failed");
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    auto forged = cursor;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    CHECK(list("?page_size=2&cursor=" + forged).outcome() == "400 validation_failed");
  }
}

}  // namespace
}  // namespace coffeeauth::http
