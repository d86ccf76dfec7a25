#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "coffeeauth/memory/rooms.hpp"
#include "coffeeauth/new_device/memory.hpp"

namespace coffeeauth::new_device {
namespace {

using namespace std::chrono_literals;

/// Notices, in the day that began with the first of them.
struct Account {
  UtcTime day_began_at{};
  std::size_t in_day = 0;
};

/// Of a user, by the device's digest.
using DeviceKey = std::pair<std::string, std::string>;

/// Everything, under the lock of the memory store.
struct Tables {
  std::map<std::string, Account> accounts;
  std::map<DeviceKey, UtcTime> last_seen;
};

class MemoryDevices final : public Devices {
 public:
  MemoryDevices(Tables& tables, Transaction& transaction) : all_(tables), tx_(transaction) {}

  Sighting see(const UserId& user, const std::vector<FeatureDigest>& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    const auto key = [&](const FeatureDigest& digest) {
      return DeviceKey{user.str(), to_hex(digest.bytes())};
    };
    const bool is_known = std::any_of(digests.begin(), digests.end(), [&](const auto& digest) {
      const auto row = all_.last_seen.find(key(digest));
      return row != all_.last_seen.end() && row->second > now - options.lifetime;
    });
    const bool has_none = !all_.accounts.contains(user.str());
    if (has_none) {
      memory::keep(tx_, all_.accounts, user.str());
      all_.accounts.emplace(user.str(), Account{});
    }
    const bool is_first = has_none && first == FirstDevice::accepted;
    if (!is_known && !is_first && !take_notice(user, options, now)) return Sighting::paced;
    remember(key(digests.front()), options.devices, now);
    if (is_known) return Sighting::known;
    return is_first ? Sighting::first : Sighting::fresh;
  }

  void forget(const UserId& user) override {
    for (const auto& key : devices_of(user.str())) memory::erase(tx_, all_.last_seen, key);
  }

  std::size_t delete_unseen(UtcTime cutoff, std::size_t limit) override {
    return memory::erase_if(
        tx_, all_.last_seen, [&](UtcTime seen) { return seen <= cutoff; }, limit);
  }

  /// Everything of a user who is deleted.
  void erase_user(const UserId& user) {
    memory::erase(tx_, all_.accounts, user.str());
    forget(user);
  }

 private:
  bool take_notice(const UserId& user, const NewDeviceOptions& options, UtcTime now) {
    auto next = all_.accounts.at(user.str());
    if (now >= next.day_began_at + 24h) next = {.day_began_at = now};
    if (next.in_day >= options.notices_per_day) return false;
    ++next.in_day;
    memory::keep(tx_, all_.accounts, user.str());
    all_.accounts.insert_or_assign(user.str(), next);
    return true;
  }

  void remember(const DeviceKey& seen, std::size_t most, UtcTime now) {
    memory::keep(tx_, all_.last_seen, seen);
    all_.last_seen.insert_or_assign(seen, now);
    auto devices = devices_of(seen.first);
    std::sort(devices.begin(), devices.end(), [&](const DeviceKey& a, const DeviceKey& b) {
      // This one first, then those seen last.
      if ((a == seen) != (b == seen)) return a == seen;
      const auto& when = all_.last_seen;
      return std::pair{when.at(b), a} < std::pair{when.at(a), b};
    });
    for (auto at = most; at < devices.size(); ++at) {
      memory::erase(tx_, all_.last_seen, devices[at]);
    }
  }

  [[nodiscard]] std::vector<DeviceKey> devices_of(const std::string& user) const {
    std::vector<DeviceKey> keys;
    for (auto row = all_.last_seen.lower_bound({user, {}});
         row != all_.last_seen.end() && row->first.first == user; ++row) {
      keys.push_back(row->first);
    }
    return keys;
  }

  Tables& all_;
  Transaction& tx_;
};

class MemoryDeviceStore final : public DeviceStore {
 public:
  explicit MemoryDeviceStore(Store& store) {
    // Shared, since the store keeps the function for as long as it lives.
    memory::on_user_deleted(store, [tables = tables_](Transaction& tx, const UserId& user) {
      MemoryDevices{*tables, tx}.erase_user(user);
    });
  }

  std::unique_ptr<Devices> in(Transaction& transaction) override {
    // Throws for a transaction of another kind.
    memory::on_rollback(transaction, [tables = tables_] {});
    return std::make_unique<MemoryDevices>(*tables_, transaction);
  }

 private:
  std::shared_ptr<Tables> tables_ = std::make_shared<Tables>();
};

}  // namespace

std::unique_ptr<DeviceStore> make_memory_devices(Store& store) {
  return std::make_unique<MemoryDeviceStore>(store);
}

}  // namespace coffeeauth::new_device
