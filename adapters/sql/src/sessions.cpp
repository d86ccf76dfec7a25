#include "adapters/sql/src/sessions.hpp"

#include <algorithm>

#include "adapters/sql/src/user_rows.hpp"

namespace coffeeauth::sql {
namespace {

constexpr std::string_view session_columns =
    "s.id, s.user_id, s.created_at, s.last_used_at, s.idle_expires_at, s.expires_at, s.address, "
    "s.user_agent, s.authenticated_at, s.methods";
constexpr std::string_view session_kinds = "ttnnnnttnt";
constexpr std::size_t session_column_count = session_kinds.size();
const std::string live_kinds = std::string(session_kinds) + std::string(user_kinds);

// `more` are further columns, behind the session's and its user's.
std::string select_live(std::string_view more = {}) {
  return "SELECT " + std::string(session_columns) + ", " + user_columns("u.") + std::string(more) +
         " FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND s.ends_at > $2";
}
const Sql find_live_sql{.text = select_live(), .columns = live_kinds};
const Sql list_sql{.text = "SELECT " + std::string(session_columns) + R"( FROM sessions s
  WHERE s.user_id = $1 AND s.ends_at > $2 ORDER BY s.last_used_at DESC, s.id DESC LIMIT $3)",
                   .columns = std::string(session_kinds)};

// The user's row first: who is disabling the account at this moment comes before or after it.
const Sql note_login_sql{.text = R"(
  UPDATE users SET last_login = $1
  WHERE id = $2 AND is_active = 1 AND is_verified = 1 AND security_version = $3
  RETURNING 1)",
                         .columns = "n"};
const Sql open_sql{.text = R"(
  INSERT INTO sessions (id, user_id, created_at, last_used_at, idle_expires_at, expires_at, address,
                        user_agent, current_digest, authenticated_at, methods)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))"};

// Whoever logs in at the same moment waited for the user's row, and sees these sessions.
const Sql make_room_sql{.text = R"(
  DELETE FROM sessions WHERE user_id = $1 AND id IN
    (SELECT id FROM sessions WHERE user_id = $1 AND id <> $2
     ORDER BY last_used_at DESC, id DESC LIMIT $3 OFFSET $4)
  RETURNING 1)",
                        .columns = "n"};
// More than anybody has; SQLite knows no OFFSET without a LIMIT.
constexpr std::size_t all_sessions = 1'000'000'000;

// Of a session that is held, see hold_live().
const Sql rotate_sql{.text = R"(
  UPDATE sessions
  SET previous_digest = current_digest, current_digest = $1, sealed_successor = $2,
      rotated_at = $3, last_used_at = $3, idle_expires_at = $4
  WHERE id = $5)"};

// While it lives: one that has ended cannot be made live again. A later proof stays: it may have
// been committed after the caller looked.
const Sql mark_sql{.text = R"(
  UPDATE sessions
  SET authenticated_at = CASE WHEN $1 < authenticated_at THEN authenticated_at ELSE $1 END,
      methods = CASE WHEN $1 < authenticated_at THEN methods ELSE $2 END
  WHERE id = $3 AND ends_at > $1
  RETURNING 1)",
                   .columns = "n"};
const Sql replace_sql{.text = R"(
  UPDATE sessions
  SET previous_digest = NULL, current_digest = $1, sealed_successor = NULL, rotated_at = NULL,
      last_used_at = $2, idle_expires_at = CASE WHEN $3 < expires_at THEN $3 ELSE expires_at END
  WHERE id = $4 AND ends_at > $2
  RETURNING 1)",
                      .columns = "n"};

const Sql end_sql{.text = "DELETE FROM sessions WHERE id = $1 RETURNING 1", .columns = "n"};
const Sql end_owned_sql{.text = "DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING 1",
                        .columns = "n"};

Session read_session(const Row& row) {
  return Session{
      .id = row.id<SessionId>(0),
      .user_id = row.id<UserId>(1),
      .created_at = row.time(2),
      .last_used_at = row.time(3),
      .idle_expires_at = row.time(4),
      .expires_at = row.time(5),
      .address = row.text(6),
      .user_agent = row.text(7),
      .authenticated_at = row.time(8),
      .methods = row.text(9),
  };
}

LiveSession read_live(const Row& row) {
  return {read_session(row), read_user(row, session_column_count)};
}

// What a session knows of its refresh tokens.
struct HeldSession {
  LiveSession live;
  RefreshTokenDigest current;
  std::optional<RefreshTokenDigest> previous;
  std::optional<UtcTime> rotated_at;
  std::string sealed_successor;
};

// The session and its user, the session's row held: of many who present the same token, the next
// one sees what this one made of it. Not the user's: who changes the user holds that row first and
// the sessions' after, and two who lock in opposite orders would wait for each other.
std::optional<HeldSession> hold_live(Connection& connection, const SessionId& id, UtcTime now) {
  const auto& dialect = connection.dialect();
  const std::string of_session = dialect.of_table.empty() ? "" : dialect.of_table + "s";
  const Sql sql{.text = select_live(", s.current_digest, s.previous_digest, s.rotated_at, "
                                    "s.sealed_successor") +
                        dialect.for_update + of_session,
                .columns = live_kinds + "ttnb"};
  const auto row = connection.query_one(sql, id, now);
  if (!row) return std::nullopt;
  const auto tokens = live_kinds.size();
  HeldSession held{.live = read_live(*row),
                   .current = row->digest<RefreshTokenDigest>(tokens),
                   .previous = std::nullopt,
                   .rotated_at = row->optional_time(tokens + 2),
                   .sealed_successor = row->bytes(tokens + 3)};
  if (!row->is_null(tokens + 1)) held.previous = row->digest<RefreshTokenDigest>(tokens + 1);
  return held;
}

bool was_just_spent(const HeldSession& held, const Rotation& rotation) {
  return held.previous == rotation.presented && held.rotated_at && rotation.grace.count() > 0 &&
         rotation.now - *held.rotated_at <= rotation.grace;
}

}  // namespace

std::optional<LiveSession> SqlSessionReads::find_live(const SessionId& id, UtcTime now) {
  const auto row = source_.lease()->query_one(find_live_sql, id, now);
  if (!row) return std::nullopt;
  return read_live(*row);
}

std::vector<Session> SqlSessionReads::list_sessions(const UserId& user, UtcTime now,
                                                    std::size_t limit) {
  std::vector<Session> sessions;
  for (const auto& row : source_.lease()->query(list_sql, user, now, to_limit(limit))) {
    sessions.push_back(read_session(row));
  }
  return sessions;
}

OpenedSession SqlSessionWrites::open_session(const NewSession& opened,
                                             std::int64_t security_version,
                                             std::size_t max_sessions) {
  const auto connection = source_.lease();
  const auto& session = opened.session;
  if (!connection->any(note_login_sql, session.created_at, session.user_id, security_version)) {
    return {};
  }
  put_in_login_order(*connection, session.user_id, session.created_at);
  connection->query(open_sql, session.id, session.user_id, session.created_at, session.last_used_at,
                    session.idle_expires_at, session.expires_at, session.address,
                    session.user_agent, opened.refresh_digest, session.authenticated_at,
                    session.methods);
  const auto ended = connection->query(make_room_sql, session.user_id, session.id,
                                       to_limit(all_sessions), to_limit(max_sessions - 1));
  return {OpenSessionOutcome::opened, ended.size()};
}

RotationResult SqlSessionWrites::rotate_refresh(const Rotation& rotation) {
  const auto connection = source_.lease();
  auto held = hold_live(*connection, rotation.session, rotation.now);
  if (!held || !held->live.user.is_active || !held->live.user.is_verified) {
    return {RotationOutcome::missing};
  }
  auto& session = held->live.session;
  if (held->current == rotation.presented) {
    session.last_used_at = rotation.now;
    session.idle_expires_at = std::min(rotation.now + rotation.idle_lifetime, session.expires_at);
    connection->query(rotate_sql, rotation.next, Bytes{rotation.sealed_successor}, rotation.now,
                      session.idle_expires_at, rotation.session);
    return {RotationOutcome::rotated, std::move(held->live)};
  }
  if (was_just_spent(*held, rotation)) {
    return {RotationOutcome::replayed, std::move(held->live), held->sealed_successor};
  }
  connection->query(end_sql, rotation.session);
  return {RotationOutcome::reused, std::move(held->live)};
}

bool SqlSessionWrites::mark_authenticated(const SessionId& id, const std::string& methods,
                                          UtcTime now) {
  return source_.lease()->any(mark_sql, now, methods, id);
}

bool SqlSessionWrites::replace_refresh(const SessionId& id, const RefreshTokenDigest& next,
                                       std::chrono::milliseconds idle_lifetime, UtcTime now) {
  return source_.lease()->any(replace_sql, next, now, now + idle_lifetime, id);
}

bool SqlSessionWrites::end_session(const SessionId& id, const std::optional<UserId>& owner) {
  const auto connection = source_.lease();
  return owner ? connection->any(end_owned_sql, id, *owner) : connection->any(end_sql, id);
}

std::size_t SqlSessionWrites::end_sessions(const UserId& user,
                                           const std::optional<SessionId>& except) {
  return sql::end_sessions(*source_.lease(), user, except);
}

std::size_t SqlSessionWrites::delete_expired_sessions(UtcTime now, std::size_t limit) {
  const auto connection = source_.lease();
  // Twice, as in every clean-up: a session that is refreshed at this moment must stay.
  const Sql sql{.text = R"(
  WITH ended AS MATERIALIZED (SELECT id FROM sessions WHERE ends_at <= $1
                              ORDER BY ends_at LIMIT $2)" +
                        connection->dialect().for_update_skip_locked + R"()
  DELETE FROM sessions WHERE id IN (SELECT id FROM ended) AND ends_at <= $1
  RETURNING 1)",
                .columns = "n"};
  return connection->query(sql, now, to_limit(limit)).size();
}

}  // namespace coffeeauth::sql
