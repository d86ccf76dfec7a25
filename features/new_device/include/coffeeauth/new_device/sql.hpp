#pragma once
/// The room `new_device` over a SQL store.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/new_device/devices.hpp"
#include "coffeeauth/sql/migrations.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace new_device {

/// Returns the tables of the room, for the options of a SQL store.
[[nodiscard]] sql::RoomMigrations migrations();

/// Stores devices in the database of a SQL store, which must have been opened with migrations().
/// Stateless: one object can serve several stores.
[[nodiscard]] std::unique_ptr<DeviceStore> make_sql_devices();

}  // namespace new_device
}  // namespace coffeeauth
