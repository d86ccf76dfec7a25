#pragma once
/// How a login that is not complete is answered. Private to the library.

#include "coffeeauth/http/request.hpp"
#include "coffeeauth/login.hpp"

namespace coffeeauth::http {

/// A problem, so that no client takes it for a login or for a token to refresh.
[[nodiscard]] Response challenge_response(const LoginChallenge& challenge);

}  // namespace coffeeauth::http
