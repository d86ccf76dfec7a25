#include "coffeeauth/error.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "coffeeauth/event.hpp"
#include "coffeeauth/http/errors.hpp"
#include "coffeeauth/ports/signing_key.hpp"
#include "fixture.hpp"

namespace coffeeauth {
namespace {

bool is_snake_case(std::string_view word) {
  return !word.empty() && word.front() != '_' && word.back() != '_' &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

/// Part of the public contract: a word may be added here and never altered.
const std::vector<std::pair<ErrorCode, std::string_view>> codes{
    {ErrorCode::invalid_request, "invalid_request"},
    {ErrorCode::validation_failed, "validation_failed"},
    {ErrorCode::not_found, "not_found"},
    {ErrorCode::invalid_credentials, "invalid_credentials"},
    {ErrorCode::email_not_verified, "email_not_verified"},
    {ErrorCode::account_disabled, "account_disabled"},
    {ErrorCode::not_authenticated, "not_authenticated"},
    {ErrorCode::token_expired, "token_expired"},
    {ErrorCode::token_invalid, "token_invalid"},
    {ErrorCode::reauthentication_required, "reauthentication_required"},
    {ErrorCode::forbidden, "forbidden"},
    {ErrorCode::invalid_code, "invalid_code"},
    {ErrorCode::password_required, "password_required"},
    {ErrorCode::rate_limited, "rate_limited"},
    {ErrorCode::last_admin, "last_admin"},
    {ErrorCode::email_taken, "email_taken"},
    {ErrorCode::version_conflict, "version_conflict"},
    {ErrorCode::unavailable, "unavailable"},
    {ErrorCode::internal, "internal"},
    {http::errors::method_not_allowed, "method_not_allowed"},
    {http::errors::payload_too_large, "payload_too_large"},
    {http::errors::headers_too_large, "headers_too_large"},
    {http::errors::unsupported_media_type, "unsupported_media_type"},
    {http::errors::request_timeout, "request_timeout"},
    {http::errors::not_implemented, "not_implemented"},
};

TEST_CASE("the words of errors are those that clients know") {
  std::set<std::string_view> sentences;
  for (const auto& [code, word] : codes) {
    CHECK(wire_name(code) == word);
    CHECK(is_snake_case(word));
    CHECK_FALSE(message(code).empty());
    sentences.insert(message(code));
  }
  CHECK(sentences.size() == codes.size());
}

TEST_CASE("an error of a feature's own is told from others by its word") {
  constexpr ErrorCode link{"invalid_link", ErrorClass::invalid, "This link has expired."};

  CHECK(link == ErrorCode{"invalid_link", ErrorClass::conflict, "Another sentence."});
  CHECK_FALSE(link == ErrorCode::invalid_code);
  CHECK(wire_name(link) == "invalid_link");
}

TEST_CASE("the fields of an error take the name that the request has for them") {
  const Error both{
      .code = ErrorCode::validation_failed,
      .fields = {{"password", "too_short", "Too short."}, {"password", "common", "Too common."}},
      .detail = "Two rules are broken."};
  const Error renamed{.code = ErrorCode::validation_failed,
                      .fields = {{"new_password", "too_short", "Too short."},
                                 {"new_password", "common", "Too common."}},
                      .detail = "Two rules are broken."};
  CHECK(for_field("new_password", both) == renamed);
  CHECK(for_field("new_password", Error{ErrorCode::rate_limited}) ==
        Error{ErrorCode::rate_limited});
}

TEST_CASE("to its owner, an account that is gone is a token that means nothing") {
  CHECK(as_seen_by_owner(Error{ErrorCode::not_found}) == Error{ErrorCode::token_invalid});
  const Error busy{.code = ErrorCode::rate_limited, .retry_after = std::chrono::seconds{7}};
  CHECK(as_seen_by_owner(busy) == busy);
}

TEST_CASE("the words of events are those that audits know") {
  // As with errors: never altered.
  const std::vector<std::pair<EventKind, std::string_view>> kinds{
      {EventKind::signed_up, "signed_up"},
      {EventKind::sign_up_for_existing, "sign_up_for_existing"},
      {EventKind::code_queued, "code_queued"},
      {EventKind::code_rejected, "code_rejected"},
      {EventKind::user_verified, "user_verified"},
      {EventKind::logged_in, "logged_in"},
      {EventKind::login_failed, "login_failed"},
      {EventKind::login_throttled, "login_throttled"},
      {EventKind::session_refreshed, "session_refreshed"},
      {EventKind::refresh_token_reused, "refresh_token_reused"},
      {EventKind::session_ended, "session_ended"},
      {EventKind::password_changed, "password_changed"},
      {EventKind::reauthenticated, "reauthenticated"},
      {EventKind::user_updated, "user_updated"},
      {EventKind::user_deleted, "user_deleted"},
      {EventKind::role_changed, "role_changed"},
      {EventKind::user_disabled, "user_disabled"},
      {EventKind::user_enabled, "user_enabled"},
      {EventKind::unverified_users_deleted, "unverified_users_deleted"},
      {EventKind::mail_delivered, "mail_delivered"},
      {EventKind::mail_delayed, "mail_delayed"},
      {EventKind::mail_given_up, "mail_given_up"},
      {EventKind::mail_expired, "mail_expired"},
      {EventKind::mail_server_failing, "mail_server_failing"},
      {EventKind::mail_server_recovered, "mail_server_recovered"},
      {EventKind::job_delivered, "job_delivered"},
      {EventKind::job_delayed, "job_delayed"},
      {EventKind::job_given_up, "job_given_up"},
      {EventKind::job_expired, "job_expired"},
      {EventKind::job_server_failing, "job_server_failing"},
      {EventKind::job_server_recovered, "job_server_recovered"},
      {EventKind::background_failed, "background_failed"},
      {EventKind::background_recovered, "background_recovered"},
      {EventKind::signing_key_rotated, "signing_key_rotated"},
      {EventKind::signing_key_revoked, "signing_key_revoked"},
      {EventKind::login_code_queued, "login_code_queued"},
      {EventKind::login_code_rejected, "login_code_rejected"},
  };
  for (const auto& [kind, word] : kinds) {
    CHECK(wire_name(kind) == word);
    CHECK(is_snake_case(word));
  }
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
