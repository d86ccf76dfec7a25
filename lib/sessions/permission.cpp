#include "coffeeauth/permission.hpp"

namespace coffeeauth {

bool may(const Principal& principal, const Permission& /*permission*/) noexcept {
  return principal.user.role == Role::admin;
}

}  // namespace coffeeauth
