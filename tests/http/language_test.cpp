// The language of a user over HTTP: `language` of bodies, and Accept-Language.

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

struct Speaking : Service {
  Speaking() : Service(with_limits_off()) {}

  /// Signs up with what `said` adds to the body, verifies, and gives an access token.
  std::string join(const Json& said, const std::string& accepted = {}) {
    const auto email = "ada" + std::to_string(++people_) + "@example.com";
    Json body{{"email", email}, {"password", good_password}};
    if (!said.is_null()) body.update(said);
    Sent sent{.body = std::move(body)};
    if (!accepted.empty()) sent.headers = {{"Accept-Language", accepted}};
    REQUIRE(call("POST", "/api/auth/signup", std::move(sent)).status() == 201);
    REQUIRE(post("/api/auth/verify", {{"email", email}, {"code", mailed_code(email)}}).status() ==
            200);
    return log_in(email).access;
  }
  Json language_of(const std::string& token) { return get("/api/me", token).body.at("language"); }

 private:
  int people_ = 0;
};

TEST_CASE_FIXTURE(Speaking, "a sign-up says its language, or its client does") {
  CHECK(language_of(join({})) == nullptr);
  CHECK(language_of(join({}, "de-AT,en;q=0.8")) == "de-AT");
  CHECK(language_of(join({}, "en-us-u-hc-h12")) == "en-US");
  CHECK(language_of(join({}, "*")) == nullptr);
  CHECK(language_of(join({}, "x-klingon")) == nullptr);
  CHECK(language_of(join({{"language", "zh-hant-tw"}}, "de")) == "zh-Hant-TW");
  CHECK(language_of(join({{"language", nullptr}}, "de")) == "de");
}

TEST_CASE_FIXTURE(Speaking,
                  "a language that is none is refused by name, beside what else is wrong") {
  for (const Json& wrong : {Json("german"), Json(""), Json(std::string(36, 'a')), Json(7),
                            Json(Json::array({"de"})), Json("de\r\nBcc: x")}) {
    CAPTURE(wrong.dump());
    const auto answer = post("/api/auth/signup", {{"email", "eve@example.com"},
                                                  {"password", good_password},
                                                  {"first_name", "Eve"},
                                                  {"language", wrong}});
    CHECK(answer.outcome() == "400 validation_failed");
    CHECK(answer.body.at("errors").contains("language"));
  }
  const auto both =
      post("/api/auth/signup", {{"email", "eve"}, {"password", good_password}, {"language", "?"}});
  CHECK(both.body.at("errors").size() == 2);
  CHECK(t.store().users().count({}) == 0);
}

TEST_CASE_FIXTURE(Speaking, "its owner changes the language, and null forgets it") {
  const auto token = join({}, "de");
  const auto before = get("/api/me", token).body;
  CHECK(patch("/api/me", token, {{"first_name", "Ada"}}).body.at("language") == "de");
  const auto changed = patch("/api/me", token, {{"language", "FR-ca"}});
  CHECK(changed.body.at("language") == "fr-CA");
  CHECK(changed.body.at("version") == before.at("version").get<int>() + 2);
  CHECK(patch("/api/me", token, {{"language", "german"}}).outcome() == "400 validation_failed");
  CHECK(patch("/api/me", token, changed.body).body == changed.body);
  CHECK(patch("/api/me", token, {{"language", nullptr}}).body.at("language") == nullptr);
  const auto forgotten = get("/api/me", token).body;
  CHECK(patch("/api/me", token, forgotten).body == forgotten);
}

TEST_CASE_FIXTURE(Speaking, "an administrator sees and changes the language of an account") {
  const auto boss = admin_token();
  const auto token = join({}, "de");
  const auto path = "/api/users/" + id_of(token);
  CHECK(get("/api/users?search=ada", boss).body["results"][0]["language"] == "de");
  for (const std::string method : {"PATCH", "PUT"}) {
    CAPTURE(method);
    auto whole = get(path, boss).body;
    CHECK(call(method, path, {.body = whole, .token = boss}).body == whole);
    whole["language"] = method == "PUT" ? Json("it") : Json(nullptr);
    CHECK(call(method, path, {.body = whole, .token = boss}).body.at("language") ==
          whole["language"]);
    CHECK(language_of(token) == whole["language"]);
    CHECK(call(method, path, {.body = {{"language", "1"}}, .token = boss}).outcome() ==
          "400 validation_failed");
  }
}

}  // namespace
}  // namespace coffeeauth::http
