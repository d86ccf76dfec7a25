#include "adapters/sql/src/sessions.hpp"

#include "adapters/sql/src/user_rows.hpp"

namespace coffeeauth::sql {
namespace {

constexpr std::string_view session_columns =
    "s.id, s.user_id, s.created_at, s.last_used_at, s.idle_expires_at, s.expires_at, s.address, "
    "s.user_agent";
constexpr std::string_view session_kinds = "ttnnnntt";
constexpr std::size_t session_column_count = session_kinds.size();
const std::string live_kinds = std::string(session_kinds) + std::string(user_kinds);

const std::string select_live = "SELECT " + std::string(session_columns) + ", " +
                                user_columns("u.") + " FROM sessions s JOIN users u ON " +
                                "u.id = s.user_id WHERE s.id = $1 AND s.ends_at > $2";
const Sql find_live_sql{.text = select_live, .columns = live_kinds};
const Sql list_sql{.text = "SELECT " + std::string(session_columns) + R"( FROM sessions s
  WHERE s.user_id = $1 AND s.ends_at > $2 ORDER BY s.last_used_at DESC, s.id DESC)",
                   .columns = std::string(session_kinds)};

// The user's row first: who is disabling the account at this moment comes before or after it.
const Sql note_login_sql{.text = R"(
  UPDATE users SET last_login = $1, version = version + 1
  WHERE id = $2 AND is_active = 1 AND is_verified = 1 AND security_version = $3
  RETURNING 1)",
                         .columns = "n"};
const Sql open_sql{.text = R"(
  INSERT INTO sessions (id, user_id, created_at, last_used_at, idle_expires_at, expires_at, address,
                        user_agent, current_digest)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))"};

// Spends the token and makes the next one current: of many at once, one finds its token current.
const Sql rotate_sql{.text = R"(
  UPDATE sessions
  SET previous_digest = current_digest, current_digest = $1, sealed_successor = $2,
      rotated_at = $3, last_used_at = $3,
      idle_expires_at = CASE WHEN $4 < expires_at THEN $4 ELSE expires_at END
  WHERE id = $5 AND current_digest = $6 AND ends_at > $3
    AND EXISTS (SELECT 1 FROM users u
                WHERE u.id = sessions.user_id AND u.is_active = 1 AND u.is_verified = 1)
  RETURNING 1)",
                     .columns = "n"};
const Sql spent_sql{.text =
                        "SELECT previous_digest, rotated_at, sealed_successor FROM sessions "
                        "WHERE id = $1",
                    .columns = "tnb"};

const Sql end_sql{.text = "DELETE FROM sessions WHERE id = $1 RETURNING 1", .columns = "n"};
const Sql end_owned_sql{.text = "DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING 1",
                        .columns = "n"};
const Sql end_all_sql{.text = "DELETE FROM sessions WHERE user_id = $1 RETURNING 1",
                      .columns = "n"};
const Sql end_others_sql{.text = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING 1",
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
  };
}

LiveSession read_live(const Row& row) {
  return {read_session(row), read_user(row, session_column_count)};
}

// The session and its user, the session's row held. Not the user's: who changes the user holds that
// row first and the sessions' after, and two who lock in opposite orders would wait for each other.
std::optional<LiveSession> hold_live(Connection& connection, const SessionId& id, UtcTime now) {
  const auto& dialect = connection.dialect();
  const std::string of_session = dialect.of_table.empty() ? "" : dialect.of_table + "s";
  const Sql sql{.text = select_live + dialect.for_update + of_session, .columns = live_kinds};
  const auto row = connection.query_one(sql, id, now);
  if (!row) return std::nullopt;
  return read_live(*row);
}

bool was_just_spent(const Row& spent, const Rotation& rotation) {
  return !spent.is_null(0) && spent.digest<RefreshTokenDigest>(0) == rotation.presented &&
         rotation.grace.count() > 0 && rotation.now - spent.time(1) <= rotation.grace;
}

}  // namespace

std::optional<LiveSession> SqlSessionReads::find_live(const SessionId& id, UtcTime now) {
  const auto row = source_.lease()->query_one(find_live_sql, id, now);
  if (!row) return std::nullopt;
  return read_live(*row);
}

std::vector<Session> SqlSessionReads::list_sessions(const UserId& user, UtcTime now) {
  std::vector<Session> sessions;
  for (const auto& row : source_.lease()->query(list_sql, user, now)) {
    sessions.push_back(read_session(row));
  }
  return sessions;
}

OpenSessionOutcome SqlSessionWrites::open_session(const NewSession& opened,
                                                  std::int64_t security_version) {
  const auto connection = source_.lease();
  const auto& session = opened.session;
  if (!connection->any(note_login_sql, session.created_at, session.user_id, security_version)) {
    return OpenSessionOutcome::user_changed;
  }
  connection->query(open_sql, session.id, session.user_id, session.created_at, session.last_used_at,
                    session.idle_expires_at, session.expires_at, session.address,
                    session.user_agent, opened.refresh_digest);
  return OpenSessionOutcome::opened;
}

RotationResult SqlSessionWrites::rotate_refresh(const Rotation& rotation) {
  const auto connection = source_.lease();
  const bool rotated =
      connection->any(rotate_sql, rotation.next, Bytes{rotation.sealed_successor}, rotation.now,
                      rotation.now + rotation.idle_lifetime, rotation.session, rotation.presented);
  auto live = hold_live(*connection, rotation.session, rotation.now);
  if (rotated) return {RotationOutcome::rotated, std::move(live)};
  if (!live || !live->user.is_active || !live->user.is_verified) {
    return {RotationOutcome::missing};
  }
  const auto spent = connection->query_one(spent_sql, rotation.session);
  if (spent && was_just_spent(*spent, rotation)) {
    return {RotationOutcome::replayed, std::move(live), spent->bytes(2)};
  }
  connection->query(end_sql, rotation.session);
  return {RotationOutcome::reused, std::move(live)};
}

bool SqlSessionWrites::end_session(const SessionId& id, const std::optional<UserId>& owner) {
  const auto connection = source_.lease();
  return owner ? connection->any(end_owned_sql, id, *owner) : connection->any(end_sql, id);
}

std::size_t SqlSessionWrites::end_sessions(const UserId& user,
                                           const std::optional<SessionId>& except) {
  const auto connection = source_.lease();
  const auto ended = except ? connection->query(end_others_sql, user, *except)
                            : connection->query(end_all_sql, user);
  return ended.size();
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
