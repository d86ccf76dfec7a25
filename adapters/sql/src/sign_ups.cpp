#include "adapters/sql/src/sign_ups.hpp"

#include <algorithm>

#include "adapters/sql/src/user_rows.hpp"
#include "coffeeauth/ports/store.hpp"

namespace coffeeauth::sql {
namespace {

constexpr auto day = std::chrono::hours{24};

const Sql list_pending_sql{.text = R"(
  SELECT password_hash, email_display, first_name, last_name, language
  FROM pending_sign_ups WHERE user_id = $1 ORDER BY signed_up_at, sign_up_id)",
                           .columns = "ttttt"};

// Each with the moment in question, and about how many. Of a user all sign-ups go or none: what is
// left of some (the clocks of two processes differ) would look unanimous.
const Sql stale_decoys_sql{.text = R"(
  DELETE FROM pending_sign_ups WHERE signed_up_at < $1 AND user_id IN (
    SELECT p.user_id FROM pending_sign_ups p JOIN users u ON u.id = p.user_id
    WHERE p.signed_up_at < $1 AND u.is_verified = 1 AND u.unverified_since < $1
      AND NOT EXISTS (SELECT 1 FROM pending_sign_ups later
                      WHERE later.user_id = p.user_id AND later.signed_up_at >= $1)
    ORDER BY p.signed_up_at LIMIT $2)
  RETURNING 1)",
                           .columns = "n"};
const Sql drop_kept_sql{
    .text = "DELETE FROM pending_sign_ups WHERE user_id = $1 AND password_hash <> ''"};
const Sql stale_codes_sql{.text = R"(
  DELETE FROM verification_codes WHERE expires_at <= $1 AND user_id IN (
    SELECT user_id FROM verification_codes WHERE expires_at <= $1 AND older_expires_at <= $1
    ORDER BY expires_at LIMIT $2)
  RETURNING 1)",
                          .columns = "n"};
const Sql stale_mails_sql{.text = R"(
  DELETE FROM mail_slots WHERE sent_at <= $1 AND user_id IN (
    SELECT user_id FROM mail_slots WHERE sent_at <= $1 ORDER BY sent_at LIMIT $2)
  RETURNING 1)",
                          .columns = "n"};
// Not while there is a code: attempts at it are counted there.
const Sql stale_shares_sql{.text = R"(
  DELETE FROM code_shares WHERE window_started_at <= $1 AND admitted_at <= $1 AND user_id IN (
    SELECT s.user_id FROM code_shares s WHERE s.window_started_at <= $1 AND s.admitted_at <= $1
      AND NOT EXISTS (SELECT 1 FROM verification_codes c WHERE c.user_id = s.user_id)
    ORDER BY s.window_started_at LIMIT $2)
  RETURNING 1)",
                           .columns = "n"};

// $1 is now, $2 the moment a day ago. One that was spent waits until it would have expired.
const Sql stale_login_codes_sql{.text = R"(
  DELETE FROM login_codes
  WHERE expires_at <= $1 AND made_since <= $2 AND made_for_password_since <= $2
    AND guessing_since <= $2 AND user_id IN (
      SELECT user_id FROM login_codes
      WHERE expires_at <= $1 AND made_since <= $2 AND made_for_password_since <= $2
        AND guessing_since <= $2
      ORDER BY expires_at LIMIT $3)
  RETURNING 1)",
                                .columns = "n"};

struct Pending {
  PasswordHash password_hash;
  std::string email_display;
  std::string first_name;
  std::string last_name;
  Language language;
};

struct PendingList {
  // The oldest first.
  std::vector<Pending> kept;
  // Whether one was dropped for lack of room.
  bool contested = false;

  [[nodiscard]] auto find(const PasswordHash& hash) const {
    return std::find_if(kept.begin(), kept.end(),
                        [&](const Pending& candidate) { return candidate.password_hash == hash; });
  }
};

PendingList list_pending(Connection& connection, const UserId& user) {
  PendingList list;
  for (const auto& row : connection.query(list_pending_sql, user)) {
    if (row.text(0).empty()) {
      list.contested = true;
    } else {
      list.kept.push_back({PasswordHash{row.text(0)}, row.text(1), row.text(2), row.text(3),
                           Language::restore(row.text(4))});
    }
  }
  return list;
}

// Drops the oldest until there is room for another one.
void make_room(Connection& connection, const UserId& user, const PendingList& pending,
               const NewUser& candidate, std::size_t max_pending) {
  auto count = pending.kept.size();
  for (const auto& oldest : pending.kept) {
    if (count < max_pending) break;
    drop_sign_up(connection, user, oldest.password_hash);
    --count;
  }
  if (count < pending.kept.size()) mark_contested(connection, user, candidate.now);
}

// A disabled account is not cleaned up by itself, and what waits beside it must not tell for ever.
// Each is held and marked first: whoever signs up for it next must not look like the only one.
std::size_t forget_beside_disabled(Connection& connection, const StaleBefore& before,
                                   std::size_t limit) {
  const Sql sql{.text = R"(
  SELECT id FROM users WHERE is_verified = 0 AND is_active = 0 AND unverified_since < $1
    AND EXISTS (SELECT 1 FROM pending_sign_ups WHERE user_id = users.id AND password_hash <> '')
  ORDER BY unverified_since LIMIT $2)" +
                        connection.dialect().for_update_skip_locked,
                .columns = "t"};
  const auto accounts = connection.query(sql, before.sign_ups, to_limit(limit));
  for (const auto& account : accounts) {
    const auto id = account.id<UserId>(0);
    mark_contested(connection, id, before.now);
    connection.query(drop_kept_sql, id);
  }
  return accounts.size();
}

// What the right code makes of the account.
PatchedUser activated_by(const Credentials& before, const Pending* sign_up,
                         const PasswordHash& password) {
  UserPatch patch{.is_verified = true, .password_hash = password};
  if (sign_up != nullptr) {
    patch.first_name = sign_up->first_name;
    patch.last_name = sign_up->last_name;
    patch.language = sign_up->language;
    // The same address, as this sign-up typed it.
    patch.email = EmailAddress::restore(sign_up->email_display, before.user.email.canonical());
  } else if (before.password_hash.empty()) {
    // Nobody knows whose names those are, and whose language.
    patch.first_name = "";
    patch.last_name = "";
    patch.language = Language{};
  }
  return apply_patch(before, patch);
}

}  // namespace

SignUp SqlSignUps::sign_up(const NewUser& candidate, std::size_t max_pending) {
  const auto connection = source_.lease();
  if (auto created = insert_user(*connection, candidate, false)) {
    put_pending(*connection, created->id, candidate);
    return {SignUpOutcome::created, *std::move(created)};
  }
  auto account = hold_by_email(*connection, candidate.email);
  // Deleted between the two statements, which only happens where writers run side by side.
  if (!account) throw TransactionConflict();
  const auto& id = account->user.id;
  const auto pending = list_pending(*connection, id);
  if (pending.find(candidate.password_hash) == pending.kept.end()) {
    make_room(*connection, id, pending, candidate, max_pending);
  }
  put_pending(*connection, id, candidate);
  restart_clean_up(*connection, id, candidate.now);
  const auto outcome = awaits_owner(*account) ? SignUpOutcome::joined : SignUpOutcome::existing;
  return {outcome, std::move(account->user)};
}

Activation SqlSignUps::activate(const UserId& user, const CodeGuess& code,
                                const std::optional<ChosenPassword>& chosen, UtcTime now) {
  const auto connection = source_.lease();
  const auto before = hold_user(*connection, user);
  if (!before || !before->user.is_active || !awaits_owner(*before) ||
      !is_live_code(*connection, user, code, now)) {
    return {ActivationOutcome::gone};
  }
  const auto pending = list_pending(*connection, user);
  if (!chosen && (before->user.is_verified || pending.contested || pending.kept.size() != 1)) {
    return {ActivationOutcome::password_required};
  }
  const auto found = chosen ? pending.find(chosen->hash) : pending.kept.begin();
  const auto* const sign_up = found == pending.kept.end() ? nullptr : &*found;
  if (sign_up == nullptr && !chosen->is_acceptable) return {ActivationOutcome::password_refused};
  const auto& password = sign_up == nullptr ? chosen->hash : sign_up->password_hash;
  const auto patched = activated_by(*before, sign_up, password);
  write_patched(*connection, patched);
  // The others stay, as decoys.
  drop_sign_up(*connection, user, password);
  drop_codes(*connection, user);
  return {ActivationOutcome::activated, patched.after.user};
}

std::size_t SqlSignUps::delete_stale(const StaleBefore& before, std::size_t limit) {
  const auto connection = source_.lease();
  const auto most = to_limit(limit);
  auto gone = connection->query(stale_decoys_sql, before.sign_ups, most).size();
  gone += forget_beside_disabled(*connection, before, limit);
  gone += connection->query(stale_codes_sql, before.now, most).size();
  gone += connection->query(stale_mails_sql, before.now - day, most).size();
  gone += connection->query(stale_shares_sql, before.now - day, most).size();
  gone += connection->query(stale_login_codes_sql, before.now, before.now - day, most).size();
  return gone;
}

}  // namespace coffeeauth::sql
