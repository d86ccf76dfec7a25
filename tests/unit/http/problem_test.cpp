#include "lib/http/problem.hpp"

#include <nlohmann/json.hpp>

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

TEST_CASE("every error is problem+json with its own status") {
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const auto response = problem_response({code});
    const auto body = nlohmann::json::parse(response.text());
    CAPTURE(wire_name(code));
    CHECK(response.status == status_of(code));
    CHECK(response.status >= 400);
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
