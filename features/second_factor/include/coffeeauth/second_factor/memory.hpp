#pragma once
/// The tables of the feature `second_factor`, in memory.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/second_factor/factors.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace second_factor {

/// Stores the rows of the feature alongside the users of `store`, which must be a memory store or a
/// decorator of one and must outlive the result. Throws std::invalid_argument for another kind of
/// store.
[[nodiscard]] std::unique_ptr<FactorStore> make_memory_factors(Store& store);

}  // namespace second_factor
}  // namespace coffeeauth
