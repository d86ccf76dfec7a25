#include "adapters/memory/src/sessions.hpp"

#include <algorithm>
#include <tuple>

namespace coffeeauth::memory {
namespace {

bool is_live(const Session& session, UtcTime now) noexcept {
  return now < std::min(session.idle_expires_at, session.expires_at);
}

bool may_log_in(const User& user) noexcept { return user.is_active && user.is_verified; }

/// The last used first.
std::vector<Session> sessions_of(const Database& database, const UserId& user) {
  std::vector<Session> sessions;
  for (auto entry = database.sessions_by_user.lower_bound({user, SessionId{}});
       entry != database.sessions_by_user.end() && entry->first.first == user; ++entry) {
    sessions.push_back(database.sessions.at(entry->first.second).session);
  }
  std::sort(sessions.begin(), sessions.end(), [](const Session& a, const Session& b) {
    return std::tie(a.last_used_at, a.id) > std::tie(b.last_used_at, b.id);
  });
  return sessions;
}

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

std::vector<Session> MemorySessionReads::list_sessions(const UserId& user, UtcTime now,
                                                       std::size_t limit) {
  const Lock lock{database_.mutex};
  auto sessions = sessions_of(database_, user);
  std::erase_if(sessions, [&](const Session& session) { return !is_live(session, now); });
  if (sessions.size() > limit) sessions.resize(limit);
  return sessions;
}

std::size_t MemorySessionWrites::make_room(const Session& opened, std::size_t max_sessions) {
  auto others = sessions_of(database_, opened.user_id);
  std::erase_if(others, [&](const Session& session) { return session.id == opened.id; });
  std::size_t ended = 0;
  for (; others.size() >= max_sessions; others.pop_back(), ++ended) {
    end_session(others.back().id, std::nullopt);
  }
  return ended;
}

OpenedSession MemorySessionWrites::open_session(const NewSession& opened,
                                                std::int64_t security_version,
                                                std::size_t max_sessions) {
  const auto& session = opened.session;
  auto* row = hold_user(unit_, session.user_id);
  if (row == nullptr) return {};
  auto& user = row->credentials.user;
  if (!may_log_in(user) || user.security_version != security_version) return {};
  if (database_.sessions.contains(session.id)) {
    refuse(unit_, "a session id was used twice");
  }
  user.last_login = session.created_at;
  unit_.undo.keep(database_.sessions, session.id);
  unit_.undo.keep(database_.sessions_by_user, {session.user_id, session.id});
  database_.sessions.emplace(session.id,
                             SessionRow{.session = session, .current = opened.refresh_digest});
  database_.sessions_by_user.emplace(std::pair{session.user_id, session.id}, std::monostate{});
  return {OpenSessionOutcome::opened, make_room(session, max_sessions)};
}

bool MemorySessionWrites::put_login_code(const UserId& user, const NewLoginCode& code,
                                         std::size_t max_per_day, UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr) return false;
  if (row->login_code && row->login_code->expires_at > now) return false;
  auto& day = row->login_codes.at(static_cast<std::size_t>(code.budget));
  if (day.started_at <= now - std::chrono::hours{24}) day = {.started_at = now};
  if (day.count >= max_per_day) return false;
  ++day.count;
  row->login_code = LoginCode{.digest = code.digest, .expires_at = code.expires_at};
  return true;
}

bool MemorySessionWrites::try_login_code(const UserId& user, const LoginGuess& guess,
                                         const GuessLimits& limits, UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr || !row->login_code || row->login_code->expires_at <= now) return false;
  auto& code = *row->login_code;
  auto& day = row->login_guesses;
  if (day.started_at <= now - std::chrono::hours{24}) day = {.started_at = now};
  if (code.attempts >= limits.per_code || day.count >= limits.per_day) return false;
  const bool is_code = code.digest == guess.digest;
  if (is_code || guess.password_is_right) {
    ++code.attempts;
    ++day.count;
  }
  if (!is_code || !guess.password_is_right) return false;
  row->login_code.reset();
  return true;
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

SessionRow* MemorySessionWrites::hold_live(const SessionId& id, UtcTime now) {
  const auto row = database_.sessions.find(id);
  if (row == database_.sessions.end() || !is_live(row->second.session, now)) return nullptr;
  unit_.undo.keep(database_.sessions, id);
  return &row->second;
}

bool MemorySessionWrites::mark_authenticated(const SessionId& id, const std::string& methods,
                                             UtcTime now) {
  auto* const row = hold_live(id, now);
  if (row == nullptr) return false;
  // A later proof stays.
  if (now < row->session.authenticated_at) return true;
  row->session.authenticated_at = now;
  row->session.methods = methods;
  return true;
}

bool MemorySessionWrites::replace_refresh(const SessionId& id, const RefreshTokenDigest& next,
                                          std::chrono::milliseconds idle_lifetime, UtcTime now) {
  auto* const row = hold_live(id, now);
  if (row == nullptr) return false;
  row->current = next;
  row->previous.reset();
  row->sealed_successor.clear();
  row->session.last_used_at = now;
  row->session.idle_expires_at = std::min(now + idle_lifetime, row->session.expires_at);
  return true;
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
