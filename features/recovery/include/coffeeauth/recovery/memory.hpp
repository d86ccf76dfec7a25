#pragma once
/// The tables of the feature `recovery`, in memory.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/recovery/tickets.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// Stores tickets alongside the users of `store`, which must be a memory store or a decorator of
/// one and must outlive the result. Throws std::invalid_argument for another kind of store.
[[nodiscard]] std::unique_ptr<TicketStore> make_memory_tickets(Store& store);

}  // namespace recovery
}  // namespace coffeeauth
