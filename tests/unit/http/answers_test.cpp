#include "coffeeauth/http/answers.hpp"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/errors.hpp"
#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

template <class Body>
concept Answerable = requires(const Body& body) {
  json_response(200, body);
};
static_assert(Answerable<nlohmann::json>);
static_assert(!Answerable<std::string>, "a text would be answered in quotes");
static_assert(!Answerable<const char*>);

TEST_CASE("JSON is answered as it was given") {
  const auto made = json_response(201, {{"b", 1}, {"a", {true, nullptr}}});
  CHECK(made.status == 201);
  CHECK(made.header("Content-Type") == "application/json");
  CHECK(nlohmann::json::parse(made.text()) == nlohmann::json{{"a", {true, nullptr}}, {"b", 1}});
  CHECK(json_text_response(200, R"({"b":1})").text() == R"({"b":1})");
  CHECK(no_content().status == 204);
  CHECK_FALSE(no_content().body);
}

TEST_CASE("octets that are no text do not stop an answer") {
  const auto answer = json_response(200, {{"name", "\xFF"}});
  CHECK(answer.text() == "{\"name\":\"\xEF\xBF\xBD\"}");
}

TEST_CASE("a problem has the members that it is given after the usual ones") {
  const Error error{ErrorCode{"out_of_tea", ErrorClass::conflict, "There is no tea."}};
  const auto answer = problem_response(error, {{"left", 0}, {"instead", {"coffee"}}});
  CHECK(answer.status == 409);
  CHECK(answer.header("Content-Type") == "application/problem+json");
  CHECK(answer.text() ==
        R"({"type":"about:blank","title":"Conflict","status":409,"detail":"There is no tea.",)"
        R"("code":"out_of_tea","instead":["coffee"],"left":0})");
  CHECK(problem_response(error, nlohmann::json::object()).text() == problem_response(error).text());
}

TEST_CASE("no member of a problem takes the place of a usual one") {
  const Error error{ErrorCode::not_found};
  for (const auto* const usual : {"type", "title", "status", "detail", "code", "errors"}) {
    CAPTURE(usual);
    CHECK_THROWS_AS(static_cast<void>(problem_response(error, {{usual, 1}})),
                    std::invalid_argument);
  }
  CHECK_THROWS_AS(static_cast<void>(problem_response(error, nlohmann::json::array())),
                  std::invalid_argument);
}

TEST_CASE("an authentication that is not good enough is told what it lacks (RFC 9470)") {
  const auto old = step_up_response({.max_age = std::chrono::minutes{10}});
  CHECK(old.status == 401);
  CHECK(nlohmann::json::parse(old.text()).at("code") == "reauthentication_required");
  CHECK(old.header("WWW-Authenticate") ==
        "Bearer realm=\"coffeeauth\", error=\"insufficient_user_authentication\", max_age=600");
  const auto weak = step_up_response({.max_age = std::chrono::minutes{10}, .acr_values = "aal2"});
  CHECK(weak.header("WWW-Authenticate") ==
        "Bearer realm=\"coffeeauth\", error=\"insufficient_user_authentication\", max_age=600, "
        "acr_values=\"aal2\"");
}

TEST_CASE(
    "who returns the error alone says what is lacking, too, and nobody takes the token for bad") {
  const auto answer = problem_response({ErrorCode::reauthentication_required});
  CHECK(answer.header("WWW-Authenticate") ==
        "Bearer realm=\"coffeeauth\", error=\"insufficient_user_authentication\"");
}

LoginOutcome with_tokens() {
  return TokenPair{.access_token = Secret{"a.b.c"},
                   .refresh_token = Secret{"opaque"},
                   .expires_in = std::chrono::minutes{10}};
}

TEST_CASE("a login is answered with its tokens, or with what is missing") {
  const auto done = login_response(with_tokens());
  CHECK(done.status == 200);
  CHECK(done.text() == R"({"access_token":"a.b.c","refresh_token":"opaque",)"
                       R"("token_type":"Bearer","expires_in":600})");

  LoginChallenge challenge{
      .code = ErrorCode{"second_factor_required", ErrorClass::forbidden, "One more step."},
      .token = Secret{"ticket"},
      .expires_at = from_unix_millis(0),
      .methods = {{.type = "totp", .id = "7", .label = "phone"}, {.type = "passkey"}}};
  challenge.further.emplace("can_trust_device", true);
  const auto asked = login_response(LoginOutcome{std::move(challenge)});
  CHECK(asked.status == 403);
  const auto body = nlohmann::json::parse(asked.text());
  CHECK(body.at("code") == "second_factor_required");
  CHECK(body.at("mfa_token") == "ticket");
  CHECK(body.at("expires_at") == to_rfc3339(from_unix_millis(0)));
  CHECK(body.at("factors") ==
        nlohmann::json::parse(R"([{"type":"totp","id":"7","label":"phone"},{"type":"passkey"}])"));
  CHECK(body.at("can_trust_device") == true);
}

TEST_CASE("a receipt says where a code went, and until when it is good") {
  const auto answer = receipt_response(
      201, "Sent.",
      {.email = EmailAddress::parse("ada@example.com").value(), .expires_at = from_unix_millis(0)});
  CHECK(answer.status == 201);
  CHECK(answer.text() == R"({"message":"Sent.","email":"ada@example.com","expires_at":")" +
                             to_rfc3339(from_unix_millis(0)) + R"("})");
}

TEST_CASE("an administrator is shown more of an account than its owner") {
  const User user{.id = UserId::parse("019bc0f5-2b7d-7c3a-9f52-0b6a4f1d2e90").value(),
                  .email = EmailAddress::parse("Ada@example.com").value(),
                  .first_name = "Ada",
                  .last_name = "",
                  .version = 7};
  const auto own = user_response(user);
  const auto managed = managed_user_response(user);
  CHECK(own.header("ETag") == "\"7\"");
  CHECK(managed.header("ETag") == "\"7\"");
  CHECK_FALSE(nlohmann::json::parse(own.text()).contains("email_ascii"));
  CHECK(nlohmann::json::parse(managed.text()).at("email_ascii") == "ada@example.com");
}

}  // namespace
}  // namespace coffeeauth::http
