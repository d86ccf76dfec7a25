#pragma once
/// DeviceStore: storage of the room `new_device` for the devices of each account.

#include <cstddef>
#include <memory>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/new_device/options.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace new_device {

/// Whether a login comes from a device that the account has used before.
enum class Sighting {
  /// A remembered device.
  known,
  /// The first device of the account, which is accepted; it is remembered from now on.
  first,
  /// A new device, which is remembered from now on; the owner must be notified.
  fresh,
  /// A new device beyond the day's limit of notices. It is not remembered, so that a later login is
  /// reported.
  paced,
};

/// What is made of a login if the account has no devices yet.
enum class FirstDevice {
  /// Its device is accepted as the first: for a new account, and for a network that the account has
  /// used before.
  accepted,
  /// Its device is new like any other: the account has logged in before, but from other networks.
  reported,
};

/// The rows of the room, within one transaction of the Store. They are deleted with their user.
class Devices {
 public:
  virtual ~Devices() = default;
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;

  /// Records a login of an existing user at `now` from the device with these digests. A device that
  /// is remembered by any of the digests is known, and is then remembered by the first one as well.
  /// `first` decides about the account's first device, and means nothing for later ones.
  ///
  /// Implementations must decide races: of simultaneous logins from one device, exactly one returns
  /// something other than `known`; of simultaneous logins from different devices, exactly one
  /// returns `first` if all are to be accepted, and at most NewDeviceOptions::notices_per_day
  /// return `fresh`.
  [[nodiscard]] virtual Sighting see(const UserId& user, const std::vector<FeatureDigest>& digests,
                                     FirstDevice first, const NewDeviceOptions& options,
                                     UtcTime now) = 0;

  /// Forgets all devices of the user. The next one is new, but still not the first. Callers: in a
  /// transaction that has changed the account, so that a simultaneous login comes before or after.
  virtual void forget(const UserId& user) = 0;

  /// Deletes at most `limit` devices last seen at or before `cutoff`; returns how many. The next
  /// device of such an account is still not its first.
  virtual std::size_t delete_unseen(UtcTime cutoff, std::size_t limit) = 0;

 protected:
  Devices() = default;
};

/// Gives access to the room's rows in transactions of one Store, also behind decorators.
/// Thread-safe.
class DeviceStore {
 public:
  virtual ~DeviceStore() = default;
  DeviceStore(const DeviceStore&) = delete;
  DeviceStore& operator=(const DeviceStore&) = delete;

  /// Returns the rows within `transaction`, valid as long as it is. Throws std::invalid_argument
  /// for a transaction of another kind of Store.
  [[nodiscard]] virtual std::unique_ptr<Devices> in(Transaction& transaction) = 0;

 protected:
  DeviceStore() = default;
};

}  // namespace new_device
}  // namespace coffeeauth
