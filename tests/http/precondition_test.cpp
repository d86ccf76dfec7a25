#include "coffeeauth/kernel.hpp"
#include "fixture.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::http {
namespace {

struct Versions : Service {
  Versions() : Service(with_limits_off()), token(admin_token()) {
    make_user("ada@example.com");
    path = "/api/users/" +
           get("/api/users?search=ada", token).body["results"][0]["id"].get<std::string>();
  }

  std::string token;
  std::string path;

  std::string tag() { return get(path, token).header("ETag"); }
  std::string change(const std::string& method, const char* name, std::vector<Header> headers) {
    Sent sent{.token = token, .headers = std::move(headers)};
    if (method != "DELETE") sent.body = {{"first_name", name}};
    return call(method, path, std::move(sent)).outcome();
  }
};

TEST_CASE_FIXTURE(Versions, "a tag changes with the user, and with nothing else") {
  const auto before = tag();
  CHECK(tag() == before);
  CHECK(patch(path, token, {{"first_name", "Ada"}}).header("ETag") != before);
  const auto changed = tag();
  // What is so already is no change.
  CHECK(patch(path, token, {{"first_name", "Ada"}}).header("ETag") == changed);
  CHECK(patch(path, token, Json::object()).header("ETag") == changed);
  CHECK(tag() == changed);
}

TEST_CASE_FIXTURE(Versions, "a change is made to the version that was read, and to no other") {
  for (const std::string method : {"PATCH", "PUT"}) {
    CAPTURE(method);
    const auto read = tag();
    CHECK(change(method, "First", {{"If-Match", read}}) == "200");
    CHECK(change(method, "Second", {{"If-Match", read}}) == "412 version_conflict");
    CHECK(get(path, token).body.at("first_name") == "First");
    CHECK(change(method, "Third", {{"If-Match", "\"x\", " + tag()}}) == "200");
    CHECK(change(method, "Fourth", {{"If-Match", "*"}}) == "200");
    CHECK(change(method, "Fifth", {}) == "200");
  }
}

TEST_CASE_FIXTURE(Versions, "a tag that a proxy made weak is as good as the one that was sent") {
  for (const std::string method : {"PATCH", "PUT", "DELETE"}) {
    CAPTURE(method);
    CHECK(change(method, "Stale", {{"If-Match", "W/\"0\""}}) == "412 version_conflict");
    const auto done = change(method, method.c_str(), {{"If-Match", "W/" + tag()}});
    CHECK(done == (method == "DELETE" ? "204" : "200"));
  }
  CHECK(get(path, token).status() == 404);
}

TEST_CASE_FIXTURE(Versions, "what was read can be sent back as it is, for every kind of user") {
  REQUIRE(sign_up("pending@example.com").status() == 201);
  make_user("disabled@example.com");
  make_user(
      "Ada@b\xC3\xBC"
      "cher.example");
  const auto boss = "/api/users/" + id_of(token);
  const auto users = get("/api/users?page_size=100", token).body.at("results");
  REQUIRE(users.size() >= 4);
  for (const auto& listed : users) {
    const auto user = "/api/users/" + listed.at("id").get<std::string>();
    CAPTURE(listed.at("email").get<std::string>());
    if (listed.at("email") == "disabled@example.com") {
      REQUIRE(patch(user, token, {{"is_active", false}}).status() == 200);
    }
    for (const std::string method : {"PUT", "PATCH"}) {
      const auto read = get(user, token);
      const auto written = call(method, user, {.body = read.body, .token = token});
      CHECK(written.status() == 200);
      CHECK(written.body == read.body);
      CHECK(written.header("ETag") == read.header("ETag"));
    }
  }
  // So can an administrator's own account, and a single changed name in it.
  auto own = get(boss, token).body;
  own["first_name"] = "Grace";
  CHECK(call("PUT", boss, {.body = own, .token = token}).body.at("first_name") == "Grace");
}

TEST_CASE_FIXTURE(Versions,
                  "who needs a second factor is said of whoever does, and of nobody else") {
  auto mine = user_token("grace@example.com");
  const auto grace = *UserId::parse(id_of(mine));
  const auto managed = "/api/users/" + id_of(mine);
  const auto listed = "/api/users?search=grace";
  const auto tell = [&](bool on) {
    t.store().transact([&](Transaction& tx) {
      return tx.users().update_user(grace, {}, {.second_factor = on}, t.clock().now()).changed;
    });
    // What this process has just looked at is forgotten, and the list that it keeps.
    t.clock().advance(std::chrono::minutes{1});
    // Her earlier tokens have stopped.
    const auto outcome = t.auth().kernel().begin_login(
        grace, {LoginMethod::password, LoginMethod{"a_device", MethodUse::second}}, {});
    mine = std::get<TokenPair>(outcome.value()).access_token.expose_secret();
  };
  const auto before = get("/api/me", mine).body;
  CHECK_FALSE(before.contains("second_factor"));
  CHECK_FALSE(get(managed, token).body.contains("second_factor"));
  CHECK_FALSE(get(listed, token).body["results"][0].contains("second_factor"));

  tell(true);
  CHECK(get("/api/me", mine).body.at("second_factor") == true);
  CHECK(get(managed, token).body.at("second_factor") == true);
  CHECK(get(listed, token).body["results"][0].at("second_factor") == true);
  for (const std::string method : {"PUT", "PATCH"}) {
    CAPTURE(method);
    const auto read = get(managed, token).body;
    CHECK(call(method, managed, {.body = read, .token = token}).body == read);
  }
  const auto own = get("/api/me", mine).body;
  CHECK(patch("/api/me", mine, own).body == own);
  auto changed = own;
  changed["second_factor"] = false;
  CHECK(patch("/api/me", mine, changed).outcome() == "400 validation_failed");
  changed = get(managed, token).body;
  changed["second_factor"] = false;
  CHECK(call("PATCH", managed, {.body = changed, .token = token}).outcome() ==
        "400 validation_failed");

  tell(false);
  auto after = get("/api/me", mine).body;
  CHECK(after.at("version") == before.at("version").get<int>() + 2);
  CHECK_FALSE(after.contains("second_factor"));
}

TEST_CASE_FIXTURE(Versions, "one's own account can be sent back as it was read, too") {
  auto read = get("/api/me", token).body;
  CHECK(patch("/api/me", token, read).outcome() == "200");
  read["first_name"] = "Grace";
  CHECK(patch("/api/me", token, read).outcome() == "200");
  CHECK(get("/api/me", token).body.at("first_name") == "Grace");
  // It shows a version that has passed by now.
  read["first_name"] = "Ada";
  CHECK(patch("/api/me", token, read).outcome() == "412 version_conflict");
  auto other = get("/api/me", token).body;
  other["id"] = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  const auto refused = patch("/api/me", token, other);
  CHECK(refused.outcome() == "400 validation_failed");
  CHECK(refused.body["errors"].at("id")[0].at("code") == "read_only");
  CHECK(get("/api/me", token).body.at("first_name") == "Grace");
}

TEST_CASE_FIXTURE(Versions, "one's own account is taken back with a login at another process") {
  const auto mine = user_token("grace@example.com");
  REQUIRE(get("/api/me", mine).status() == 200);
  // This process does not hear of it, and has just looked at the account.
  const auto later = t.clock().now() + std::chrono::seconds{1};
  const auto grace = *UserId::parse(id_of(mine));
  t.store().transact([&](Transaction& tx) {
    auto opened = testing::session(1, grace);
    opened.session.created_at = later;
    opened.session.last_used_at = later;
    static_cast<void>(
        tx.sessions().open_session(opened, t.store().users().find(grace)->security_version, 100));
  });
  auto read = get("/api/me", mine).body;
  read["last_login"] = to_rfc3339(later);
  REQUIRE(t.store().users().find(grace)->last_login == later);
  CHECK(patch("/api/me", mine, read).outcome() == "200");
  read.erase("version");
  read["last_login"] = to_rfc3339(later + std::chrono::hours{1});
  CHECK(patch("/api/me", mine, read).outcome() == "400 validation_failed");
}

TEST_CASE_FIXTURE(Versions, "what cannot be changed is named when it was") {
  const auto read = get(path, token).body;
  const auto field_of = [&](const char* name, Json value) {
    auto body = read;
    body[name] = std::move(value);
    const auto answer = call("PUT", path, {.body = body, .token = token});
    if (answer.outcome() != "400 validation_failed") return answer.outcome();
    return answer.body["errors"].at(name)[0].at("code").get<std::string>();
  };
  CHECK(field_of("id", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f") == "read_only");
  CHECK(field_of("date_joined", "2001-01-01T00:00:00Z") == "read_only");
  CHECK(field_of("last_login", "2999-01-01T00:00:00Z") == "read_only");
  CHECK(field_of("id", "x") == "invalid");
  CHECK(field_of("date_joined", "yesterday") == "invalid");
  CHECK(field_of("version", "1") == "invalid_type");
  CHECK(field_of("version", 0) == "too_small");
  CHECK(field_of("email_address", "x") == "unknown_field");
  CHECK(get(path, token).body == read);
}

TEST_CASE_FIXTURE(Versions, "a body that shows an older version changes nothing") {
  const auto read = get(path, token).body;
  REQUIRE(patch(path, token, {{"last_name", "Lovelace"}}).status() == 200);
  auto stale = read;
  stale["first_name"] = "Eve";
  for (const std::string method : {"PUT", "PATCH"}) {
    CHECK(call(method, path, {.body = stale, .token = token}).outcome() == "412 version_conflict");
    CHECK(call(method, path, {.body = stale, .token = token, .headers = {{"If-Match", tag()}}})
              .outcome() == "412 version_conflict");
  }
  CHECK(get(path, token).body.at("last_name") == "Lovelace");
  // A login since then is no change by anybody who edits.
  auto fresh = get(path, token).body;
  CHECK(fresh.at("version") == std::stoi(tag().substr(1)));
  fresh.erase("version");
  static_cast<void>(log_in("ada@example.com"));
  CHECK(call("PUT", path, {.body = fresh, .token = token}).status() == 200);
}

TEST_CASE_FIXTURE(Versions, "a condition that no version meets changes nothing") {
  const auto before = tag();
  for (const std::string& condition :
       {std::string{"\"\""}, std::string{"\"x\""}, std::string{"W/\"0\""}, std::string{"\"-1\""},
        std::string{"\"99999999999999999999\""}, std::string{"\"0\""},
        std::string{"\"1000\", \"1001\""}}) {
    CAPTURE(condition);
    for (const std::string method : {"PATCH", "PUT", "DELETE"}) {
      CHECK(change(method, "Eve", {{"If-Match", condition}}) == "412 version_conflict");
    }
  }
  for (const std::string condition : {"", "x", "\"1", "1"}) {
    CAPTURE(condition);
    for (const std::string method : {"PATCH", "PUT", "DELETE"}) {
      CHECK(change(method, "Eve", {{"If-Match", condition}}) == "400 invalid_request");
    }
  }
  CHECK(tag() == before);
}

TEST_CASE_FIXTURE(Versions, "a deletion is of the version that was read") {
  const auto old = tag();
  REQUIRE(patch(path, token, {{"first_name", "Ada"}}).status() == 200);
  CHECK(change("DELETE", "", {{"If-Match", old}}) == "412 version_conflict");
  CHECK(change("DELETE", "", {{"If-Match", tag()}}) == "204");
  CHECK(change("DELETE", "", {{"If-Match", old}}) == "404 not_found");
}

TEST_CASE_FIXTURE(Versions, "an id that is none, or nobody's, is not found") {
  for (const std::string id : {"x", "1", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "%20", "me"}) {
    CAPTURE(id);
    CHECK(get("/api/users/" + id, token).outcome() == "404 not_found");
    CHECK(patch("/api/users/" + id, token, {{"first_name", "x"}}).outcome() == "404 not_found");
    CHECK(remove("/api/users/" + id, token).outcome() == "404 not_found");
    CHECK(remove("/api/me/sessions/" + id, token).outcome() == "404 not_found");
  }
  CHECK(get("/api/users/" + path.substr(path.rfind('/') + 1), token).status() == 200);
}

TEST_CASE_FIXTURE(Versions, "the document has a tag of its own octets") {
  const auto answer = get("/openapi.json");
  CHECK(answer.response.text() == api.openapi());
  CHECK(get("/openapi.json", "", {{"If-None-Match", answer.header("ETag")}}).status() == 304);
  CHECK(get("/openapi.json", "", {{"If-None-Match", "\"x\""}}).status() == 200);
}

TEST_CASE_FIXTURE(Versions, "the last administrator stays one") {
  const auto boss = "/api/users/" + id_of(token);
  for (const Json& change :
       {Json{{"role", "user"}}, Json{{"is_active", false}}, Json{{"is_verified", false}}}) {
    CHECK(patch(boss, token, change).outcome() == "409 last_admin");
  }
  CHECK(remove(boss, token).outcome() == "409 last_admin");
  CHECK(patch(path, token, {{"email", "BOSS@example.com"}}).outcome() == "409 email_taken");
}

}  // namespace
}  // namespace coffeeauth::http
