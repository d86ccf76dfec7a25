// Sessions and the rotation of their refresh tokens.

#include <algorithm>
#include <functional>
#include <utility>

#include "parts.hpp"

namespace json_store {

bool is_live(const Session& session, UtcTime now) {
  return now < session.idle_expires_at && now < session.expires_at;
}

std::size_t erase_sessions(Tables& tables, const UserId& user,
                           const std::optional<SessionId>& but) {
  return std::erase_if(tables.sessions, [&](const auto& entry) {
    return entry.second.session.user_id == user && entry.first != but;
  });
}

namespace {

void begin_again_after_a_day(DayCount& day, UtcTime now) {
  if (now - day.since >= std::chrono::hours{24}) day = {.since = now};
}

}  // namespace

std::optional<LiveSession> SessionReadsPart::find_live(const SessionId& id, UtcTime now) {
  const auto tables = source_.look();
  const auto entry = tables->sessions.find(id);
  if (entry == tables->sessions.end() || !is_live(entry->second.session, now)) return std::nullopt;
  const auto& session = entry->second.session;
  return LiveSession{session, tables->users.at(session.user_id).account.user};
}

std::vector<Session> sessions_of(const Tables& tables, const UserId& user) {
  std::vector<Session> found;
  for (const auto& [id, row] : tables.sessions) {
    if (row.session.user_id == user) found.push_back(row.session);
  }
  std::ranges::sort(found, std::ranges::greater{}, [](const Session& each) {
    return std::pair{each.last_used_at, each.id};
  });
  return found;
}

std::vector<Session> SessionReadsPart::list_sessions(const UserId& user, UtcTime now,
                                                     std::size_t limit) {
  auto found = sessions_of(*source_.look(), user);
  std::erase_if(found, [&](const Session& each) { return !is_live(each, now); });
  if (found.size() > limit) found.resize(limit);
  return found;
}

OpenedSession SessionsPart::open_session(const NewSession& session, std::int64_t security_version,
                                         std::size_t max_sessions) {
  auto* row = find_row(work_.tables, session.session.user_id);
  if (row == nullptr) return {};
  auto& user = row->account.user;
  if (!user.is_active || !user.is_verified || user.security_version != security_version) return {};
  const SessionRow opened{.session = session.session, .current = session.refresh_digest};
  if (!work_.tables.sessions.emplace(session.session.id, opened).second) {
    work_.refuse("a session id was used twice");
  }
  user.last_login = session.session.created_at;
  return {OpenSessionOutcome::opened, make_room(session.session, max_sessions)};
}

std::size_t SessionsPart::make_room(const Session& opened, std::size_t max_sessions) {
  auto others = sessions_of(work_.tables, opened.user_id);
  std::erase_if(others, [&](const Session& each) { return each.id == opened.id; });
  std::size_t ended = 0;
  for (; others.size() >= max_sessions; others.pop_back(), ++ended) {
    work_.tables.sessions.erase(others.back().id);
  }
  return ended;
}

bool SessionsPart::put_login_code(const UserId& user, const NewLoginCode& code,
                                  std::size_t max_per_day, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (row == nullptr) return false;
  if (row->login_code && row->login_code->expires_at > now) return false;
  auto& day = code.budget == LoginCodeBudget::password_holders ? row->login_codes_for_password
                                                               : row->login_codes;
  begin_again_after_a_day(day, now);
  if (day.count >= max_per_day) return false;
  ++day.count;
  row->login_code = LoginCode{.digest = code.digest, .expires_at = code.expires_at};
  return true;
}

bool SessionsPart::try_login_code(const UserId& user, const LoginGuess& guess,
                                  const GuessLimits& limits, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (row == nullptr || !row->login_code || row->login_code->expires_at <= now) return false;
  auto& code = *row->login_code;
  auto& day = row->guesses_at_login;
  begin_again_after_a_day(day, now);
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

RotationResult SessionsPart::rotate_refresh(const Rotation& rotation) {
  const auto before = find_live(rotation.session, rotation.now);
  if (!before || !before->user.is_active || !before->user.is_verified) return {};
  auto& row = work_.tables.sessions.at(rotation.session);
  if (row.current == rotation.presented) {
    row.spent = std::exchange(row.current, rotation.next);
    row.spent_at = rotation.now;
    row.sealed_successor = rotation.sealed_successor;
    row.session.last_used_at = rotation.now;
    row.session.idle_expires_at =
        std::min(row.session.expires_at, rotation.now + rotation.idle_lifetime);
    return {RotationOutcome::rotated, LiveSession{row.session, before->user}};
  }
  const bool has_grace =
      rotation.grace.count() > 0 && rotation.now - row.spent_at <= rotation.grace;
  if (row.spent == rotation.presented && has_grace) {
    return {RotationOutcome::replayed, before, row.sealed_successor};
  }
  work_.tables.sessions.erase(rotation.session);
  return {RotationOutcome::reused, before};
}

SessionRow* SessionsPart::find_live_row(const SessionId& id, UtcTime now) {
  const auto entry = work_.tables.sessions.find(id);
  if (entry == work_.tables.sessions.end() || !is_live(entry->second.session, now)) return nullptr;
  return &entry->second;
}

bool SessionsPart::mark_authenticated(const SessionId& id, const std::string& methods,
                                      UtcTime now) {
  auto* const row = find_live_row(id, now);
  if (row == nullptr) return false;
  // A later proof stays.
  if (now < row->session.authenticated_at) return true;
  row->session.authenticated_at = now;
  row->session.methods = methods;
  return true;
}

bool SessionsPart::replace_refresh(const SessionId& id, const RefreshTokenDigest& next,
                                   std::chrono::milliseconds idle_lifetime, UtcTime now) {
  auto* const row = find_live_row(id, now);
  if (row == nullptr) return false;
  row->current = next;
  row->spent.reset();
  row->sealed_successor.clear();
  row->session.last_used_at = now;
  row->session.idle_expires_at = std::min(row->session.expires_at, now + idle_lifetime);
  return true;
}

bool SessionsPart::end_session(const SessionId& id, const std::optional<UserId>& owner) {
  const auto entry = work_.tables.sessions.find(id);
  if (entry == work_.tables.sessions.end()) return false;
  if (owner && entry->second.session.user_id != *owner) return false;
  work_.tables.sessions.erase(entry);
  return true;
}

std::size_t SessionsPart::end_sessions(const UserId& user, const std::optional<SessionId>& except) {
  return erase_sessions(work_.tables, user, except);
}

std::size_t SessionsPart::delete_expired_sessions(UtcTime now, std::size_t limit) {
  return std::erase_if(work_.tables.sessions, [&](const auto& entry) {
    if (limit == 0 || is_live(entry.second.session, now)) return false;
    --limit;
    return true;
  });
}

}  // namespace json_store
