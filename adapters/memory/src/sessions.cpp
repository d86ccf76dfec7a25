#include "adapters/memory/src/sessions.hpp"

#include <algorithm>
#include <tuple>

namespace coffeeauth::memory {
namespace {

bool is_live(const Session& session, UtcTime now) noexcept {
  return now < std::min(session.idle_expires_at, session.expires_at);
}

bool may_log_in(const User& user) noexcept { return user.is_active && user.is_verified; }

void spend(SessionRow& row, const Rotation& rotation) {
  row.previous = row.current;
  row.current = rotation.next;
  row.rotated_at = rotation.now;
  row.sealed_successor = rotation.sealed_successor;
  row.session.last_used_at = rotation.now;
  row.session.idle_expires_at =
      std::min(rotation.now + rotation.idle_lifetime, row.session.expires_at);
}

}  // namespace

std::optional<LiveSession> MemorySessionReads::find_live(const SessionId& id, UtcTime now) {
  const Lock lock{database_.mutex};
  const auto row = database_.sessions.find(id);
  if (row == database_.sessions.end() || !is_live(row->second.session, now)) return std::nullopt;
  const auto& session = row->second.session;
  return LiveSession{session, database_.users.at(session.user_id).credentials.user};
}

std::vector<Session> MemorySessionReads::list_sessions(const UserId& user, UtcTime now) {
  const Lock lock{database_.mutex};
  std::vector<Session> sessions;
  for (auto entry = database_.sessions_by_user.lower_bound({user, SessionId{}});
       entry != database_.sessions_by_user.end() && entry->first.first == user; ++entry) {
    const auto& session = database_.sessions.at(entry->first.second).session;
    if (is_live(session, now)) sessions.push_back(session);
  }
  std::sort(sessions.begin(), sessions.end(), [](const Session& a, const Session& b) {
    return std::tie(a.last_used_at, a.id) > std::tie(b.last_used_at, b.id);
  });
  return sessions;
}

OpenSessionOutcome MemorySessionWrites::open_session(const NewSession& opened,
                                                     std::int64_t security_version) {
  const auto& session = opened.session;
  auto* row = hold_user(unit_, session.user_id);
  if (row == nullptr) return OpenSessionOutcome::user_changed;
  auto& user = row->credentials.user;
  if (!may_log_in(user) || user.security_version != security_version) {
    return OpenSessionOutcome::user_changed;
  }
  if (database_.sessions.contains(session.id)) {
    refuse(unit_, "a session id was used twice");
  }
  user.last_login = session.created_at;
  ++user.version;
  unit_.undo.keep(database_.sessions, session.id);
  unit_.undo.keep(database_.sessions_by_user, {session.user_id, session.id});
  database_.sessions.emplace(session.id,
                             SessionRow{.session = session, .current = opened.refresh_digest});
  database_.sessions_by_user.emplace(std::pair{session.user_id, session.id}, std::monostate{});
  return OpenSessionOutcome::opened;
}

RotationResult MemorySessionWrites::rotate_refresh(const Rotation& rotation) {
  const auto live = find_live(rotation.session, rotation.now);
  if (!live || !may_log_in(live->user)) return {RotationOutcome::missing};
  unit_.undo.keep(database_.sessions, rotation.session);
  auto& row = database_.sessions.at(rotation.session);
  if (row.current == rotation.presented) {
    spend(row, rotation);
    return {RotationOutcome::rotated, LiveSession{row.session, live->user}};
  }
  if (row.previous == rotation.presented && rotation.grace.count() > 0 &&
      rotation.now - row.rotated_at <= rotation.grace) {
    return {RotationOutcome::replayed, live, row.sealed_successor};
  }
  end_session(rotation.session, std::nullopt);
  return {RotationOutcome::reused, live};
}

bool MemorySessionWrites::end_session(const SessionId& id, const std::optional<UserId>& owner) {
  const auto row = database_.sessions.find(id);
  if (row == database_.sessions.end()) return false;
  const auto user = row->second.session.user_id;
  if (owner && *owner != user) return false;
  unit_.undo.keep(database_.sessions, id);
  unit_.undo.keep(database_.sessions_by_user, {user, id});
  database_.sessions.erase(row);
  database_.sessions_by_user.erase({user, id});
  return true;
}

std::size_t MemorySessionWrites::end_sessions(const UserId& user,
                                              const std::optional<SessionId>& except) {
  return erase_sessions(unit_, user, except);
}

std::size_t MemorySessionWrites::delete_expired_sessions(UtcTime now, std::size_t limit) {
  std::vector<SessionId> expired;
  for (const auto& [id, row] : database_.sessions) {
    if (expired.size() == limit) break;
    if (!is_live(row.session, now)) expired.push_back(id);
  }
  for (const auto& id : expired) end_session(id, std::nullopt);
  return expired.size();
}

}  // namespace coffeeauth::memory
