#pragma once
/// The tables of the feature `email_login`, in memory.

#include <memory>

#include "coffeeauth/email_login/tickets.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace email_login {

/// Stores tickets alongside the users of `store`, which must be a memory store or a decorator of
/// one and must outlive the result. Throws std::invalid_argument for another kind of store.
[[nodiscard]] std::unique_ptr<TicketStore> make_memory_tickets(Store& store);

}  // namespace email_login
}  // namespace coffeeauth
