#include "lib/http/problem.hpp"

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/errors.hpp"
#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

/// Part of the public contract.
const std::vector<std::pair<ErrorCode, int>> statuses{
    {ErrorCode::invalid_request, 400},
    {ErrorCode::validation_failed, 400},
    {ErrorCode::email_not_verified, 400},
    {ErrorCode::invalid_code, 400},
    {ErrorCode::password_required, 400},
    {ErrorCode::invalid_credentials, 401},
    {ErrorCode::not_authenticated, 401},
    {ErrorCode::token_expired, 401},
    {ErrorCode::token_invalid, 401},
    {ErrorCode::account_disabled, 403},
    {ErrorCode::forbidden, 403},
    {ErrorCode::not_found, 404},
    {errors::method_not_allowed, 405},
    {errors::request_timeout, 408},
    {ErrorCode::last_admin, 409},
    {ErrorCode::email_taken, 409},
    {ErrorCode::version_conflict, 412},
    {errors::payload_too_large, 413},
    {errors::unsupported_media_type, 415},
    {ErrorCode::rate_limited, 429},
    {errors::headers_too_large, 431},
    {ErrorCode::internal, 500},
    {errors::not_implemented, 501},
    {ErrorCode::unavailable, 503},
    {ErrorCode{"out_of_tea", ErrorClass::conflict, "There is no tea."}, 409},
    {ErrorCode{"not_ours", ErrorClass::transport, "Of another transport."}, 500}};

TEST_CASE("every error is problem+json with its own status") {
  for (const auto& [code, status] : statuses) {
    const auto response = problem_response({code});
    const auto body = nlohmann::json::parse(response.text());
    CAPTURE(wire_name(code));
    CHECK(response.status == status);
    CHECK(response.header("Content-Type") == "application/problem+json");
    CHECK(body.at("type") == "about:blank");
    CHECK(body.at("status") == response.status);
    CHECK(body.at("title") == std::string{reason_phrase(response.status)});
    CHECK_FALSE(reason_phrase(response.status).empty());
    CHECK(body.at("code") == std::string{wire_name(code)});
    CHECK(body.at("detail") == std::string{message(code)});
    CHECK(response.header("WWW-Authenticate").empty() == (response.status != 401));
    CHECK(response.header("Retry-After").empty() ==
          (response.status != 429 && response.status != 503));
  }
}

TEST_CASE("Retry-After is what the error says, and one second at least") {
  const auto wait = [](std::optional<std::chrono::seconds> after) {
    const auto response = problem_response({.code = ErrorCode::rate_limited, .retry_after = after});
    return std::string{response.header("Retry-After")};
  };
  CHECK(wait(std::chrono::seconds{900}) == "900");
  CHECK(wait(std::chrono::seconds{0}) == "1");
  CHECK(wait(std::chrono::seconds{-5}) == "1");
  CHECK(wait(std::nullopt) == "2");
}

TEST_CASE("field errors are grouped by field, and a single one is the sentence") {
  const auto several = nlohmann::json::parse(
      problem_response({.code = ErrorCode::validation_failed,
                        .fields = {{"b", "x", "1"}, {"a", "y", "2"}, {"b", "z", "3"}}})
          .text());
  CHECK(several.at("errors").size() == 2);
  CHECK(several["errors"]["b"].size() == 2);
  CHECK(several["errors"]["b"][1] == nlohmann::json{{"code", "z"}, {"message", "3"}});
  CHECK(several.at("detail") == std::string{message(ErrorCode::validation_failed)});
  const auto one = nlohmann::json::parse(problem_response(field_error("a", "y", "Say it.")).text());
  CHECK(one.at("detail") == "Say it.");
}

}  // namespace
}  // namespace coffeeauth::http
