#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "coffeeauth/memory/rooms.hpp"
#include "coffeeauth/passkeys/memory.hpp"

namespace coffeeauth::passkeys {
namespace {

/// Everything, under the lock of the memory store. Digests and handles are kept as text.
struct Tables {
  std::map<PasskeyId, Passkey> passkeys;
  std::map<std::string, PasskeyId> by_credential;
  std::map<UserId, UserHandle> handles;
  std::map<std::string, UtcTime> spent_challenges;
};

bool has_grown(std::uint32_t seen, std::uint32_t kept) {
  return seen > kept || (seen == 0 && kept == 0);
}

bool tolerates(CounterPolicy policy, const Passkey& passkey) {
  return policy == CounterPolicy::ignore ||
         (policy == CounterPolicy::device_bound && passkey.backup_eligible);
}

class MemoryPasskeys final : public Passkeys {
 public:
  MemoryPasskeys(Tables& tables, Transaction& transaction) : all_(tables), tx_(transaction) {}

  // One transaction at a time.
  void hold(const UserId& /*user*/) override {}

  CreateOutcome create(const Passkey& passkey, std::size_t max) override {
    if (count(passkey.user) >= max) return CreateOutcome::full;
    const auto key = to_hex(passkey.credential_digest.bytes());
    if (all_.by_credential.contains(key)) return CreateOutcome::exists;
    memory::keep(tx_, all_.passkeys, passkey.id);
    memory::keep(tx_, all_.by_credential, key);
    all_.passkeys.insert_or_assign(passkey.id, passkey);
    all_.by_credential.emplace(key, passkey.id);
    return CreateOutcome::created;
  }

  std::optional<Passkey> find(const CredentialDigest& credential) override {
    const auto row = all_.by_credential.find(to_hex(credential.bytes()));
    if (row == all_.by_credential.end()) return std::nullopt;
    return all_.passkeys.at(row->second);
  }

  std::optional<Passkey> find(const UserId& user, const PasskeyId& id) override {
    const auto* const passkey = passkey_of(user, id);
    if (passkey == nullptr) return std::nullopt;
    return *passkey;
  }

  std::vector<Passkey> list(const UserId& user) override {
    std::vector<Passkey> listed;
    for (const auto& [id, passkey] : all_.passkeys) {
      if (passkey.user == user) listed.push_back(passkey);
    }
    return listed;
  }

  std::size_t count(const UserId& user) override {
    return static_cast<std::size_t>(
        std::count_if(all_.passkeys.begin(), all_.passkeys.end(),
                      [&](const auto& row) { return row.second.user == user; }));
  }

  bool rename(const UserId& user, const PasskeyId& id, std::string_view name) override {
    auto* const passkey = passkey_of(user, id);
    if (passkey == nullptr) return false;
    memory::keep(tx_, all_.passkeys, id);
    passkey->name = name;
    return true;
  }

  bool remove(const UserId& user, const PasskeyId& id) override {
    const auto* const passkey = passkey_of(user, id);
    if (passkey == nullptr) return false;
    const auto key = to_hex(passkey->credential_digest.bytes());
    memory::keep(tx_, all_.by_credential, key);
    memory::keep(tx_, all_.passkeys, id);
    all_.by_credential.erase(key);
    all_.passkeys.erase(id);
    return true;
  }

  std::size_t remove_all(const UserId& user, UtcTime since) override {
    std::size_t removed = 0;
    for (const auto& passkey : list(user)) {
      removed += passkey.created_at >= since && remove(user, passkey.id) ? 1 : 0;
    }
    return removed;
  }

  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    const auto row = all_.passkeys.find(id);
    if (row == all_.passkeys.end()) return UseOutcome::gone;
    auto& passkey = row->second;
    const bool grown = has_grown(seen.sign_count, passkey.sign_count);
    if (!grown && !tolerates(policy, passkey)) return UseOutcome::regressed;
    memory::keep(tx_, all_.passkeys, id);
    passkey.sign_count = std::max(passkey.sign_count, seen.sign_count);
    passkey.backed_up = seen.backed_up;
    passkey.last_used_at = now;
    return grown ? UseOutcome::used : UseOutcome::tolerated;
  }

  UserHandle handle_of(const UserId& user, const UserHandle& candidate) override {
    if (const auto handle = find_handle(user)) return *handle;
    memory::keep(tx_, all_.handles, user);
    all_.handles.emplace(user, candidate);
    return candidate;
  }

  std::optional<UserHandle> find_handle(const UserId& user) override {
    const auto row = all_.handles.find(user);
    if (row == all_.handles.end()) return std::nullopt;
    return row->second;
  }

  std::optional<UserId> user_of(const UserHandle& handle) override {
    const auto row = std::find_if(all_.handles.begin(), all_.handles.end(),
                                  [&](const auto& each) { return each.second == handle; });
    if (row == all_.handles.end()) return std::nullopt;
    return row->first;
  }

  bool spend_challenge(const ChallengeDigest& digest, UtcTime expires_at) override {
    const auto key = to_hex(digest.bytes());
    if (all_.spent_challenges.contains(key)) return false;
    memory::keep(tx_, all_.spent_challenges, key);
    all_.spent_challenges.emplace(key, expires_at);
    return true;
  }

  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    std::size_t deleted = 0;
    for (auto row = all_.spent_challenges.begin();
         row != all_.spent_challenges.end() && deleted < limit;) {
      if (row->second > now) {
        ++row;
        continue;
      }
      memory::keep(tx_, all_.spent_challenges, row->first);
      row = all_.spent_challenges.erase(row);
      ++deleted;
    }
    return deleted;
  }

  /// Everything of a user who is deleted.
  void erase_user(const UserId& user) {
    remove_all(user, UtcTime::min());
    memory::keep(tx_, all_.handles, user);
    all_.handles.erase(user);
  }

 private:
  /// The user's passkey; null if there is none.
  Passkey* passkey_of(const UserId& user, const PasskeyId& id) {
    const auto row = all_.passkeys.find(id);
    return row != all_.passkeys.end() && row->second.user == user ? &row->second : nullptr;
  }

  Tables& all_;
  Transaction& tx_;
};

class MemoryPasskeyStore final : public PasskeyStore {
 public:
  explicit MemoryPasskeyStore(Store& store) {
    // Shared, since the store keeps the function for as long as it lives.
    memory::on_user_deleted(store, [tables = tables_](Transaction& tx, const UserId& user) {
      MemoryPasskeys{*tables, tx}.erase_user(user);
    });
  }

  std::unique_ptr<Passkeys> in(Transaction& transaction) override {
    // Throws for a transaction of another kind.
    memory::on_rollback(transaction, [tables = tables_] {});
    return std::make_unique<MemoryPasskeys>(*tables_, transaction);
  }

 private:
  std::shared_ptr<Tables> tables_ = std::make_shared<Tables>();
};

}  // namespace

std::unique_ptr<PasskeyStore> make_memory_passkeys(Store& store) {
  return std::make_unique<MemoryPasskeyStore>(store);
}

}  // namespace coffeeauth::passkeys
