// Factors, recovery codes and devices, in memory.

#include <algorithm>
#include <vector>

#include "coffeeauth/second_factor/memory.hpp"
#include "features/second_factor/memory/memory_rows.hpp"

namespace coffeeauth::second_factor {
namespace {

bool is_shown(const Factor& factor, UtcTime now) {
  return factor.confirmed_at || factor.pending_until > now;
}

class MemoryFactorStore final : public FactorStore {
 public:
  explicit MemoryFactorStore(Store& store) {
    // Shared, since the store keeps the function for as long as it lives.
    memory::on_user_deleted(store, [tables = tables_](Transaction& tx, const UserId& user) {
      MemoryFactors{*tables, tx}.erase_user(user);
    });
  }

  std::unique_ptr<Factors> in(Transaction& transaction) override {
    // Throws for a transaction of another kind.
    memory::on_rollback(transaction, [tables = tables_] {});
    return std::make_unique<MemoryFactors>(*tables_, transaction);
  }

 private:
  std::shared_ptr<Tables> tables_ = std::make_shared<Tables>();
};

}  // namespace

Factor* MemoryFactors::factor_of(const UserId& user, const FactorId& id) {
  const auto row = all_.factors.find(id);
  return row != all_.factors.end() && row->second.user == user ? &row->second : nullptr;
}

Factor* MemoryFactors::confirmed_to_change(const UserId& user, const FactorId& id) {
  auto* const factor = factor_of(user, id);
  if (factor == nullptr || !factor->confirmed_at) return nullptr;
  memory::keep(tx_, all_.factors, id);
  return factor;
}

AddOutcome MemoryFactors::add_factor(const Factor& factor, std::size_t max) {
  std::size_t confirmed = 0;
  for (const auto& [id, other] : all_.factors) {
    const bool counts = other.user == factor.user && other.kind == factor.kind;
    confirmed += counts && other.confirmed_at ? 1 : 0;
  }
  if (confirmed >= max) return AddOutcome::full;
  memory::erase_if(tx_, all_.factors, [&](const Factor& other) {
    return other.user == factor.user && other.kind == factor.kind && !other.confirmed_at;
  });
  memory::keep(tx_, all_.factors, factor.id);
  auto& added = all_.factors[factor.id];
  added = factor;
  added.confirmed_at.reset();
  added.last_used_at.reset();
  return AddOutcome::added;
}

bool MemoryFactors::confirm_factor(const UserId& user, const FactorId& id, std::int64_t step,
                                   UtcTime now) {
  auto* const factor = factor_of(user, id);
  if (factor == nullptr || factor->confirmed_at || factor->pending_until <= now) return false;
  memory::keep(tx_, all_.factors, id);
  factor->confirmed_at = now;
  factor->last_step = step;
  return true;
}

bool MemoryFactors::accept_step(const UserId& user, const FactorId& id, std::int64_t step,
                                UtcTime now) {
  auto* const factor = confirmed_to_change(user, id);
  if (factor == nullptr || factor->last_step >= step) return false;
  factor->last_step = step;
  factor->last_used_at = now;
  return true;
}

bool MemoryFactors::mark_used(const UserId& user, const FactorId& id, UtcTime now) {
  auto* const factor = confirmed_to_change(user, id);
  if (factor == nullptr) return false;
  factor->last_used_at = now;
  return true;
}

std::vector<Factor> MemoryFactors::list_factors(const UserId& user, UtcTime now) {
  std::vector<Factor> listed;
  for (const auto& [id, factor] : all_.factors) {
    if (factor.user == user && is_shown(factor, now)) listed.push_back(factor);
  }
  return listed;
}

std::optional<Factor> MemoryFactors::find_factor(const UserId& user, const FactorId& id,
                                                 UtcTime now) {
  const auto* const factor = factor_of(user, id);
  if (factor == nullptr || !is_shown(*factor, now)) return std::nullopt;
  return *factor;
}

bool MemoryFactors::rename_factor(const UserId& user, const FactorId& id, std::string_view label) {
  auto* const factor = factor_of(user, id);
  if (factor == nullptr) return false;
  memory::keep(tx_, all_.factors, id);
  factor->label = label;
  return true;
}

bool MemoryFactors::remove_factor(const UserId& user, const FactorId& id) {
  if (factor_of(user, id) == nullptr) return false;
  memory::erase(tx_, all_.factors, id);
  return true;
}

std::size_t MemoryFactors::remove_factors(const UserId& user, UtcTime since) {
  memory::erase_if(tx_, all_.factors,
                   [&](const Factor& f) { return f.user == user && !f.confirmed_at; });
  return memory::erase_if(tx_, all_.factors, [&](const Factor& f) {
    return f.user == user && *f.confirmed_at >= since;
  });
}

std::vector<SealedFactor> MemoryFactors::list_sealed(const FactorId& after, std::size_t limit) {
  std::vector<SealedFactor> listed;
  for (auto row = all_.factors.upper_bound(after);
       row != all_.factors.end() && listed.size() < limit; ++row) {
    const auto& factor = row->second;
    listed.push_back({.id = factor.id,
                      .user = factor.user,
                      .kind = factor.kind,
                      .sealed_secret = factor.sealed_secret});
  }
  return listed;
}

bool MemoryFactors::reseal(const FactorId& id, const std::string& from, const std::string& to) {
  const auto row = all_.factors.find(id);
  if (row == all_.factors.end() || row->second.sealed_secret != from) return false;
  memory::keep(tx_, all_.factors, id);
  row->second.sealed_secret = to;
  return true;
}

void MemoryFactors::replace_recovery_codes(const UserId& user,
                                           const std::vector<FeatureDigest>& digests, UtcTime now) {
  memory::keep(tx_, all_.recovery_codes, user);
  auto& codes = all_.recovery_codes[user];
  codes = {.digests = {}, .created_at = now};
  for (const auto& digest : digests) codes.digests.insert(to_hex(digest.bytes()));
}

std::size_t MemoryFactors::drop_recovery_codes(const UserId& user, UtcTime since) {
  const auto codes = all_.recovery_codes.find(user);
  if (codes == all_.recovery_codes.end() || codes->second.created_at < since) return 0;
  const auto dropped = codes->second.digests.size();
  memory::erase(tx_, all_.recovery_codes, user);
  return dropped;
}

std::optional<std::size_t> MemoryFactors::spend_recovery_code(
    const UserId& user, const std::vector<FeatureDigest>& digests) {
  const auto codes = all_.recovery_codes.find(user);
  if (codes == all_.recovery_codes.end()) return std::nullopt;
  for (const auto& digest : digests) {
    const auto key = to_hex(digest.bytes());
    if (!codes->second.digests.contains(key)) continue;
    memory::keep(tx_, all_.recovery_codes, user);
    codes->second.digests.erase(key);
    return codes->second.digests.size();
  }
  return std::nullopt;
}

std::size_t MemoryFactors::count_recovery_codes(const UserId& user) {
  const auto codes = all_.recovery_codes.find(user);
  return codes == all_.recovery_codes.end() ? 0 : codes->second.digests.size();
}

void MemoryFactors::trust(const Device& device, std::size_t max) {
  memory::keep(tx_, all_.devices, device.id);
  all_.devices.insert_or_assign(device.id, device);
  std::vector<std::pair<UtcTime, DeviceId>> others;
  for (const auto& [id, other] : all_.devices) {
    if (other.user == device.user && id != device.id) others.emplace_back(other.created_at, id);
  }
  std::sort(others.begin(), others.end());
  for (std::size_t i = 0; i + max <= others.size(); ++i)
    memory::erase(tx_, all_.devices, others[i].second);
}

bool MemoryFactors::use_device(const UserId& user, const std::vector<FeatureDigest>& digests,
                               std::int64_t security_version, UtcTime now) {
  for (auto& [id, device] : all_.devices) {
    const bool is_it = device.user == user && device.security_version == security_version &&
                       device.expires_at > now &&
                       std::find(digests.begin(), digests.end(), device.digest) != digests.end();
    if (!is_it) continue;
    memory::keep(tx_, all_.devices, id);
    device.last_used_at = now;
    return true;
  }
  return false;
}

std::vector<Device> MemoryFactors::list_devices(const UserId& user, std::int64_t security_version,
                                                UtcTime now) {
  std::vector<Device> listed;
  for (const auto& [id, device] : all_.devices) {
    if (device.user == user && device.security_version == security_version &&
        device.expires_at > now) {
      listed.push_back(device);
    }
  }
  std::sort(listed.begin(), listed.end(), [](const Device& a, const Device& b) {
    return std::pair{b.created_at, b.id} < std::pair{a.created_at, a.id};
  });
  return listed;
}

bool MemoryFactors::forget_device(const UserId& user, const DeviceId& id) {
  const auto row = all_.devices.find(id);
  if (row == all_.devices.end() || row->second.user != user) return false;
  memory::erase(tx_, all_.devices, id);
  return true;
}

std::size_t MemoryFactors::forget_devices(const UserId& user) {
  return memory::erase_if(tx_, all_.devices,
                          [&](const Device& device) { return device.user == user; });
}

LiveRows MemoryFactors::count_live(UtcTime now) {
  const auto count = [&](const auto& rows, auto&& end_of) {
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const auto& one) { return end_of(one.second) > now; }));
  };
  return {
      .tickets = count(all_.tickets, [](const TicketRow& row) { return row.ticket.expires_at; }),
      .devices = count(all_.devices, [](const Device& device) { return device.expires_at; })};
}

std::size_t MemoryFactors::delete_expired(std::size_t limit, UtcTime now) {
  auto over = memory::erase_if(
      tx_, all_.tickets, [&](const TicketRow& row) { return row.ticket.expires_at <= now; }, limit);
  over += memory::erase_if(
      tx_, all_.factors, [&](const Factor& f) { return !f.confirmed_at && f.pending_until <= now; },
      limit - over);
  over += memory::erase_if(
      tx_, all_.devices, [&](const Device& device) { return device.expires_at <= now; },
      limit - over);
  return over;
}

void MemoryFactors::erase_user(const UserId& user) {
  drop_tickets(user);
  unlock(user);
  memory::erase(tx_, all_.accounts, user);
  remove_factors(user, UtcTime::min());
  memory::erase(tx_, all_.recovery_codes, user);
  forget_devices(user);
}

std::unique_ptr<FactorStore> make_memory_factors(Store& store) {
  return std::make_unique<MemoryFactorStore>(store);
}

}  // namespace coffeeauth::second_factor
