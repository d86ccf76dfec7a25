#pragma once
/// What the answers of coffeeauth/http/answers.hpp are made of. Private to the library.

#include <functional>
#include <string_view>

#include "coffeeauth/error.hpp"
#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/request.hpp"

namespace coffeeauth::http {

class JsonWriter;

/// problem_response() with the members that `write_further` writes after the usual ones.
[[nodiscard]] Response written_problem(const Error& error,
                                       const std::function<void(JsonWriter&)>& write_further);

/// RFC 9470 3: the token is good, what stands behind it is too old or too little.
inline constexpr std::string_view insufficient_authentication{"insufficient_user_authentication"};

/// Says in WWW-Authenticate what was wrong with the bearer token that came (RFC 6750 3.1):
/// `invalid_token`, `insufficient_scope`. `further` are auth-params, each after a comma.
void set_challenge(Response& response, std::string_view error, std::string_view further = {});

}  // namespace coffeeauth::http
