#pragma once
/// NewDeviceOptions: the settings of the room `new_device`.

#include <chrono>
#include <cstddef>
#include <vector>

#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace new_device {

/// How many devices are remembered, and how often the owner is notified.
struct NewDeviceOptions {
  /// Devices remembered for an account; beyond that, the least recently seen one is forgotten.
  /// Range 1 to 1,000.
  std::size_t devices = 50;
  /// How long a device is remembered after its last login. Range 1 day to 2 years.
  std::chrono::seconds lifetime{std::chrono::hours{24 * 180}};
  /// Maximum notices to one account in a day, which starts with its first notice. Range 1 to 100.
  std::size_t notices_per_day = 10;
};

/// Returns the settings by name. `options` must outlive them and must not be moved.
[[nodiscard]] std::vector<ConfigField> fields(NewDeviceOptions& options);

}  // namespace new_device
}  // namespace coffeeauth
