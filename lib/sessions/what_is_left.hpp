#pragma once
/// What an account has left of its second factors. Private to the library.

#include "coffeeauth/ids.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/second_step.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/user.hpp"

namespace coffeeauth {

struct Services;
class Transaction;

/// Kernel::settle_second_factor().
[[nodiscard]] Result<User> settle_second_factor(Services& s, Transaction& tx, const UserId& user,
                                                Gates gates, const ClientContext& client);

}  // namespace coffeeauth
