#pragma once
/// Answers: problem+json for errors, JSON for the rest. Private to the library.

#include <functional>
#include <string>
#include <string_view>

#include "coffeeauth/error.hpp"
#include "coffeeauth/http/request.hpp"

namespace coffeeauth::http {

class JsonWriter;

/// The one place where an error becomes a status.
[[nodiscard]] int status_of(const ErrorCode& code) noexcept;

/// `error` as application/problem+json (RFC 9457), with Retry-After where it applies and
/// WWW-Authenticate on every 401 (RFC 9110 15.5.2). `detail` replaces the general sentence.
[[nodiscard]] Response problem_response(const Error& error, std::string_view detail = {});
/// The same with the members that `write_further` writes (RFC 9457 3.2).
[[nodiscard]] Response problem_response(const Error& error, std::string_view detail,
                                        const std::function<void(JsonWriter&)>& write_further);

/// Says in WWW-Authenticate what was wrong with the bearer token that came (RFC 6750 3.1):
/// `invalid_token`, `insufficient_scope`.
void set_challenge(Response& response, std::string_view error);

/// `body` as application/json.
[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response no_content();

}  // namespace coffeeauth::http
