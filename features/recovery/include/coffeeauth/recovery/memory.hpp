#pragma once
/// The tables of the feature `recovery`, in memory.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/recovery/tickets.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// Keeps tickets beside the users of `store`, a memory store (or a decorator of one), which must
/// outlive it. Throws std::invalid_argument for another kind of store.
[[nodiscard]] std::unique_ptr<TicketStore> make_memory_tickets(Store& store);

}  // namespace recovery
}  // namespace coffeeauth
