#pragma once
/// Trial: what each promise of the devices is tried with. Private to the contract.

#include "coffeeauth/testing/doctest.hpp"

#include <memory>
#include <vector>

#include "coffeeauth/new_device/contract.hpp"
#include "lib/testing/contract/patient.hpp"
#include "lib/testing/contract/race.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::new_device::contract {

using namespace std::chrono_literals;
using testing::noon;
using testing::nth;

inline const UserId ada = nth<UserId>(1);
inline const UserId bob = nth<UserId>(2);

inline FeatureDigest digest(std::uint64_t n) { return testing::nth_digest<FeatureDigest>(n); }

/// A Store with two users, and the rows over it.
struct Trial {
  explicit Trial(DeviceHarness& harness, const NewDeviceOptions& rules = {})
      : options(rules), store(harness.fresh()), devices(harness.devices_over(*store)) {
    for (const std::uint64_t n : {1, 2}) {
      store->transact(
          [&](Transaction& tx) { static_cast<void>(tx.users().create_user(testing::user(n))); });
    }
  }

  template <class Work>
  auto alone(Work work) const {
    return testing::patiently(*store, [&](Transaction& tx) { return work(*devices->in(tx)); });
  }
  [[nodiscard]] Sighting see(const std::vector<FeatureDigest>& digests, UtcTime now = noon,
                             const UserId& user = ada) const {
    return alone([&](Devices& rows) {
      return rows.see(user, digests, FirstDevice::accepted, options, now);
    });
  }
  [[nodiscard]] Sighting see(std::uint64_t n, UtcTime now = noon, const UserId& user = ada) const {
    return see(std::vector{digest(n)}, now, user);
  }
  /// As of an account that has logged in before, from other networks.
  [[nodiscard]] Sighting see_elsewhere(std::uint64_t n, UtcTime now = noon,
                                       const UserId& user = ada) const {
    return alone([&](Devices& rows) {
      return rows.see(user, {digest(n)}, FirstDevice::reported, options, now);
    });
  }
  void forget(const UserId& user = ada) const {
    alone([&](Devices& rows) { rows.forget(user); });
  }
  [[nodiscard]] std::size_t clean(UtcTime cutoff, std::size_t limit = 100) const {
    return alone([&](Devices& rows) { return rows.delete_unseen(cutoff, limit); });
  }

  const NewDeviceOptions options;
  std::unique_ptr<Store> store;
  std::unique_ptr<DeviceStore> devices;
};

/// What many threads at once may do once, or so many times.
void races(DeviceHarness& harness);

}  // namespace coffeeauth::new_device::contract
