#pragma once
/// The one place that gives an account another password. Private to the library.

#include "coffeeauth/kernel.hpp"

namespace coffeeauth {

struct Services;

/// As Kernel::set_password().
[[nodiscard]] Result<User> set_password(Services& s, Transaction& tx, const UserId& user,
                                        const NewPassword& password, const ClientContext& client);

}  // namespace coffeeauth
