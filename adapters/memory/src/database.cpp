#include "adapters/memory/src/database.hpp"

#include <stdexcept>

namespace coffeeauth::memory {

void refuse(Unit& unit, const char* why) {
  unit.broken = true;
  throw std::logic_error(why);
}

std::size_t erase_sessions(Unit& unit, const UserId& user, const std::optional<SessionId>& except) {
  auto& db = unit.database;
  std::vector<SessionId> ended;
  for (auto entry = db.sessions_by_user.lower_bound({user, SessionId{}});
       entry != db.sessions_by_user.end() && entry->first.first == user; ++entry) {
    if (entry->first.second != except) ended.push_back(entry->first.second);
  }
  for (const auto& id : ended) {
    unit.undo.keep(db.sessions, id);
    unit.undo.keep(db.sessions_by_user, {user, id});
    db.sessions.erase(id);
    db.sessions_by_user.erase({user, id});
  }
  return ended.size();
}

void erase_user(Unit& unit, const UserId& user) {
  auto* row = hold_user(unit, user);
  if (row == nullptr) return;
  auto& db = unit.database;
  const auto address = row->credentials.user.email.canonical();
  for (const auto& erase : db.cascades) erase(unit.transaction, user);
  erase_sessions(unit, user, std::nullopt);
  unit.undo.keep(db.users_by_email, address);
  db.users_by_email.erase(address);
  db.users.erase(user);
}

PendingSignUp pending_of(const NewUser& candidate) {
  return {candidate.password_hash, candidate.email, candidate.first_name, candidate.last_name,
          candidate.language};
}

void drop_codes(UserRow& row) {
  row.code.reset();
  row.older_code.reset();
}

void drop_sign_ups(UserRow& row) {
  row.pending.clear();
  row.contested = false;
  drop_codes(row);
}

void write_patched(Unit& unit, const PatchedUser& patched) {
  if (!patched.changed) return;
  auto& db = unit.database;
  const auto& user = patched.after.user;
  auto* row = hold_user(unit, user.id);
  const auto old_address = row->credentials.user.email.canonical();
  if (old_address != user.email.canonical()) {
    unit.undo.keep(db.users_by_email, old_address);
    unit.undo.keep(db.users_by_email, user.email.canonical());
    db.users_by_email.erase(old_address);
    db.users_by_email.emplace(user.email.canonical(), user.id);
  }
  row->credentials = patched.after;
  if (patched.ends_sessions) erase_sessions(unit, user.id, patched.kept_session);
}

std::optional<User> insert_user(Unit& unit, const NewUser& candidate, bool is_verified) {
  auto& db = unit.database;
  if (db.users_by_email.contains(candidate.email.canonical())) return std::nullopt;
  if (db.users.contains(candidate.id)) refuse(unit, "a user id was used twice");
  const User user{.id = candidate.id,
                  .email = candidate.email,
                  .first_name = candidate.first_name,
                  .last_name = candidate.last_name,
                  .language = candidate.language,
                  .role = candidate.role,
                  .is_verified = is_verified,
                  .date_joined = candidate.now};
  unit.undo.keep(db.users, user.id);
  unit.undo.keep(db.users_by_email, user.email.canonical());
  UserRow row{.credentials = {user, {}}, .unverified_since = candidate.now};
  row.contested = candidate.password_hash.empty();
  if (is_verified) {
    row.credentials.password_hash = candidate.password_hash;
  } else if (!candidate.password_hash.empty()) {
    row.pending.push_back(pending_of(candidate));
  }
  db.users.emplace(user.id, std::move(row));
  db.users_by_email.emplace(user.email.canonical(), user.id);
  return user;
}

UserRow* hold_user(Unit& unit, const UserId& user) {
  const auto row = unit.database.users.find(user);
  if (row == unit.database.users.end()) return nullptr;
  unit.undo.keep(unit.database.users, user);
  return &row->second;
}

}  // namespace coffeeauth::memory
