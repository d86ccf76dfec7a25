#pragma once
/// The REST routes of the feature `email_login`.

#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/email_login/email_login.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace email_login {

/// Returns the routes, for ApiOptions::extra_routes; none if the feature is disabled. Borrows
/// `login`, which must outlive the Api. The member `device_token` exists only if a feature of
/// `auth` knows trusted devices.
[[nodiscard]] std::vector<http::Route> routes(EmailLogin& login, const Auth& auth);

}  // namespace email_login
}  // namespace coffeeauth
