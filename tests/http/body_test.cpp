#include <functional>

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
    const auto gzipped =
        send_raw(one, "{}", {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}});
    CHECK(gzipped.outcome() == "415 unsupported_media_type");
    CHECK(gzipped.body.at("detail").get<std::string>().find("gzip") != std::string::npos);
    CHECK(gzipped.header("Accept-Encoding") == "identity");
    const auto plain = send_raw(one, "{}", {{"Content-Type", "text/plain"}});
    CHECK(plain.header("Accept-Encoding").empty());
    for (const std::string type : {"application/json; charset=utf8", "application/json"}) {
      const auto read =
          send_raw(one, "{}", {{"Content-Type", type}, {"Content-Encoding", "identity"}});
      CHECK(read.status() != 415);
    }
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
      auto body = document.example_of(*one.request_schema(), complete);
      REQUIRE(document.violation(*one.request_schema(), body) == "");
      // What cannot be changed has to be as it is.
      body.erase("second_factor");
      if (one.path == "/api/me" && one.method == "PATCH") body.update(get("/api/me", token).body);
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
         {"_id", "is_staff", "password_hash", "security_version", "Email", "datejoined"}) {
      CAPTURE(field);
      auto body = document.example_of(*one.request_schema(), true);
      body[field] = "x";
      CHECK(has_error(send(one, body), field, "unknown_field"));
    }
  }
  CHECK(everything() == before);
}

TEST_CASE_FIXTURE(Bodies, "privileged fields are not for those who may not set them") {
  for (const std::string field : {"role", "is_verified", "is_active"}) {
    CHECK(
        has_error(post("/api/auth/signup", {{"email", "eve@example.com"},
                                            {"password", good_password},
                                            {field, field == "role" ? Json("admin") : Json(true)}}),
                  field, "unknown_field"));
    const Json other = field == "role" ? Json("user") : Json(false);
    CHECK(has_error(patch("/api/me", token, {{field, other}}), field, "read_only"));
  }
  CHECK(has_error(patch("/api/me", token, {{"email", "eve@example.com"}}), "email", "read_only"));
  CHECK(has_error(patch("/api/me", token, {{"password", "x"}}), "password", "unknown_field"));
}

TEST_CASE_FIXTURE(Bodies, "a value of another type is named, in every field of every operation") {
  const auto before = everything();
  for (const auto& one : with_body()) {
    const auto whole = document.example_of(*one.request_schema(), true);
    for (const auto& each : whole.items()) {
      const auto& field = each.key();
      const auto& good = each.value();
      for (const Json& bad : {Json(nullptr), Json(1), Json(1.5), Json(true), Json("yes"),
                              Json::array({good}), Json::object({{"a", good}})}) {
        if (bad.type() == good.type()) continue;
        // A code may be a number; null is a user's `last_login` before the first, and a language
        // that is not known.
        if (field == "code" && bad == 1) continue;
        if ((field == "last_login" || field == "language") && bad.is_null()) continue;
        if (good.is_number_integer() && bad.is_number_integer()) continue;
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
    for (const auto& each : whole.items()) {
      const auto& field = each.key();
      const auto& good = each.value();
      if (!good.is_string()) continue;
      for (const std::string bad : {"a\r\nBcc: eve@example.com", "\x1B[2J", "a\tb", "\x7F"}) {
        CAPTURE(one.path);
        CAPTURE(field);
        auto body = whole;
        // Of a version that has passed nothing else is judged.
        if (one.path == "/api/me") body.erase("version");
        body[field] = bad;
        CHECK(has_error(send(one, body), field, ""));
      }
    }
  }
  CHECK(everything() == before);
}

TEST_CASE_FIXTURE(Bodies, "a mistake in a body is named with its line, column and member") {
  for (const auto& one : with_body()) {
    CAPTURE(one.path);
    const auto answer = send_raw(one, "{\n  \"email\": 'ada@example.com'\n}");
    CHECK(answer.outcome() == "400 invalid_request");
    CHECK(answer.body.at("detail") ==
          "The request body is not an acceptable JSON object: a value is expected (strings need "
          "double quotes) (line 2, column 12, in email).");
  }
}

TEST_CASE_FIXTURE(Bodies, "a code is taken as people and programs send it") {
  int mailbox = 0;
  for (const auto& spelt : std::vector<std::function<Json(const std::string&)>>{
           [](const auto& code) { return Json(code + " "); },
           [](const auto& code) { return Json("\r\n" + code + "\n"); },
           [](const auto& code) { return Json(code.substr(0, 3) + " " + code.substr(3)); },
           [](const auto& code) { return Json(code.substr(0, 3) + "-" + code.substr(3)); },
           [](const auto& code) { return Json(code.substr(0, 3) + "\xC2\xA0" + code.substr(3)); },
           [](const auto& code) { return Json(std::stoi(code)); }}) {
    const auto email = "ada" + std::to_string(++mailbox) + "@example.com";
    REQUIRE(sign_up(email).status() == 201);
    const auto sent = spelt(mailed_code(email));
    CAPTURE(sent);
    CHECK(post("/api/auth/verify", {{"email", "\t" + email + "\xE3\x80\x80\n"}, {"code", sent}})
              .outcome() == "200");
  }
}

TEST_CASE_FIXTURE(Bodies, "a number that is no code is refused, and uses no attempt up") {
  REQUIRE(sign_up("ada@example.com").status() == 201);
  const auto verify = [&](const std::string& code) {
    return call("POST", "/api/auth/verify",
                {.raw = R"({"email":"ada@example.com","code":)" + code + "}"});
  };
  for (const std::string code : {"1.5", "1e5", "123456.0", "true", "null", "[123456]"}) {
    CAPTURE(code);
    CHECK(has_error(verify(code), "code", "invalid_type"));
  }
  CHECK(has_error(verify("-1"), "code", "too_small"));
  for (const std::string code : {"1000000", "1234567", "99999999999999999999"}) {
    CAPTURE(code);
    CHECK(has_error(verify(code), "code", code.size() > 18 ? "" : "too_large"));
  }
  CHECK(verify(std::to_string(std::stoi(mailed_code("ada@example.com")))).outcome() == "200");
}

TEST_CASE_FIXTURE(Bodies, "what cannot be seen is neither a name nor a password") {
  const std::string zero_width = "\xE2\x80\x8B";
  std::string unseen;
  for (int i = 0; i < 10; ++i) unseen += zero_width;
  const auto signed_up =
      post("/api/auth/signup",
           {{"email", "eve@example.com"}, {"password", unseen}, {"first_name", "Eve"}});
  CHECK(has_error(signed_up, "password", "invisible"));
  CHECK(has_error(
      post("/api/auth/signup",
           {{"email", "eve@example.com"}, {"password", good_password}, {"first_name", zero_width}}),
      "first_name", "invisible"));
  CHECK(has_error(patch("/api/me", token, {{"last_name", zero_width}}), "last_name", "invisible"));
  CHECK(has_error(post("/api/auth/signup", {{"email", "x@x.x"}, {"password", good_password}}),
                  "email", "invalid"));
  // Where it was set once, it is compared like any other.
  CHECK(post("/api/auth/login", {{"email", "ada@example.com"}, {"password", unseen}}).outcome() ==
        "401 invalid_credentials");
}

TEST_CASE_FIXTURE(Bodies, "a missing field is named, and all that is wrong at once") {
  for (const auto& one : with_body()) {
    CAPTURE(one.path);
    const auto whole = document.example_of(*one.request_schema(), false);
    for (const auto& each : whole.items()) {
      const auto& field = each.key();
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
  for (const std::string query : {"page=0", "page=x", "page_size=-1", "role=root", "is_active=2",
                                  "ordering=password_hash", "ordering=email%20desc", "search=%00",
                                  "search=%FF", "page=1&page=2", "is_verified=maybe"}) {
    CAPTURE(query);
    const auto answer = get("/api/users?" + query, token);
    CHECK(has_error(answer, query.substr(0, query.find('=')), ""));
  }
  CHECK(get("/api/users?utm_source=x&%zz&page=1", token).status() == 200);
  CHECK(get("/api/users?cursor=forged", token).outcome() == "400 validation_failed");
}

}  // namespace
}  // namespace coffeeauth::http
