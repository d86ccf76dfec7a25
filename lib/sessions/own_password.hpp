#pragma once
/// What somebody who is logged in has to show once more: their password. Private to the library.

#include "coffeeauth/password.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/user.hpp"

namespace coffeeauth {

struct Services;

/// The account, if `password` is its own. Counted as a login is, so that a stolen access token does
/// not become a way to guess the password. Errors: not_found, invalid_credentials, rate_limited.
[[nodiscard]] Result<Credentials> check_own_password(Services& s, const UserId& id,
                                                     const Password& password,
                                                     const ClientContext& client);

}  // namespace coffeeauth
