#pragma once
/// The rows of the room `recovery` in memory.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/recovery/tickets.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// Keeps tickets beside the users of `store`, which must be a memory store (or a decorator of one);
/// must outlive it. Throws std::invalid_argument for another kind.
[[nodiscard]] std::unique_ptr<TicketStore> make_memory_tickets(Store& store);

}  // namespace recovery
}  // namespace coffeeauth
