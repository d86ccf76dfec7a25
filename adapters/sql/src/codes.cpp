// Verification codes, and what each share of an account may spend on them: guesses and mails.
// Placeholders are numbered in order of first use.
#include <algorithm>

#include "adapters/sql/src/sign_ups.hpp"
#include "adapters/sql/src/user_rows.hpp"

namespace coffeeauth::sql {
namespace {

constexpr auto hour = std::chrono::hours{1};
constexpr auto day = std::chrono::hours{24};

// The share of all networks that have none of their own; it sorts before every digest.
constexpr const char* others = "";

const Sql admitted_sql{.text = R"(
  SELECT network, admitted_at FROM code_shares WHERE user_id = $1 AND network <> '')",
                       .columns = "tn"};
const Sql admit_sql{.text = R"(
  INSERT INTO code_shares (user_id, network, admitted_at, attempts, older_attempts,
                           window_started_at, window_guesses)
  SELECT id, $1, $2, 0, 0, $2, 0 FROM users WHERE id = $3
  ON CONFLICT (user_id, network) DO UPDATE SET admitted_at = excluded.admitted_at)"};
const Sql make_others_sql{.text = R"(
  INSERT INTO code_shares (user_id, network, admitted_at, attempts, older_attempts,
                           window_started_at, window_guesses)
  VALUES ($1, '', 0, 0, 0, $2, 0)
  ON CONFLICT (user_id, network) DO NOTHING)"};

const Sql share_sql{.text = R"(
  SELECT max(network) FROM code_shares WHERE user_id = $1 AND network IN ('', $2))",
                    .columns = "t"};
const Sql mail_times_sql{
    .text = "SELECT sent_at FROM mail_slots WHERE user_id = $1 AND network = $2 ORDER BY sent_at",
    .columns = "n"};
const Sql add_mail_sql{
    .text = "INSERT INTO mail_slots (user_id, network, sent_at) VALUES ($1, $2, $3)"};
const Sql forget_mails_sql{.text = "DELETE FROM mail_slots WHERE user_id = $1 AND sent_at <= $2"};

const Sql codes_sql{.text = R"(
  SELECT digest, network, expires_at, older_digest, older_network, older_expires_at
  FROM verification_codes WHERE user_id = $1)",
                    .columns = "ttnttn"};
const Sql put_code_sql{.text = R"(
  INSERT INTO verification_codes (user_id, digest, network, expires_at)
  VALUES ($1, $2, $3, $4)
  ON CONFLICT (user_id) DO UPDATE
    SET digest = excluded.digest, network = excluded.network, expires_at = excluded.expires_at)"};
const Sql shift_code_sql{.text = R"(
  UPDATE verification_codes
  SET older_digest = digest, older_network = network, older_expires_at = expires_at
  WHERE user_id = $1)"};
const Sql shift_attempts_sql{
    .text = "UPDATE code_shares SET older_attempts = attempts, attempts = 0 WHERE user_id = $1"};
const Sql new_attempts_sql{.text = "UPDATE code_shares SET attempts = 0 WHERE user_id = $1"};

// Counts and decides in one statement, so that no two guesses can see the same count. $1 is the
// moment a day ago, $2 is now. Attempts at a code that is dead are counted, too: they mean nothing.
const Sql spend_attempt_sql{.text = R"(
  UPDATE code_shares
  SET attempts = attempts + 1, older_attempts = older_attempts + 1,
      window_guesses = CASE WHEN window_started_at <= $1 THEN 1 ELSE window_guesses + 1 END,
      window_started_at = CASE WHEN window_started_at <= $1 THEN $2 ELSE window_started_at END
  WHERE user_id = $3
    AND network = (SELECT max(s.network) FROM code_shares s
                   WHERE s.user_id = $3 AND s.network IN ('', $4))
    AND EXISTS (SELECT 1 FROM verification_codes c WHERE c.user_id = $3
                AND ((c.expires_at > $2 AND code_shares.attempts < $5)
                     OR (c.older_expires_at > $2 AND code_shares.older_attempts < $5)))
    AND (CASE WHEN window_started_at <= $1 THEN 0 ELSE window_guesses END) < $6
  RETURNING network, attempts, older_attempts)",
                            .columns = "tnn"};
const Sql give_back_sql{.text = R"(
  UPDATE code_shares
  SET attempts = attempts - 1, older_attempts = older_attempts - 1,
      window_guesses = window_guesses - 1
  WHERE user_id = $1 AND network = $2)"};

struct KeptCode {
  std::optional<CodeDigest> digest{};
  std::string network{};
  UtcTime expires_at{};

  [[nodiscard]] bool is_live(UtcTime now) const { return digest && expires_at > now; }
  [[nodiscard]] bool is(const CodeDigest& guess, UtcTime now) const {
    return is_live(now) && *digest == guess;
  }
};

struct KeptCodes {
  KeptCode newest;
  KeptCode older;
};

// Which of the two that are kept gives way to the next.
enum class Place { newest, older };

KeptCode read_code(const Row& row, std::size_t first) {
  if (row.is_null(first)) return {};
  return {row.digest<CodeDigest>(first), row.text(first + 1), row.time(first + 2)};
}

KeptCodes find_codes(Connection& connection, const UserId& user) {
  const auto row = connection.query_one(codes_sql, user);
  if (!row) return {};
  return {read_code(*row, 0), read_code(*row, 3)};
}

// Nobody is admitted later than a network that has not been.
UtcTime admitted_at(const Rows& admitted, const std::string& network) {
  const auto row = std::find_if(admitted.begin(), admitted.end(),
                                [&](const Row& each) { return each.text(0) == network; });
  return row == admitted.end() ? UtcTime::max() : row->time(1);
}

Place place_for(Connection& connection, const UserId& user, const KeptCodes& kept,
                const std::string& network, UtcTime now) {
  if (!kept.older.is_live(now)) return Place::older;
  if (!kept.newest.is_live(now)) return Place::newest;
  if (kept.newest.network == kept.older.network) return Place::older;
  if (kept.newest.network == network) return Place::newest;
  if (kept.older.network == network) return Place::older;
  const auto admitted = connection.query(admitted_sql, user);
  return admitted_at(admitted, kept.newest.network) > admitted_at(admitted, kept.older.network)
             ? Place::newest
             : Place::older;
}

// `network` where it has a share of its own.
std::string share_of(Connection& connection, const UserId& user, const AddressDigest& network) {
  const auto row = connection.query_one(share_sql, user, network);
  return row && !row->is_null(0) ? row->text(0) : others;
}

}  // namespace

bool is_live_code(Connection& connection, const UserId& user, const CodeDigest& code, UtcTime now) {
  const auto kept = find_codes(connection, user);
  return kept.newest.is(code, now) || kept.older.is(code, now);
}

void SqlSignUps::admit_network(const UserId& user, const AddressDigest& network,
                               std::size_t max_networks, UtcTime now) {
  const auto connection = source_.lease();
  lock_user(*connection, user);
  std::size_t admitted = 0;
  const auto wanted = to_hex(network.bytes());
  for (const auto& row : connection->query(admitted_sql, user)) {
    if (row.time(1) <= now - day) continue;
    if (row.text(0) == wanted) return;
    ++admitted;
  }
  if (admitted < max_networks) connection->query(admit_sql, network, now, user);
}

bool SqlSignUps::take_mail_slot(const UserId& user, const AddressDigest& network,
                                const MailPace& pace, UtcTime now) {
  const auto connection = source_.lease();
  if (!hold_user(*connection, user)) return false;
  const auto share = share_of(*connection, user, network);
  const auto rows = connection->query(mail_times_sql, user, share);
  const auto sent_since = [&](std::chrono::milliseconds span) {
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const Row& row) { return row.time(0) > now - span; }));
  };
  if (!rows.empty() && now - rows.back().time(0) < pace.pause) return false;
  if (sent_since(hour) >= pace.per_hour || sent_since(day) >= pace.per_day) return false;
  connection->query(forget_mails_sql, user,
                    now - std::max<std::chrono::milliseconds>(day, pace.pause));
  connection->query(add_mail_sql, user, share, now);
  return true;
}

void SqlSignUps::put_code(const UserId& user, const NewCode& code, UtcTime now) {
  const auto connection = source_.lease();
  lock_user(*connection, user);
  const auto kept = find_codes(*connection, user);
  const auto network = to_hex(code.network.bytes());
  const bool spares_older = place_for(*connection, user, kept, network, now) == Place::newest;
  if (!spares_older) connection->query(shift_code_sql, user);
  connection->query(put_code_sql, user, code.digest, network, code.expires_at);
  connection->query(spares_older ? new_attempts_sql : shift_attempts_sql, user);
  connection->query(make_others_sql, user, now);
}

CodeVerdict SqlSignUps::try_code(const UserId& user, const AddressDigest& network,
                                 const CodeDigest& guess, const GuessLimits& limits, UtcTime now) {
  const auto connection = source_.lease();
  // As everybody: the user's row before what hangs on it.
  lock_user(*connection, user);
  const auto spent = connection->query_one(spend_attempt_sql, now - day, now, user, network,
                                           to_limit(limits.per_code), to_limit(limits.per_day));
  if (!spent) return CodeVerdict::dead;
  const auto kept = find_codes(*connection, user);
  const auto may = [&](std::size_t attempts_column) {
    return static_cast<std::size_t>(spent->number(attempts_column)) <= limits.per_code;
  };
  // The comparison of digests takes constant time; one in SQL would not.
  const bool is_newest = may(1) && kept.newest.is(guess, now);
  const bool is_older = may(2) && kept.older.is(guess, now);
  if (!is_newest && !is_older) return CodeVerdict::no_match;
  connection->query(give_back_sql, user, spent->text(0));
  return CodeVerdict::match;
}

}  // namespace coffeeauth::sql
