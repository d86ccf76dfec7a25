#include "adapters/sql/src/users.hpp"

#include <map>
#include <string>
#include <utility>

#include "adapters/sql/src/user_rows.hpp"

namespace coffeeauth::sql {
namespace {

// More than anybody logs in from; the oldest are forgotten.
constexpr std::size_t kept_addresses = 50;

const std::string credentials_kinds = std::string(user_kinds) + "t";
const std::string select_credentials = "SELECT " + user_columns() + ", password_hash FROM users ";

const Sql find_sql{.text = "SELECT " + user_columns() + " FROM users WHERE id = $1",
                   .columns = std::string(user_kinds)};
const Sql credentials_by_id_sql{.text = select_credentials + "WHERE id = $1",
                                .columns = credentials_kinds};
// One row for each sign-up that is kept, and one where there is none.
const Sql credentials_by_email_sql{
    .text = "SELECT " + user_columns("u.") + R"(, u.password_hash, coalesce(p.password_hash, ''),
    coalesce(p.signed_up_at, 0), coalesce(p.sign_up_id, '')
  FROM users u LEFT JOIN pending_sign_ups p ON p.user_id = u.id WHERE u.email_canonical = $1)",
    .columns = credentials_kinds + "tnt"};
const Sql knows_address_sql{
    .text = "SELECT 1 FROM known_addresses WHERE user_id = $1 AND digest = $2", .columns = "n"};

const Sql account_by_email_sql{.text = select_credentials + "WHERE email_canonical = $1",
                               .columns = credentials_kinds};
const Sql delete_sql{.text = "DELETE FROM users WHERE id = $1"};
const Sql renew_hash_sql{.text = R"(
  UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3
    AND NOT EXISTS (SELECT 1 FROM pending_sign_ups WHERE user_id = $2 AND password_hash <> '')
  RETURNING 1)",
                         .columns = "n"};

const Sql remember_sql{.text = R"(
  INSERT INTO known_addresses (user_id, digest, last_seen)
  SELECT id, $1, $2 FROM users WHERE id = $3
  ON CONFLICT (user_id, digest) DO UPDATE SET last_seen = excluded.last_seen)"};
const Sql forget_oldest_sql{.text = R"(
  DELETE FROM known_addresses
  WHERE user_id = $1 AND digest IN (SELECT digest FROM known_addresses WHERE user_id = $1
                                    ORDER BY last_seen DESC, digest LIMIT 1000 OFFSET $2))"};

Credentials read_credentials(const Row& row) {
  return {read_user(row), PasswordHash{row.text(user_column_count)}};
}

std::optional<Credentials> optional_credentials(const std::optional<Row>& row) {
  if (!row) return std::nullopt;
  return read_credentials(*row);
}

// What is_effective_admin() says.
constexpr std::string_view manages =
    "role = 1 AND is_verified = 1 AND is_active = 1 AND password_hash <> ''";

// Whether the address is free, or had by a mere sign-up, which goes then: `gone` says which. Looks
// before it holds the row: two owners who are given each other's addresses would wait for each
// other.
bool make_way(Connection& connection, const EmailAddress& email, std::optional<UserId>& gone) {
  const auto seen =
      optional_credentials(connection.query_one(account_by_email_sql, email.canonical()));
  if (!seen) return true;
  if (!is_mere_sign_up(*seen)) return false;
  const auto held = hold_by_email(connection, email);
  // Deleted between the two statements, perhaps by one who has the address now.
  if (!held) throw TransactionConflict();
  if (!is_mere_sign_up(*held)) return false;
  connection.query(delete_sql, held->user.id);
  gone = held->user.id;
  return true;
}

// Holds all of them, so that two administrators who remove each other at the same moment see it.
bool is_last_admin(Connection& connection, const UserId& id) {
  const Sql sql{.text = "SELECT id FROM users WHERE " + std::string(manages) + " ORDER BY id" +
                        connection.dialect().for_update,
                .columns = "t"};
  const auto rows = connection.query(sql);
  return rows.size() == 1 && rows.front().id<UserId>(0) == id;
}

// Before the row of `id` itself is held, and in one order for everybody: two administrators who
// remove each other would otherwise hold their own rows and wait for each other's.
void hold_admins_if_one_of_them(Connection& connection, const UserId& id) {
  const auto& dialect = connection.dialect();
  if (dialect.for_update.empty()) return;
  const Sql sql{.text = "SELECT id FROM users WHERE " + std::string(manages) +
                        " AND EXISTS (SELECT 1 FROM users WHERE id = $1 AND " +
                        std::string(manages) + ") ORDER BY id" + dialect.for_update,
                .columns = "t"};
  connection.query(sql, id);
}

// Whether the patch could take an administrator's powers.
bool may_unseat(const UserPatch& patch) {
  return patch.role || patch.is_verified || patch.is_active || patch.email || patch.password_hash;
}

// Why the change must not be made, its address aside, if there is a reason.
std::optional<UserWriteOutcome> objection(Connection& connection, const Credentials& account,
                                          const UserPatch& patch, const Credentials& changed) {
  const auto& before = account.user;
  const auto& after = changed.user;
  const bool rises = after.role == Role::admin && before.role != Role::admin;
  if ((rises || patch.needs_owner) && awaits_owner(changed)) {
    return UserWriteOutcome::unproved;
  }
  if (is_effective_admin(account) && !is_effective_admin(changed) &&
      is_last_admin(connection, before.id)) {
    return UserWriteOutcome::last_admin;
  }
  return std::nullopt;
}

// What hangs on whether the address is proved.
void follow_verification(Connection& connection, const Credentials& before,
                         const Credentials& after, UtcTime now) {
  const auto& user = after.user;
  const bool moved = user.email != before.user.email;
  const bool loses_owner = !awaits_owner(before) && awaits_owner(after);
  if (moved || loses_owner) drop_sign_ups(connection, user.id);
  if (awaits_owner(before) && !awaits_owner(after)) {
    drop_codes(connection, user.id);
    drop_sign_up(connection, user.id, after.password_hash);
  }
  if (loses_owner && !after.password_hash.empty()) {
    put_pending(connection, user.id,
                {.id = user.id,
                 .email = user.email,
                 .first_name = user.first_name,
                 .last_name = user.last_name,
                 .language = user.language,
                 .password_hash = after.password_hash,
                 .now = now});
  }
  // Who signs up next for an account with a past, its role among it, is not whom the code is for.
  const bool lost_trust = before.user.is_verified && !user.is_verified;
  if ((moved && awaits_owner(after)) || (lost_trust && after.password_hash.empty())) {
    mark_contested(connection, user.id, now);
  }
  // Whoever may prove the address from now on has the whole time for it.
  const bool lost_ban = !user.is_verified && user.is_active && !before.user.is_active;
  if (lost_trust || lost_ban || (moved && !user.is_verified))
    restart_clean_up(connection, user.id, now);
}

}  // namespace

std::optional<User> SqlUserReads::find(const UserId& id) {
  const auto row = source_.lease()->query_one(find_sql, id);
  if (!row) return std::nullopt;
  return read_user(*row);
}

std::optional<Credentials> SqlUserReads::find_credentials(const UserId& id) {
  return optional_credentials(source_.lease()->query_one(credentials_by_id_sql, id));
}

std::optional<Credentials> SqlUserReads::find_credentials(const EmailAddress& email) {
  const auto rows = source_.lease()->query(credentials_by_email_sql, email.canonical());
  if (rows.empty()) return std::nullopt;
  auto found = read_credentials(rows.front());
  // Here and not there: a few rows, that no index is worth.
  std::map<std::pair<UtcTime, std::string>, PasswordHash> by_age;
  for (const auto& row : rows) {
    const auto& hash = row.text(user_column_count + 1);
    const std::pair age{row.time(user_column_count + 2), row.text(user_column_count + 3)};
    if (!hash.empty()) by_age.emplace(age, PasswordHash{hash});
  }
  for (auto& [age, hash] : by_age) found.sign_ups.push_back(std::move(hash));
  return found;
}

bool SqlUserReads::knows_address(const UserId& user, const AddressDigest& digest) {
  return source_.lease()->any(knows_address_sql, user, digest);
}

UserWrite SqlUserWrites::create_user(const NewUser& user) {
  if (user.role == Role::admin && (!user.is_verified || user.password_hash.empty())) {
    return {UserWriteOutcome::unproved};
  }
  const auto connection = source_.lease();
  auto written = insert_user(*connection, user, user.is_verified);
  std::optional<UserId> gone;
  if (!written && user.is_verified && make_way(*connection, user.email, gone)) {
    written = insert_user(*connection, user, true);
    // Somebody has just got it.
    if (!written) throw TransactionConflict();
  }
  if (!written) return {UserWriteOutcome::email_taken};
  if (user.password_hash.empty()) {
    mark_contested(*connection, user.id, user.now);
  } else if (!user.is_verified) {
    put_pending(*connection, user.id, user);
  }
  return {UserWriteOutcome::written, std::move(written), true, gone};
}

UserWrite SqlUserWrites::create_or_take_over(const NewUser& user) {
  const auto connection = source_.lease();
  if (auto created = insert_user(*connection, user, true)) {
    return {UserWriteOutcome::written, std::move(created)};
  }
  const auto before = hold_by_email(*connection, user.email);
  // Deleted between the two statements.
  if (!before) throw TransactionConflict();
  if (!awaits_owner(*before)) return {UserWriteOutcome::email_taken};
  const auto patched = apply_patch(*before, taking_over(user));
  write_patched(*connection, patched);
  drop_sign_ups(*connection, before->user.id);
  return {UserWriteOutcome::written, patched.after.user, true, {}, before->user};
}

UserWrite SqlUserWrites::update_user(const UserId& id, std::optional<std::int64_t> expected_version,
                                     const UserPatch& patch, UtcTime now) {
  const auto connection = source_.lease();
  if (may_unseat(patch)) hold_admins_if_one_of_them(*connection, id);
  const auto before = hold_user(*connection, id);
  if (!before) return {UserWriteOutcome::not_found};
  if (expected_version && *expected_version != before->user.version) {
    return {UserWriteOutcome::version_conflict};
  }
  if (!is_as_expected(*before, patch)) return {UserWriteOutcome::version_conflict};
  const auto patched = apply_patch(*before, patch);
  if (const auto reason = objection(*connection, *before, patch, patched.after)) {
    return {*reason};
  }
  const auto& email = patched.after.user.email;
  std::optional<UserId> gone;
  if (email != before->user.email && !make_way(*connection, email, gone)) {
    return {UserWriteOutcome::email_taken};
  }
  write_patched(*connection, patched);
  follow_verification(*connection, *before, patched.after, now);
  return {UserWriteOutcome::written, patched.after.user, patched.changed, gone, before->user};
}

UserWriteOutcome SqlUserWrites::delete_user(const UserId& id,
                                            std::optional<std::int64_t> expected_version) {
  const auto connection = source_.lease();
  hold_admins_if_one_of_them(*connection, id);
  const auto before = hold_user(*connection, id);
  if (!before) return UserWriteOutcome::not_found;
  if (expected_version && *expected_version != before->user.version) {
    return UserWriteOutcome::version_conflict;
  }
  if (is_effective_admin(*before) && is_last_admin(*connection, id)) {
    return UserWriteOutcome::last_admin;
  }
  // All that hangs on the account goes with it: foreign keys with ON DELETE CASCADE.
  connection->query(delete_sql, id);
  return UserWriteOutcome::written;
}

bool SqlUserWrites::renew_password_hash(const UserId& id, const PasswordHash& old_hash,
                                        const PasswordHash& new_hash) {
  const auto connection = source_.lease();
  // Before the statement, or it would not see the sign-up that it had to wait for.
  lock_user(*connection, id);
  return connection->any(renew_hash_sql, new_hash.phc(), id, old_hash.phc());
}

std::size_t SqlUserWrites::delete_unverified_before(UtcTime cutoff, std::size_t limit) {
  const auto connection = source_.lease();
  // The guard stands twice: a user who was verified or disabled while the inner SELECT waited must
  // stay.
  const Sql sql{.text = R"(
  WITH stale AS MATERIALIZED (SELECT id FROM users WHERE is_verified = 0 AND is_active = 1
                                AND unverified_since < $1
                              ORDER BY unverified_since LIMIT $2)" +
                        connection->dialect().for_update_skip_locked + R"()
  DELETE FROM users WHERE id IN (SELECT id FROM stale)
    AND is_verified = 0 AND is_active = 1 AND unverified_since < $1
  RETURNING 1)",
                .columns = "n"};
  return connection->query(sql, cutoff, to_limit(limit)).size();
}

void SqlUserWrites::remember_address(const UserId& user, const AddressDigest& digest, UtcTime now) {
  const auto connection = source_.lease();
  connection->query(remember_sql, digest, now, user);
  connection->query(forget_oldest_sql, user, to_limit(kept_addresses));
}

}  // namespace coffeeauth::sql
