#pragma once
/// The REST routes of the feature `passkeys`.

#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"
#include "coffeeauth/passkeys/passkeys.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace passkeys {

/// Returns the routes, for ApiOptions::extra_routes; none if the feature is disabled. Borrows both,
/// which must outlive the Api. `POST /api/auth/reauthenticate` replaces the library's own: it takes
/// a passkey or the password. `GET /.well-known/webauthn` exists only with
/// PasskeyOptions::related_origins, and must be reachable at the relying party's domain.
[[nodiscard]] std::vector<http::Route> routes(PasskeyService& passkeys, Auth& auth);

}  // namespace passkeys
}  // namespace coffeeauth
