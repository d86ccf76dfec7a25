#include "adapters/sql/src/user_rows.hpp"

#include <array>

namespace coffeeauth::sql {
namespace {

constexpr std::array<std::string_view, user_column_count> user_column_names{
    "id",          "email_display", "email_canonical", "first_name",      "last_name",
    "language",    "role",          "is_verified",     "is_active",       "second_factor",
    "date_joined", "last_login",    "version",         "security_version"};

const Sql insert_user_sql{.text = R"(
  INSERT INTO users (id, email_canonical, email_display, first_name, last_name, language, role,
                     is_verified, is_active, date_joined, unverified_since, password_hash, version,
                     security_version, search_text)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10, 1, 1, $11)
  ON CONFLICT (email_canonical) DO NOTHING
  RETURNING )" + user_columns(),
                          .columns = std::string(user_kinds)};
const Sql login_order_sql{.text = R"(
  INSERT INTO last_logins (user_id, login_key) VALUES ($1, $2)
  ON CONFLICT (user_id) DO UPDATE SET login_key = excluded.login_key)"};
const Sql write_user_sql{.text = R"(
  UPDATE users SET email_canonical = $1, email_display = $2, first_name = $3, last_name = $4,
                   language = $5, role = $6, is_verified = $7, is_active = $8, second_factor = $9,
                   password_hash = $10, version = $11, security_version = $12, search_text = $13
  WHERE id = $14)"};
const Sql end_all_sql{.text = "DELETE FROM sessions WHERE user_id = $1 RETURNING 1",
                      .columns = "n"};
const Sql end_others_sql{.text = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING 1",
                         .columns = "n"};
const Sql drop_pending_sql{.text = "DELETE FROM pending_sign_ups WHERE user_id = $1"};
const Sql drop_one_pending_sql{
    .text = "DELETE FROM pending_sign_ups WHERE user_id = $1 AND password_hash = $2"};
const Sql drop_codes_sql{.text = R"(
  UPDATE verification_codes
  SET digest = NULL, expires_at = 0, older_digest = NULL, older_expires_at = 0
  WHERE user_id = $1)"};
const Sql put_pending_sql{.text = R"(
  INSERT INTO pending_sign_ups (user_id, password_hash, email_display, first_name, last_name,
                                language, signed_up_at, sign_up_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (user_id, password_hash) DO UPDATE
    SET email_display = excluded.email_display, first_name = excluded.first_name,
        last_name = excluded.last_name, language = excluded.language, signed_up_at = excluded.signed_up_at,
        sign_up_id = excluded.sign_up_id)"};

// A row without a password, beside those that have one. Written anew where it is there: the
// clean-up that would delete it at the same moment has to look at it again.
const Sql mark_contested_sql{.text = R"(
  INSERT INTO pending_sign_ups (user_id, password_hash, email_display, first_name, last_name,
                                signed_up_at, sign_up_id)
  VALUES ($1, '', '', '', '', $2, '')
  ON CONFLICT (user_id, password_hash) DO UPDATE SET signed_up_at = excluded.signed_up_at)"};
const Sql restart_sql{.text = "UPDATE users SET unverified_since = $1 WHERE id = $2"};

}  // namespace

std::string user_columns(std::string_view prefix) {
  std::string list;
  for (const auto name : user_column_names) {
    if (!list.empty()) list += ", ";
    list += prefix;
    list += name;
  }
  return list;
}

User read_user(const Row& row, std::size_t first_column) {
  const auto at = [first_column](std::size_t column) { return first_column + column; };
  return User{
      .id = row.id<UserId>(at(0)),
      .email = EmailAddress::restore(row.text(at(1)), row.text(at(2))),
      .first_name = row.text(at(3)),
      .last_name = row.text(at(4)),
      .language = Language::restore(row.text(at(5))),
      .role = row.flag(at(6)) ? Role::admin : Role::user,
      .is_verified = row.flag(at(7)),
      .is_active = row.flag(at(8)),
      .second_factor = row.flag(at(9)),
      .date_joined = row.time(at(10)),
      .last_login = row.optional_time(at(11)),
      .version = row.number(at(12)),
      .security_version = row.number(at(13)),
  };
}

void put_in_login_order(Connection& connection, const UserId& id, std::optional<UtcTime> at) {
  if (!connection.dialect().logins_apart) return;
  connection.query(login_order_sql, id, at ? to_unix_millis(*at) : never_logged_in);
}

std::optional<User> insert_user(Connection& connection, const NewUser& user, bool verified) {
  const auto row = connection.query_one(
      insert_user_sql, user.id, user.email.canonical(), user.email.display(), user.first_name,
      user.last_name, user.language.tag(), user.role == Role::admin, verified, user.now,
      verified ? user.password_hash.phc() : std::string{},
      search_text(user.email, user.first_name, user.last_name));
  if (!row) return std::nullopt;
  put_in_login_order(connection, user.id, std::nullopt);
  return read_user(*row);
}

namespace {

template <class Key>
std::optional<Credentials> hold_where(Connection& connection, std::string_view condition,
                                      const Key& key) {
  const Sql sql{.text = "SELECT " + user_columns() + ", password_hash FROM users WHERE " +
                        std::string(condition) + connection.dialect().for_update,
                .columns = std::string(user_kinds) + "t"};
  const auto row = connection.query_one(sql, key);
  if (!row) return std::nullopt;
  return Credentials{read_user(*row), PasswordHash{row->text(user_column_count)}};
}

}  // namespace

std::optional<Credentials> hold_user(Connection& connection, const UserId& id) {
  return hold_where(connection, "id = $1", id);
}

std::optional<Credentials> hold_by_email(Connection& connection, const EmailAddress& email) {
  return hold_where(connection, "email_canonical = $1", email.canonical());
}

void lock_user(Connection& connection, const UserId& id) {
  const auto& dialect = connection.dialect();
  if (dialect.for_update.empty()) return;
  const Sql sql{.text = "SELECT id FROM users WHERE id = $1" + dialect.for_update, .columns = "t"};
  connection.query(sql, id);
}

std::size_t end_sessions(Connection& connection, const UserId& user,
                         const std::optional<SessionId>& except) {
  const auto ended = except ? connection.query(end_others_sql, user, *except)
                            : connection.query(end_all_sql, user);
  return ended.size();
}

void write_patched(Connection& connection, const PatchedUser& patched) {
  if (!patched.changed) return;
  const auto& user = patched.after.user;
  connection.query(write_user_sql, user.email.canonical(), user.email.display(), user.first_name,
                   user.last_name, user.language.tag(), user.role == Role::admin, user.is_verified,
                   user.is_active, user.second_factor, patched.after.password_hash.phc(),
                   user.version, user.security_version,
                   search_text(user.email, user.first_name, user.last_name), user.id);
  if (patched.ends_sessions) end_sessions(connection, user.id, patched.kept_session);
}

void drop_codes(Connection& connection, const UserId& id) { connection.query(drop_codes_sql, id); }

void drop_sign_up(Connection& connection, const UserId& id, const PasswordHash& password_hash) {
  connection.query(drop_one_pending_sql, id, password_hash.phc());
}

void drop_sign_ups(Connection& connection, const UserId& id) {
  connection.query(drop_pending_sql, id);
  drop_codes(connection, id);
}

void mark_contested(Connection& connection, const UserId& id, UtcTime now) {
  connection.query(mark_contested_sql, id, now);
}

void restart_clean_up(Connection& connection, const UserId& id, UtcTime now) {
  connection.query(restart_sql, now, id);
}

void put_pending(Connection& connection, const UserId& id, const NewUser& sign_up) {
  connection.query(put_pending_sql, id, sign_up.password_hash.phc(), sign_up.email.display(),
                   sign_up.first_name, sign_up.last_name, sign_up.language.tag(), sign_up.now,
                   sign_up.id);
}

}  // namespace coffeeauth::sql
