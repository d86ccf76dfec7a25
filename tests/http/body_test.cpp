#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

/// A service with an administrator, whose token may call everything.
struct Bodies : Service {
  Bodies() : Service(with_limits_off()), token(admin_token()) {}

  std::string token;

  std::vector<Operation> with_body() const {
    std::vector<Operation> some;
    for (const auto& one : document.operations()) {
      if (one.request_schema() != nullptr) some.push_back(one);
    }
    return some;
  }
  Answer send(const Operation& one, Json body) {
    return call(one.method, concrete(one.path), {.body = std::move(body), .token = token});
  }
  Answer send_raw(const Operation& one, std::string raw, std::vector<Header> headers = {}) {
    return call(one.method, concrete(one.path),
                {.token = token, .headers = std::move(headers), .raw = std::move(raw)});
  }
  /// Everything that an administrator can see of all users.
  std::string everything() { return get("/api/users?page_size=100", token).body.dump(); }
};

bool has_error(const Answer& answer, const std::string& field, std::string_view code) {
  if (answer.outcome() != "400 validation_failed" || !answer.body["errors"].contains(field))
    return false;
  for (const auto& error : answer.body["errors"][field]) {
    if (code.empty() || error.at("code") == code) return true;
  }
  return false;
}

TEST_CASE_FIXTURE(Bodies, "what is no JSON object in UTF-8 is refused by every operation") {
  const auto before = everything();
  REQUIRE(with_body().size() >= 10);
  for (const auto& one : with_body()) {
    CAPTURE(one.method);
    CAPTURE(one.path);
    for (const std::string raw :
         {"", "x", "[]", "\"x\"", "null", "{", "{}{}", "{\"email\":\"a\",\"email\":\"b\"}",
          "\xEF\xBB\xBF{}", "{\"email\":\"\xFF\"}", "{\"email\":\"\\ud800\"}",
          "{\"email\":\"a\\u0000b\"}", "email=a&password=b"}) {
      CAPTURE(raw);
      CHECK(send_raw(one, raw).outcome() == "400 invalid_request");
    }
    CHECK(send_raw(one, std::string(33, '{')).outcome() == "400 invalid_request");
    CHECK(send_raw(one, std::string(40'000, '[')).outcome() == "400 invalid_request");
  }
  CHECK(everything() == before);
}

TEST_CASE_FIXTURE(Bodies, "a body that is not declared as JSON is refused unread") {
  for (const auto& one : with_body()) {
    CAPTURE(one.path);
    for (const std::string type :
         {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
          "application/json; charset=utf-16", "application/xml"}) {
      CHECK(send_raw(one, "{}", {{"Content-Type", type}}).outcome() ==
            "415 unsupported_media_type");
    }
    CHECK(send_raw(one, "{}", {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}})
              .outcome() == "415 unsupported_media_type");
  }
}

TEST_CASE_FIXTURE(Bodies, "the last octet that is allowed is read, and the next is refused") {
  for (const auto& one : with_body()) {
    CAPTURE(one.path);
    const auto padding = api.max_body() - 2;
    CHECK(send_raw(one, "{" + std::string(padding, ' ') + "}").code() != "payload_too_large");
    CHECK(send_raw(one, "{" + std::string(padding + 1, ' ') + "}").outcome() ==
          "413 payload_too_large");
  }
}

TEST_CASE_FIXTURE(Bodies, "a body where none is taken is not looked at") {
  CHECK(call("GET", "/api/me", {.token = token, .raw = "{{{"}).status() == 200);
  CHECK(call("DELETE", "/api/me/sessions", {.token = token, .raw = "x"}).status() == 204);
}

TEST_CASE_FIXTURE(Bodies, "what the document shows as a body is understood") {
  for (const auto& one : with_body()) {
    CAPTURE(one.method);
    CAPTURE(one.path);
    for (const bool complete : {false, true}) {
      const auto body = document.example_of(*one.request_schema(), complete);
      REQUIRE(document.violation(*one.request_schema(), body) == "");
      // The account goes with its password alone.
      if (one.path == "/api/me" && one.method == "DELETE") CHECK(body.size() == 1);
      const auto answer = send(one, body);
      CHECK(answer.code() != "invalid_request");
      CHECK(answer.code() != "validation_failed");
    }
  }
}

TEST_CASE_FIXTURE(Bodies, "a field that no operation knows is named and does nothing") {
  const auto before = everything();
  for (const auto& one : with_body()) {
    CAPTURE(one.method);
    CAPTURE(one.path);
    for (const std::string field :
         {"id", "is_staff", "password_hash", "version", "Email", "date_joined"}) {
      CAPTURE(field);
      auto body = document.example_of(*one.request_schema(), true);
      body[field] = "x";
      CHECK(has_error(send(one, body), field, "unknown_field"));
    }
  }
  CHECK(everything() == before);
}

TEST_CASE_FIXTURE(Bodies, "privileged fields are unknown to those who may not set them") {
  for (const std::string field : {"role", "is_verified", "is_active"}) {
    CHECK(
        has_error(post("/api/auth/signup", {{"email", "eve@example.com"},
                                            {"password", good_password},
                                            {field, field == "role" ? Json("admin") : Json(true)}}),
                  field, "unknown_field"));
    CHECK(has_error(patch("/api/me", token, {{field, true}}), field, "unknown_field"));
  }
  CHECK(
      has_error(patch("/api/me", token, {{"email", "eve@example.com"}}), "email", "unknown_field"));
  CHECK(has_error(patch("/api/me", token, {{"password", "x"}}), "password", "unknown_field"));
}

TEST_CASE_FIXTURE(Bodies, "a value of another type is named, in every field of every operation") {
  const auto before = everything();
  for (const auto& one : with_body()) {
    const auto whole = document.example_of(*one.request_schema(), true);
    for (const auto& [field, good] : whole.items()) {
      for (const Json& bad : {Json(nullptr), Json(1), Json(1.5), Json(true), Json("yes"),
                              Json::array({good}), Json::object({{"a", good}})}) {
        if (bad.type() == good.type()) continue;
        CAPTURE(one.path);
        CAPTURE(field);
        CAPTURE(bad);
        auto body = whole;
        body[field] = bad;
        CHECK(has_error(send(one, body), field, "invalid_type"));
      }
    }
  }
  CHECK(everything() == before);
}

TEST_CASE_FIXTURE(Bodies, "control characters are refused in every text of every operation") {
  const auto before = everything();
  for (const auto& one : with_body()) {
    const auto whole = document.example_of(*one.request_schema(), true);
    for (const auto& [field, good] : whole.items()) {
      if (!good.is_string()) continue;
      for (const std::string bad : {"a\r\nBcc: eve@example.com", "\x1B[2J", "a\tb", "\x7F"}) {
        CAPTURE(one.path);
        CAPTURE(field);
        auto body = whole;
        body[field] = bad;
        CHECK(has_error(send(one, body), field, ""));
      }
    }
  }
  CHECK(everything() == before);
}

TEST_CASE_FIXTURE(Bodies, "a missing field is named, and all that is wrong at once") {
  for (const auto& one : with_body()) {
    CAPTURE(one.path);
    const auto whole = document.example_of(*one.request_schema(), false);
    for (const auto& [field, good] : whole.items()) {
      auto body = whole;
      body.erase(field);
      CHECK(has_error(send(one, body), field, "required"));
    }
  }
  const auto answer = post("/api/auth/signup", {{"email", "nobody"},
                                                {"password", ""},
                                                {"first_name",
                                                 "a\xE2\x80\xAE"
                                                 "b"}});
  CHECK(answer.body["errors"].size() == 3);
}

TEST_CASE_FIXTURE(Bodies, "no refusal repeats what was sent") {
  const auto answer =
      post("/api/auth/signup", {{"email", "s3cret-mail@"}, {"password", "s3cret-pass\x7F"}});
  CHECK(answer.status() == 400);
  CHECK(answer.response.text().find("s3cret") == std::string::npos);
}

TEST_CASE_FIXTURE(Bodies,
                  "a query parameter that breaks its schema is named, and others are ignored") {
  for (const std::string query :
       {"page=0", "page=x", "page_size=-1", "role=root", "is_active=1", "ordering=password_hash",
        "ordering=email%20desc", "search=%00", "search=%FF", "page=1&page=2", "is_verified=TRUE"}) {
    CAPTURE(query);
    const auto answer = get("/api/users?" + query, token);
    CHECK(has_error(answer, query.substr(0, query.find('=')), ""));
  }
  CHECK(get("/api/users?utm_source=x&%zz&page=1", token).status() == 200);
  CHECK(get("/api/users?cursor=forged", token).outcome() == "400 validation_failed");
}

}  // namespace
}  // namespace coffeeauth::http
