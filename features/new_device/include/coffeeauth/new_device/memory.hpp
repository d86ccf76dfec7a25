#pragma once
/// The room `new_device` over a memory store.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/new_device/devices.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace new_device {

/// Stores devices alongside the users of `store`, which must be a memory store or a decorator of
/// one and must outlive the result. Throws std::invalid_argument for another kind of store.
[[nodiscard]] std::unique_ptr<DeviceStore> make_memory_devices(Store& store);

}  // namespace new_device
}  // namespace coffeeauth
