#pragma once
/// Answers: responses for handlers of routes, in the form of the REST API's own. Pure functions.
/// Include <nlohmann/json.hpp> as well to make the JSON that they take.

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/http/request.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/session_service.hpp"
#include "coffeeauth/token.hpp"
#include "coffeeauth/user.hpp"
#include "coffeeauth/user_service.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// Answers with `body` as application/json: `return json_response(201, {{"id", id}});`. Octets that
/// are not valid UTF-8 become U+FFFD.
[[nodiscard]] Response json_response(int status, const nlohmann::json& body);
/// Deleted: it would quote the text. Use json_text_response() for text that is JSON already.
template <class Text>
requires std::convertible_to<const Text&, std::string_view> Response json_response(int status,
                                                                                   const Text& body)
= delete;
/// Answers with `json`, a complete JSON document in UTF-8, as application/json.
[[nodiscard]] Response json_text_response(int status, std::string json);
/// Answers 204 without a body.
[[nodiscard]] Response no_content();

/// Returns the status for an error: 500 for an ErrorClass::transport code that is not among
/// http::errors.
[[nodiscard]] int status_of(const ErrorCode& code) noexcept;

/// Answers with `error` as application/problem+json (RFC 9457), with Retry-After on 429 and 503 and
/// WWW-Authenticate on 401, like a handler that returns the Error.
[[nodiscard]] Response problem_response(const Error& error);
/// Appends the members of the object `further` to the usual ones (RFC 9457 3.2). Throws
/// std::invalid_argument when `further` is not an object or contains a usual member.
[[nodiscard]] Response problem_response(const Error& error, const nlohmann::json& further);

/// The authentication that a route requires when the caller's does not suffice (RFC 9470).
struct StepUp {
  /// The maximum age of the authentication.
  std::chrono::seconds max_age{};
  /// The accepted authentication levels, separated by blanks: `aal2`. Empty when the level is
  /// sufficient.
  std::string acr_values{};
};

/// Answers 401 `reauthentication_required`, with WWW-Authenticate by RFC 9470 3.
[[nodiscard]] Response step_up_response(const StepUp& needed);

/// Answers 200 with `access_token`, `refresh_token`, `token_type`, `expires_in`
/// (schemas::token_pair()).
[[nodiscard]] Response token_response(const TokenPair& tokens);
/// Answers a login that needs another step with a problem, so that no client takes it for success:
/// with `mfa_token`, `expires_at`, `factors` and LoginChallenge::further.
[[nodiscard]] Response challenge_response(const LoginChallenge& challenge);
/// Answers with token_response() or challenge_response(). For every route that logs a user in.
[[nodiscard]] Response login_response(const LoginOutcome& outcome);
/// Answers 200 with `access_token`, `token_type`, `expires_in` and `authenticated_at`
/// (schemas::reauthenticated()), or with challenge_response(). For every route that
/// re-authenticates a user.
[[nodiscard]] Response reauthentication_response(const ReauthenticationOutcome& outcome);

/// Answers with `message`, a sentence for people, the address a code was sent to, and its expiry
/// (schemas::code_receipt()).
[[nodiscard]] Response receipt_response(int status, std::string_view message,
                                        const CodeReceipt& receipt);

/// Answers 200 with an account as its owner sees it (schemas::user()) and its ETag.
[[nodiscard]] Response user_response(const User& user);
/// Answers 200 with an account as administrators see it (schemas::managed_user()) and its ETag.
[[nodiscard]] Response managed_user_response(const User& user);

}  // namespace http
}  // namespace coffeeauth
