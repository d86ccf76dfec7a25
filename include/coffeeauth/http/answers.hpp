#pragma once
/// Answers: what a handler of a route returns, in the form that every answer of the REST API has.

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

/// `body` as application/json: `return json_response(201, {{"id", id}});`. Octets in it that are no
/// UTF-8 become U+FFFD.
[[nodiscard]] Response json_response(int status, const nlohmann::json& body);
/// A text would be answered in quotes: json_text_response() takes one that is JSON already.
template <class Text>
requires std::convertible_to<const Text&, std::string_view> Response json_response(int status,
                                                                                   const Text& body)
= delete;
/// `json`, a whole JSON document in UTF-8, as application/json.
[[nodiscard]] Response json_text_response(int status, std::string json);
/// 204.
[[nodiscard]] Response no_content();

/// The status that an error is answered with. An ErrorClass::transport that is not among
/// http::errors is 500.
[[nodiscard]] int status_of(const ErrorCode& code) noexcept;

/// `error` as application/problem+json (RFC 9457), with Retry-After on 429 and 503 and
/// WWW-Authenticate on 401. What a handler that returns an Error is answered with.
[[nodiscard]] Response problem_response(const Error& error);
/// `error` with the members of the object `further` after the usual ones (RFC 9457 3.2). Throws
/// std::invalid_argument when `further` is no object or names a usual member.
[[nodiscard]] Response problem_response(const Error& error, const nlohmann::json& further);

/// What an authentication has to be like for a route that it was not good enough for (RFC 9470).
struct StepUp {
  /// How long ago it may have been.
  std::chrono::seconds max_age{};
  /// The levels that would do, as words with blanks between them: `aal2`. Empty when the level that
  /// it had is enough.
  std::string acr_values{};
};

/// 401 `reauthentication_required`, with WWW-Authenticate as RFC 9470 3 has it.
[[nodiscard]] Response step_up_response(const StepUp& needed);

/// 200 with `access_token`, `refresh_token`, `token_type` and `expires_in` (schemas::token_pair()).
[[nodiscard]] Response token_response(const TokenPair& tokens);
/// A login that needs one more step, as a problem, so that no client takes it for a login: the
/// members `mfa_token`, `expires_at` and `factors`, and LoginChallenge::further.
[[nodiscard]] Response challenge_response(const LoginChallenge& challenge);
/// token_response() or challenge_response(): the answer of every route that logs somebody in.
[[nodiscard]] Response login_response(const LoginOutcome& outcome);
/// 200 with `access_token`, `token_type`, `expires_in` and `authenticated_at`
/// (schemas::reauthenticated()), or challenge_response(): the answer of every route on which
/// somebody who is logged in proves once more who they are.
[[nodiscard]] Response reauthentication_response(const ReauthenticationOutcome& outcome);

/// `message`, a sentence for a person, with where a code went and until when it is good
/// (schemas::code_receipt()).
[[nodiscard]] Response receipt_response(int status, std::string_view message,
                                        const CodeReceipt& receipt);

/// 200 with an account as its owner sees it (schemas::user()) and its ETag.
[[nodiscard]] Response user_response(const User& user);
/// 200 with an account as administrators see it (schemas::managed_user()) and its ETag.
[[nodiscard]] Response managed_user_response(const User& user);

}  // namespace http
}  // namespace coffeeauth
