#pragma once
/// Whether somebody has logged in from a network before. Private to the library.

#include <string_view>

#include "lib/auth/services.hpp"

namespace coffeeauth {

/// Whether `user` has logged in from `network` (see rate_limit_network()), under whichever secret
/// key that was noted. The Store is asked alike for nobody.
[[nodiscard]] bool knows_network(const Services& services, const UserId& user,
                                 std::string_view network);

/// Whether a login notes its network: always while there is a previous secret key, since what was
/// noted under that one goes with it.
[[nodiscard]] inline bool is_to_be_remembered(const Services& services, bool is_known) noexcept {
  return !is_known || services.vault.key_count() > 1;
}

}  // namespace coffeeauth
