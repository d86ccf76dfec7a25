// Verification codes, and what each share of an account may spend on them: guesses and mails.
// Placeholders are numbered in order of first use.
#include <algorithm>

#include "adapters/sql/src/sign_ups.hpp"
#include "adapters/sql/src/user_rows.hpp"

namespace coffeeauth::sql {
namespace {

constexpr auto hour = std::chrono::hours{1};
constexpr auto day = std::chrono::hours{24};

// The share of all networks that have none of their own; it sorts before every digest. A row of a
// network that was not admitted within a day is no share: it counts the attempts at codes for it.
constexpr const char* others = "";

const Sql admitted_sql{.text = R"(
  SELECT network, admitted_at FROM code_shares WHERE user_id = $1 AND admitted_at > $2)",
                       .columns = "tn"};
const Sql admit_sql{.text = R"(
  INSERT INTO code_shares (user_id, network, admitted_at, attempts, older_attempts,
                           window_started_at, window_guesses)
  SELECT id, $1, $2, 0, 0, $2, 0 FROM users WHERE id = $3
  ON CONFLICT (user_id, network) DO UPDATE SET admitted_at = excluded.admitted_at)"};
const Sql make_counts_sql{.text = R"(
  INSERT INTO code_shares (user_id, network, admitted_at, attempts, older_attempts,
                           window_started_at, window_guesses)
  VALUES ($1, '', 0, 0, 0, $2, 0), ($1, $3, 0, 0, 0, $2, 0)
  ON CONFLICT (user_id, network) DO NOTHING)"};

const Sql share_sql{.text = R"(
  SELECT max(network) FROM code_shares
  WHERE user_id = $1 AND (network = '' OR (network = $2 AND admitted_at > $3)))",
                    .columns = "t"};
const Sql counts_sql{.text = R"(
  SELECT network, attempts, older_attempts, window_started_at, window_guesses, admitted_at
  FROM code_shares WHERE user_id = $1 AND network IN ('', $2))",
                     .columns = "tnnnnn"};
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

// $1 and $2 are where attempts at the newest code and at the older one are counted, $3 where the
// day's are. $4 is the moment a day ago, $5 is now. Attempts at a code that is dead are counted,
// too: they mean nothing.
const Sql spend_attempt_sql{.text = R"(
  UPDATE code_shares
  SET attempts = CASE WHEN network = $1 THEN attempts + 1 ELSE attempts END,
      older_attempts = CASE WHEN network = $2 THEN older_attempts + 1 ELSE older_attempts END,
      window_guesses = CASE WHEN network <> $3 THEN window_guesses
                            WHEN window_started_at <= $4 THEN 1 ELSE window_guesses + 1 END,
      window_started_at = CASE WHEN network = $3 AND window_started_at <= $4 THEN $5
                               ELSE window_started_at END
  WHERE user_id = $6 AND network IN ($1, $2, $3))"};

struct KeptCode {
  std::optional<CodeDigest> digest{};
  std::string network{};
  UtcTime expires_at{};

  [[nodiscard]] bool is_live(UtcTime now) const { return digest && expires_at > now; }
  [[nodiscard]] bool is(const CodeGuess& guess, UtcTime now) const {
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

// Nobody is admitted later than a network that is not.
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
  const auto admitted = connection.query(admitted_sql, user, now - day);
  return admitted_at(admitted, kept.newest.network) > admitted_at(admitted, kept.older.network)
             ? Place::newest
             : Place::older;
}

// `network` where it has a share of its own.
std::string share_of(Connection& connection, const UserId& user, const AddressDigest& network,
                     UtcTime now) {
  const auto row = connection.query_one(share_sql, user, network, now - day);
  return row && !row->is_null(0) ? row->text(0) : others;
}

// A row of code_shares.
struct Counts {
  std::string network{};
  std::size_t attempts = 0;
  std::size_t older_attempts = 0;
  UtcTime window_started_at{};
  std::size_t window_guesses = 0;
  bool is_admitted = false;
};

// Of the others, and of the network where it has a row.
struct FoundCounts {
  Counts others{};
  std::optional<Counts> own{};
};

FoundCounts find_counts(Connection& connection, const UserId& user, const AddressDigest& network,
                        UtcTime now) {
  FoundCounts found;
  for (const auto& row : connection.query(counts_sql, user, network)) {
    const auto number = [&](std::size_t column) {
      return static_cast<std::size_t>(row.number(column));
    };
    const Counts counts{.network = row.text(0),
                        .attempts = number(1),
                        .older_attempts = number(2),
                        .window_started_at = row.time(3),
                        .window_guesses = number(4),
                        .is_admitted = row.time(5) > now - day};
    if (counts.network == others) {
      found.others = counts;
    } else {
      found.own = counts;
    }
  }
  return found;
}

// Where the guesses of the day are counted, and attempts at the newest code and at the older one.
struct CountedAt {
  const Counts& share;
  const Counts& newest;
  const Counts& older;
};

CountedAt counts_for(const FoundCounts& found, const KeptCodes& kept, const std::string& network) {
  const auto& share = found.own && found.own->is_admitted ? *found.own : found.others;
  const auto at = [&](const KeptCode& code) -> const Counts& {
    return found.own && code.network == network ? *found.own : share;
  };
  return {share, at(kept.newest), at(kept.older)};
}

}  // namespace

bool is_live_code(Connection& connection, const UserId& user, const CodeGuess& code, UtcTime now) {
  const auto kept = find_codes(connection, user);
  return kept.newest.is(code, now) || kept.older.is(code, now);
}

void SqlSignUps::admit_network(const UserId& user, const AddressDigest& network,
                               std::size_t max_networks, UtcTime now) {
  const auto connection = source_.lease();
  lock_user(*connection, user);
  const auto admitted = connection->query(admitted_sql, user, now - day);
  const auto wanted = to_hex(network.bytes());
  const bool is_there = std::any_of(admitted.begin(), admitted.end(),
                                    [&](const Row& row) { return row.text(0) == wanted; });
  if (!is_there && admitted.size() < max_networks) {
    connection->query(admit_sql, network, now, user);
  }
}

bool SqlSignUps::take_mail_slot(const UserId& user, const AddressDigest& network,
                                const MailPace& pace, UtcTime now) {
  const auto connection = source_.lease();
  // The same is read for nobody, so that the time tells nobody that there is somebody.
  const bool is_there = hold_user(*connection, user).has_value();
  const auto share = share_of(*connection, user, network, now);
  const auto rows = connection->query(mail_times_sql, user, share);
  const auto sent_since = [&](std::chrono::milliseconds span) {
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const Row& row) { return row.time(0) > now - span; }));
  };
  if (!is_there) return false;
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
  connection->query(make_counts_sql, user, now, network);
}

CodeVerdict SqlSignUps::try_code(const UserId& user, const AddressDigest& network,
                                 const CodeGuess& guess, const GuessLimits& limits, UtcTime now) {
  const auto connection = source_.lease();
  // As everybody: the user's row before what hangs on it. Nobody else compares before this one has
  // decided, so that no two guesses see the same count.
  lock_user(*connection, user);
  const auto kept = find_codes(*connection, user);
  const auto counts = find_counts(*connection, user, network, now);
  const auto& [share, newest_at, older_at] = counts_for(counts, kept, to_hex(network.bytes()));
  const bool newest = kept.newest.is_live(now) && newest_at.attempts < limits.per_code;
  const bool older = kept.older.is_live(now) && older_at.older_attempts < limits.per_code;
  const auto today = share.window_started_at <= now - day ? 0 : share.window_guesses;
  if ((!newest && !older) || today >= limits.per_day) return CodeVerdict::dead;
  // The comparison of digests takes constant time; one in SQL would not.
  const bool is_newest = newest && kept.newest.is(guess, now);
  const bool is_older = older && kept.older.is(guess, now);
  if (is_newest || is_older) return CodeVerdict::match;
  connection->query(spend_attempt_sql, newest_at.network, older_at.network, share.network,
                    now - day, now, user);
  return CodeVerdict::no_match;
}

}  // namespace coffeeauth::sql
