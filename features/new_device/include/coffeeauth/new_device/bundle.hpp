#pragma once
/// bundle(): the room `new_device` with its settings, tables and mail in one line.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/new_device/options.hpp"
#include "coffeeauth/standard/bundle.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace new_device {

/// Creates the bundle for standard::Options::bundles. Its devices are stored in the program's
/// store, which must be a SQL store or a memory store.
[[nodiscard]] std::shared_ptr<standard::Bundle> bundle(NewDeviceOptions options = {});

}  // namespace new_device
}  // namespace coffeeauth
