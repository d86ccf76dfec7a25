#pragma once
/// bundle(): the feature `recovery` with its settings, tables, mails and routes, in one line of
/// standard::Options: `.public_url = "https://example.com", .bundles = {recovery::bundle()}`. Needs
/// the component `recovery_standard` and its target `coffeeauth::recovery_standard`.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/recovery/options.hpp"
#include "coffeeauth/standard/bundle.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// Creates the bundle for standard::Options::bundles. Its tickets are stored in the program's
/// store, which must be a SQL store or a memory store. If RecoveryOptions::public_url is empty,
/// standard::Options::public_url is used; if both are empty, or RecoveryOptions::pages is false,
/// and a link that is mailed has no URL of its own, standard::open() throws.
[[nodiscard]] std::shared_ptr<standard::Bundle> bundle(RecoveryOptions options = {});

}  // namespace recovery
}  // namespace coffeeauth
