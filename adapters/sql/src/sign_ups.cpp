#include "adapters/sql/src/sign_ups.hpp"

#include <algorithm>

#include "adapters/sql/src/user_rows.hpp"
#include "coffeeauth/ports/store.hpp"

namespace coffeeauth::sql {
namespace {

constexpr auto hour = std::chrono::hours{1};
constexpr auto day = std::chrono::hours{24};

const Sql has_pending_sql{
    .text = "SELECT 1 FROM pending_sign_ups WHERE user_id = $1 AND password_hash = $2",
    .columns = "n"};
const Sql list_pending_sql{.text = R"(
  SELECT password_hash, email_display, first_name, last_name
  FROM pending_sign_ups WHERE user_id = $1)",
                           .columns = "tttt"};

const Sql mail_times_sql{
    .text = "SELECT sent_at FROM mail_slots WHERE user_id = $1 ORDER BY sent_at", .columns = "n"};
const Sql add_mail_sql{.text = "INSERT INTO mail_slots (user_id, sent_at) VALUES ($1, $2)"};
const Sql forget_mails_sql{.text = "DELETE FROM mail_slots WHERE user_id = $1 AND sent_at <= $2"};

const Sql put_code_sql{.text = R"(
  INSERT INTO verification_codes (user_id, digest, expires_at, attempts, window_started_at,
                                  window_guesses)
  VALUES ($1, $2, $3, 0, $4, 0)
  ON CONFLICT (user_id) DO UPDATE
    SET digest = excluded.digest, expires_at = excluded.expires_at, attempts = 0)"};
// Counts and decides in one statement, so that no two guesses can see the same count. $1 is the
// moment a day ago, $2 is now.
const Sql spend_attempt_sql{.text = R"(
  UPDATE verification_codes
  SET attempts = attempts + 1,
      window_guesses = CASE WHEN window_started_at <= $1 THEN 1 ELSE window_guesses + 1 END,
      window_started_at = CASE WHEN window_started_at <= $1 THEN $2 ELSE window_started_at END
  WHERE user_id = $3 AND digest IS NOT NULL AND expires_at > $2 AND attempts < $4
    AND (CASE WHEN window_started_at <= $1 THEN 0 ELSE window_guesses END) < $5
  RETURNING digest)",
                            .columns = "t"};
const Sql give_back_sql{.text = R"(
  UPDATE verification_codes SET attempts = attempts - 1, window_guesses = window_guesses - 1
  WHERE user_id = $1)"};
const Sql live_code_sql{.text = R"(
  SELECT digest FROM verification_codes
  WHERE user_id = $1 AND digest IS NOT NULL AND expires_at > $2)",
                        .columns = "t"};

struct Pending {
  PasswordHash password_hash;
  std::string email_display;
  std::string first_name;
  std::string last_name;
};

std::vector<Pending> list_pending(Connection& connection, const UserId& user) {
  std::vector<Pending> list;
  for (const auto& row : connection.query(list_pending_sql, user)) {
    list.push_back({PasswordHash{row.text(0)}, row.text(1), row.text(2), row.text(3)});
  }
  return list;
}

// The user with the address, the row held.
User hold_by_email(Connection& connection, const EmailAddress& email) {
  const Sql sql{.text = "SELECT " + user_columns() + " FROM users WHERE email_canonical = $1" +
                        connection.dialect().for_update,
                .columns = std::string(user_kinds)};
  const auto row = connection.query_one(sql, email.canonical());
  // Deleted between the two statements, which only happens where writers run side by side.
  if (!row) throw TransactionConflict();
  return read_user(*row);
}

void add_pending(Connection& connection, const UserId& user, const NewUser& candidate) {
  put_pending(connection, user, candidate.email, candidate.first_name, candidate.last_name,
              candidate.password_hash);
}

bool is_live(Connection& connection, const UserId& user, const CodeDigest& code, UtcTime now) {
  const auto row = connection.query_one(live_code_sql, user, now);
  return row && row->digest<CodeDigest>(0) == code;
}

// What the chosen sign-up makes of the user. Without one, only the verification.
PatchedUser verified_by(const Credentials& before, const Pending* chosen) {
  UserPatch patch{.is_verified = true};
  if (chosen != nullptr) {
    patch.first_name = chosen->first_name;
    patch.last_name = chosen->last_name;
    patch.password_hash = chosen->password_hash;
    // The same address, as this sign-up typed it.
    patch.email = EmailAddress::restore(chosen->email_display, before.user.email.canonical());
  }
  return apply_patch(before, patch);
}

}  // namespace

SignUp SqlSignUps::sign_up(const NewUser& candidate, std::size_t max_pending) {
  const auto connection = source_.lease();
  if (auto created = insert_user(*connection, candidate, false)) {
    add_pending(*connection, created->id, candidate);
    return {SignUpOutcome::created, *std::move(created)};
  }
  auto user = hold_by_email(*connection, candidate.email);
  if (user.is_verified) return {SignUpOutcome::existing, std::move(user)};
  if (!connection->any(has_pending_sql, user.id, candidate.password_hash.phc()) &&
      count_pending(*connection, user.id) >= std::get<std::int64_t>(to_limit(max_pending))) {
    return {SignUpOutcome::full, std::move(user)};
  }
  add_pending(*connection, user.id, candidate);
  restart_clean_up(*connection, user.id, candidate.now);
  return {SignUpOutcome::joined, std::move(user)};
}

bool SqlSignUps::take_mail_slot(const UserId& user, const MailPace& pace, UtcTime now) {
  const auto connection = source_.lease();
  if (!hold_user(*connection, user)) return false;
  const auto rows = connection->query(mail_times_sql, user);
  const auto sent_since = [&](std::chrono::milliseconds span) {
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const Row& row) { return row.time(0) > now - span; }));
  };
  if (!rows.empty() && now - rows.back().time(0) < pace.pause) return false;
  if (sent_since(hour) >= pace.per_hour || sent_since(day) >= pace.per_day) return false;
  connection->query(forget_mails_sql, user,
                    now - std::max<std::chrono::milliseconds>(day, pace.pause));
  connection->query(add_mail_sql, user, now);
  return true;
}

void SqlSignUps::put_code(const UserId& user, const CodeDigest& digest, UtcTime expires_at,
                          UtcTime now) {
  source_.lease()->query(put_code_sql, user, digest, expires_at, now);
}

CodeVerdict SqlSignUps::try_code(const UserId& user, const CodeDigest& guess,
                                 const GuessLimits& limits, UtcTime now) {
  const auto connection = source_.lease();
  // As everybody: the user's row before what hangs on it.
  lock_user(*connection, user);
  const auto row = connection->query_one(spend_attempt_sql, now - day, now, user,
                                         to_limit(limits.per_code), to_limit(limits.per_day));
  if (!row) return CodeVerdict::dead;
  // The comparison of digests takes constant time; one in SQL would not.
  if (!(row->digest<CodeDigest>(0) == guess)) return CodeVerdict::no_match;
  connection->query(give_back_sql, user);
  return CodeVerdict::match;
}

Activation SqlSignUps::activate(const UserId& user, const CodeDigest& code,
                                const std::optional<PasswordHash>& password_hash, UtcTime now) {
  const auto connection = source_.lease();
  const auto before = hold_user(*connection, user);
  if (!before || before->user.is_verified || !is_live(*connection, user, code, now)) {
    return {ActivationOutcome::gone};
  }
  const auto pending = list_pending(*connection, user);
  auto chosen = pending.begin();
  if (password_hash) {
    chosen = std::find_if(pending.begin(), pending.end(), [&](const Pending& candidate) {
      return candidate.password_hash == *password_hash;
    });
    if (chosen == pending.end()) return {ActivationOutcome::no_such_sign_up};
  } else if (pending.size() > 1) {
    return {ActivationOutcome::password_required};
  }
  const auto patched = verified_by(*before, chosen == pending.end() ? nullptr : &*chosen);
  write_patched(*connection, patched);
  drop_sign_ups(*connection, user);
  return {ActivationOutcome::activated, patched.after.user};
}

}  // namespace coffeeauth::sql
