#pragma once
/// bundle(): the feature `recovery` with its settings, tables, mails and routes, in one line:
/// `.public_url = "https://example.com", .bundles = {recovery::bundle()}` in standard::Options.
/// Of the component `recovery_standard`; link `coffeeauth::recovery_standard`.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/recovery/options.hpp"
#include "coffeeauth/standard/bundle.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// For standard::Options::bundles. Stores its tickets in the store it is opened over, a SQL store
/// or a memory store. RecoveryOptions::public_url may come from the surroundings; if neither has
/// one and a link has no URL of its own, standard::open() refuses the bundle.
[[nodiscard]] std::shared_ptr<standard::Bundle> bundle(RecoveryOptions options = {});

}  // namespace recovery
}  // namespace coffeeauth
