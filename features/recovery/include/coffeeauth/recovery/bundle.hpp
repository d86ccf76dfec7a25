#pragma once
/// bundle(): the room `recovery` with its settings, tables, mails and routes, in one line.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/recovery/options.hpp"
#include "coffeeauth/standard/bundle.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// For standard::Options::bundles. Keeps its tickets in the store that it is opened over, which is
/// a SQL store or a memory store. RecoveryOptions::public_url may be left to the surroundings;
/// where neither says it and a link has no URL of its own, standard::open() refuses the bundle.
[[nodiscard]] std::shared_ptr<standard::Bundle> bundle(RecoveryOptions options = {});

}  // namespace recovery
}  // namespace coffeeauth
