#include "adapters/memory/src/users.hpp"

#include <algorithm>

namespace coffeeauth::memory {
namespace {

// More than anybody logs in from; the oldest are forgotten.
constexpr std::size_t kept_addresses = 50;

bool is_last_admin(const Database& db, const UserId& id) {
  return std::none_of(db.users.begin(), db.users.end(), [&](const auto& entry) {
    return entry.first != id && is_effective_admin(entry.second.credentials);
  });
}

// Whether the address is free, or had by a mere sign-up, which goes then: `gone` says which.
bool make_way(Unit& unit, const EmailAddress& email, std::optional<UserId>& gone) {
  const auto& db = unit.database;
  const auto entry = db.users_by_email.find(email.canonical());
  if (entry == db.users_by_email.end()) return true;
  const auto id = entry->second;
  if (!is_mere_sign_up(db.users.at(id).credentials)) return false;
  erase_user(unit, id);
  gone = id;
  return true;
}

// Why the change must not be made, its address aside, if there is a reason.
std::optional<UserWriteOutcome> objection(const Database& db, const UserRow& row,
                                          const UserPatch& patch, const Credentials& changed) {
  const auto& before = row.credentials.user;
  const auto& after = changed.user;
  const bool rises = after.role == Role::admin && before.role != Role::admin;
  if ((rises || patch.needs_owner) && awaits_owner(changed)) {
    return UserWriteOutcome::unproved;
  }
  if (is_effective_admin(row.credentials) && !is_effective_admin(changed) &&
      is_last_admin(db, before.id)) {
    return UserWriteOutcome::last_admin;
  }
  return std::nullopt;
}

// What hangs on whether the address is proved.
void follow_verification(UserRow& row, const Credentials& before, UtcTime now) {
  const auto& after = row.credentials;
  const bool moved = after.user.email != before.user.email;
  if (moved) drop_sign_ups(row);
  if (awaits_owner(before) && !awaits_owner(after)) {
    drop_codes(row);
    std::erase_if(row.pending, [&](const PendingSignUp& kept) {
      return kept.password_hash == after.password_hash;
    });
  }
  if (!awaits_owner(before) && awaits_owner(after)) {
    drop_sign_ups(row);
    const auto& user = after.user;
    if (!after.password_hash.empty()) {
      row.pending = {
          {after.password_hash, user.email, user.first_name, user.last_name, user.language}};
    }
  }
  // Who signs up next for an account with a past, its role among it, is not whom the code is for.
  const bool lost_trust = before.user.is_verified && !after.user.is_verified;
  if ((moved && awaits_owner(after)) || (lost_trust && after.password_hash.empty())) {
    row.contested = true;
  }
  // Whoever may prove the address from now on has the whole time for it.
  const bool lost_ban = !after.user.is_verified && after.user.is_active && !before.user.is_active;
  if (lost_trust || lost_ban || (moved && !after.user.is_verified)) row.unverified_since = now;
}

}  // namespace

std::optional<User> MemoryUserReads::find(const UserId& id) {
  const Lock lock{database_.mutex};
  const auto row = database_.users.find(id);
  if (row == database_.users.end()) return std::nullopt;
  return row->second.credentials.user;
}

std::optional<Credentials> MemoryUserReads::find_credentials(const UserId& id) {
  const Lock lock{database_.mutex};
  const auto row = database_.users.find(id);
  if (row == database_.users.end()) return std::nullopt;
  return row->second.credentials;
}

std::optional<Credentials> MemoryUserReads::find_credentials(const EmailAddress& email) {
  const Lock lock{database_.mutex};
  const auto entry = database_.users_by_email.find(email.canonical());
  if (entry == database_.users_by_email.end()) return std::nullopt;
  const auto& row = database_.users.at(entry->second);
  auto found = row.credentials;
  for (const auto& kept : row.pending) found.sign_ups.push_back(kept.password_hash);
  return found;
}

bool MemoryUserReads::knows_address(const UserId& user, const AddressDigest& digest) {
  const Lock lock{database_.mutex};
  const auto row = database_.users.find(user);
  if (row == database_.users.end()) return false;
  const auto& known = row->second.addresses;
  return std::any_of(known.begin(), known.end(),
                     [&](const KnownAddress& address) { return address.digest == digest; });
}

UserWrite MemoryUserWrites::create_user(const NewUser& user) {
  if (user.role == Role::admin && (!user.is_verified || user.password_hash.empty())) {
    return {UserWriteOutcome::unproved};
  }
  std::optional<UserId> gone;
  if (user.is_verified && !make_way(unit_, user.email, gone))
    return {UserWriteOutcome::email_taken};
  auto written = insert_user(unit_, user, user.is_verified);
  if (!written) return {UserWriteOutcome::email_taken};
  return {UserWriteOutcome::written, std::move(written), true, gone};
}

UserWrite MemoryUserWrites::create_or_take_over(const NewUser& user) {
  const auto entry = database_.users_by_email.find(user.email.canonical());
  if (entry == database_.users_by_email.end()) {
    return {UserWriteOutcome::written, insert_user(unit_, user, true)};
  }
  auto& row = *hold_user(unit_, entry->second);
  if (!awaits_owner(row.credentials)) return {UserWriteOutcome::email_taken};
  const auto before = row.credentials.user;
  const auto patched = apply_patch(row.credentials, taking_over(user));
  write_patched(unit_, patched);
  drop_sign_ups(row);
  return {UserWriteOutcome::written, patched.after.user, true, {}, before};
}

UserWrite MemoryUserWrites::update_user(const UserId& id,
                                        std::optional<std::int64_t> expected_version,
                                        const UserPatch& patch, UtcTime now) {
  auto* row = hold_user(unit_, id);
  if (row == nullptr) return {UserWriteOutcome::not_found};
  const auto before = row->credentials;
  if (expected_version && *expected_version != before.user.version) {
    return {UserWriteOutcome::version_conflict};
  }
  if (!is_as_expected(before, patch)) return {UserWriteOutcome::version_conflict};
  const auto patched = apply_patch(row->credentials, patch);
  if (const auto reason = objection(database_, *row, patch, patched.after)) return {*reason};
  const auto& email = patched.after.user.email;
  std::optional<UserId> gone;
  if (email != before.user.email && !make_way(unit_, email, gone)) {
    return {UserWriteOutcome::email_taken};
  }
  write_patched(unit_, patched);
  follow_verification(*row, before, now);
  return {UserWriteOutcome::written, patched.after.user, patched.changed, gone, before.user};
}

UserWriteOutcome MemoryUserWrites::delete_user(const UserId& id,
                                               std::optional<std::int64_t> expected_version) {
  const auto row = database_.users.find(id);
  if (row == database_.users.end()) return UserWriteOutcome::not_found;
  const auto& account = row->second.credentials;
  if (expected_version && *expected_version != account.user.version) {
    return UserWriteOutcome::version_conflict;
  }
  if (is_effective_admin(account) && is_last_admin(database_, id)) {
    return UserWriteOutcome::last_admin;
  }
  erase_user(unit_, id);
  return UserWriteOutcome::written;
}

bool MemoryUserWrites::renew_password_hash(const UserId& id, const PasswordHash& old_hash,
                                           const PasswordHash& new_hash) {
  auto* row = hold_user(unit_, id);
  if (row == nullptr || !row->pending.empty()) return false;
  if (!(row->credentials.password_hash == old_hash)) return false;
  row->credentials.password_hash = new_hash;
  return true;
}

std::size_t MemoryUserWrites::delete_unverified_before(UtcTime cutoff, std::size_t limit) {
  std::vector<UserId> late;
  for (const auto& [id, row] : database_.users) {
    if (late.size() == limit) break;
    const auto& user = row.credentials.user;
    if (!user.is_verified && user.is_active && row.unverified_since < cutoff) late.push_back(id);
  }
  for (const auto& id : late) erase_user(unit_, id);
  return late.size();
}

void MemoryUserWrites::remember_address(const UserId& user, const AddressDigest& digest,
                                        UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr) return;
  auto& known = row->addresses;
  std::erase_if(known, [&](const KnownAddress& address) { return address.digest == digest; });
  known.push_back({digest, now});
  if (known.size() <= kept_addresses) return;
  known.erase(std::min_element(
      known.begin(), known.end(),
      [](const KnownAddress& a, const KnownAddress& b) { return a.last_seen < b.last_seen; }));
}

}  // namespace coffeeauth::memory
