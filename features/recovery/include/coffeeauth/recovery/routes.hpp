#pragma once
/// The REST routes of the feature `recovery`.

#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"
#include "coffeeauth/recovery/recovery.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// Returns the routes, for ApiOptions::extra_routes. Borrows `recovery`, which must outlive the
/// Api. If RecoveryOptions::reset is `off`, resets cannot be requested, but can still be confirmed,
/// because an undo mails a link.
[[nodiscard]] std::vector<http::Route> routes(Recovery& recovery);

}  // namespace recovery
}  // namespace coffeeauth
