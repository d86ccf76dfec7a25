#pragma once
/// The tables of the feature `passkeys`, in memory.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/passkeys/passkey_store.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace passkeys {

/// Stores the rows of the feature alongside the users of `store`, which must be a memory store or a
/// decorator of one and must outlive the result. Throws std::invalid_argument for another kind of
/// store.
[[nodiscard]] std::unique_ptr<PasskeyStore> make_memory_passkeys(Store& store);

}  // namespace passkeys
}  // namespace coffeeauth
