#pragma once
/// The REST routes of the room `recovery`.

#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"
#include "coffeeauth/recovery/recovery.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// For ApiOptions::extra_routes. Borrows `recovery`, which must outlive the Api. Where
/// RecoveryOptions::reset is `off`, nobody can ask for a reset; confirming one stays, because an
/// undo mails a link.
[[nodiscard]] std::vector<http::Route> routes(Recovery& recovery);

}  // namespace recovery
}  // namespace coffeeauth
