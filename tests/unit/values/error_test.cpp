#include "coffeeauth/error.hpp"

#include <algorithm>
#include <set>

#include "coffeeauth/event.hpp"
#include "coffeeauth/ports/signing_key.hpp"
#include "fixture.hpp"

namespace coffeeauth {
namespace {

bool is_snake_case(std::string_view word) {
  return !word.empty() && word.front() != '_' && word.back() != '_' &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

TEST_CASE("the words of errors are those that clients know") {
  // Part of the public contract: a word may be added here and never altered.
  const std::vector<std::string_view> words{"invalid_request",
                                            "validation_failed",
                                            "not_found",
                                            "method_not_allowed",
                                            "payload_too_large",
                                            "headers_too_large",
                                            "unsupported_media_type",
                                            "request_timeout",
                                            "not_implemented",
                                            "invalid_credentials",
                                            "email_not_verified",
                                            "account_disabled",
                                            "not_authenticated",
                                            "token_expired",
                                            "token_invalid",
                                            "forbidden",
                                            "invalid_code",
                                            "password_required",
                                            "rate_limited",
                                            "last_admin",
                                            "email_taken",
                                            "version_conflict",
                                            "unavailable",
                                            "internal"};
  REQUIRE(words.size() == static_cast<std::size_t>(ErrorCode::internal) + 1);
  std::set<std::string_view> sentences;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    CHECK(wire_name(code) == words[i]);
    CHECK(is_snake_case(words[i]));
    CHECK_FALSE(message(code).empty());
    sentences.insert(message(code));
  }
  CHECK(sentences.size() == words.size());
}

TEST_CASE("every kind of event has a word of its own") {
  std::set<std::string_view> words;
  const auto last = static_cast<std::size_t>(EventKind::login_code_rejected);
  for (std::size_t i = 0; i <= last; ++i) {
    const auto word = wire_name(static_cast<EventKind>(i));
    CHECK(is_snake_case(word));
    CHECK(word != "unknown");
    words.insert(word);
  }
  CHECK(words.size() == last + 1);
}

TEST_CASE("an algorithm is read back from its name, in that letter case only") {
  for (const auto algorithm : {SigningAlgorithm::es256, SigningAlgorithm::eddsa,
                               SigningAlgorithm::rs256, SigningAlgorithm::hs256}) {
    CHECK(parse_signing_algorithm(wire_name(algorithm)) == algorithm);
  }
  for (const std::string_view name : {"", "none", "es256", "ES256 ", "ES384", "HS512"}) {
    CHECK_FALSE(parse_signing_algorithm(name));
  }
}

TEST_CASE("an unavailable part says when to come back") {
  const Unavailable failure{"the store is down", std::chrono::seconds{7}};
  CHECK(std::string{failure.what()} == "the store is down");
  CHECK(failure.retry_after() == std::chrono::seconds{7});
  CHECK(Unavailable{"x"}.retry_after() > std::chrono::seconds{0});
}

TEST_CASE("a result is its value or its error") {
  const Result<int> good = 7;
  const Result<int> bad = ErrorCode::not_found;
  const Result<void> done{};
  const Result<void> refused = field_error("email", "invalid", "Enter an address.");
  CHECK_OK(good);
  CHECK(*good == 7);
  CHECK_ERROR(bad, ErrorCode::not_found);
  CHECK(bad.error() == Error{ErrorCode::not_found});
  CHECK_OK(done);
  CHECK(problem(refused) == "email: invalid");
  CHECK(bad.value_or(3) == 3);
}

}  // namespace
}  // namespace coffeeauth
