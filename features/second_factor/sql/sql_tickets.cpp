// Tickets, codes that were sent, and counters, in SQL.

#include <string>
#include <string_view>
#include <utility>

#include "coffeeauth/sql/query.hpp"
#include "features/second_factor/sql/sql_rows.hpp"

namespace coffeeauth::second_factor {
namespace {

using namespace std::chrono_literals;
using sql::count_value;
using sql::digest_value;
using sql::Row;
using sql::Sql;
using sql::time_value;
using sql::Value;

const Sql hold_sql{.text = R"(
  INSERT INTO second_factor_accounts (user_id, day_began_at, day_guesses)
  SELECT $1, 0, 0 FROM users WHERE id = $1
  ON CONFLICT (user_id) DO UPDATE SET day_guesses = second_factor_accounts.day_guesses)"};
const Sql put_ticket_sql{.text = R"(
  INSERT INTO second_factor_tickets (digest, user_id, security_version, methods, promise, subject,
                                     session_id, attempts, created_at, expires_at, code_digest,
                                     code_factor, code_expires_at, code_guesses)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0)
  ON CONFLICT (digest) DO UPDATE
    SET user_id = excluded.user_id, security_version = excluded.security_version,
        methods = excluded.methods, promise = excluded.promise, subject = excluded.subject,
        session_id = excluded.session_id, attempts = excluded.attempts,
        created_at = excluded.created_at, expires_at = excluded.expires_at,
        code_digest = excluded.code_digest, code_factor = excluded.code_factor,
        code_expires_at = excluded.code_expires_at, code_guesses = 0)"};
const Sql make_room_for_ticket_sql{.text = R"(
  DELETE FROM second_factor_tickets WHERE user_id = $1 AND digest IN (
    SELECT digest FROM second_factor_tickets
    WHERE user_id = $1 AND digest <> $2 AND promise = $3
    ORDER BY created_at DESC, digest LIMIT 1000000 OFFSET $4))"};

constexpr std::string_view ticket_columns =
    " digest, user_id, security_version, methods, promise, subject, session_id, attempts, "
    "created_at, expires_at, code_digest, code_factor, code_expires_at ";
constexpr auto ticket_letters = "ttnttttnnnttn";

Sql telling_ticket(std::string_view front, std::string_view back = "") {
  return {.text = std::string{front} + std::string{ticket_columns} + std::string{back},
          .columns = ticket_letters};
}
const Sql find_ticket_sql =
    telling_ticket("SELECT", "FROM second_factor_tickets WHERE digest = $1 AND expires_at > $2");
const Sql spend_attempt_sql = telling_ticket(R"(
  UPDATE second_factor_tickets SET attempts = attempts + 1
  WHERE digest = $1 AND attempts < $2 AND expires_at > $3 RETURNING)");
const Sql redeem_sql = telling_ticket(
    "DELETE FROM second_factor_tickets WHERE digest = $1 AND expires_at > $2 RETURNING");
const Sql drop_tickets_sql{
    .text = "DELETE FROM second_factor_tickets WHERE user_id = $1 RETURNING 1", .columns = "n"};
const Sql put_code_sql{.text = R"(
  UPDATE second_factor_tickets
  SET code_digest = $1, code_factor = $2, code_expires_at = $3, code_guesses = 0
  WHERE digest = $4 AND expires_at > $5 RETURNING 1)",
                       .columns = "n"};
const Sql count_guess_sql = telling_ticket(R"(
  UPDATE second_factor_tickets SET code_guesses = code_guesses + 1
  WHERE digest = $1 AND code_factor = $2 AND expires_at > $3 AND code_expires_at > $3
    AND code_guesses < $4 RETURNING)");
// $1 is a day ago, $2 now.
const Sql count_in_day_sql{.text = R"(
  UPDATE second_factor_accounts
  SET day_guesses = CASE WHEN day_began_at <= $1 THEN 1 ELSE day_guesses + 1 END,
      day_began_at = CASE WHEN day_began_at <= $1 THEN $2 ELSE day_began_at END
  WHERE user_id = $3 AND 1 <= $4 AND (day_began_at <= $1 OR day_guesses < $4) RETURNING 1)",
                           .columns = "n"};
// The failure is counted, and the wait after it begun, in one statement. $3 and $4 are the wait
// after the very first failure and its end, $6 is now, $7 how many failures are free, $8 and $9 the
// first and the longest wait.
const Sql begin_attempt_sql{.text = R"(
  INSERT INTO second_factor_failures (user_id, known_network, failures, wait, blocked_until)
  SELECT $1, $2, 1, $3, $4 FROM users WHERE id = $1 AND 1 <= $5
  ON CONFLICT (user_id, known_network) DO UPDATE
    SET failures = second_factor_failures.failures + 1,
        blocked_until = $6 + CASE WHEN second_factor_failures.failures + 1 < $7 THEN 0
                                  WHEN second_factor_failures.wait = 0 THEN $8
                                  WHEN second_factor_failures.wait * 2 > $9 THEN $9
                                  ELSE second_factor_failures.wait * 2 END,
        wait = CASE WHEN second_factor_failures.failures + 1 < $7 THEN 0
                    WHEN second_factor_failures.wait = 0 THEN $8
                    WHEN second_factor_failures.wait * 2 > $9 THEN $9
                    ELSE second_factor_failures.wait * 2 END
    WHERE second_factor_failures.blocked_until <= $6 AND second_factor_failures.failures < $5
  RETURNING failures)",
                            .columns = "n"};
const Sql failures_sql{.text = R"(
  SELECT failures, blocked_until FROM second_factor_failures
  WHERE user_id = $1 AND known_network = $2)",
                       .columns = "nn"};
const Sql passed_sql{
    .text = "DELETE FROM second_factor_failures WHERE user_id = $1 AND known_network = $2"};
const Sql unlock_sql{.text = "DELETE FROM second_factor_failures WHERE user_id = $1"};
// $2 is now, $3 the moment at or before which the last notice must have been.
const Sql take_notice_sql{.text = R"(
  INSERT INTO second_factor_accounts (user_id, day_began_at, day_guesses, notified_at)
  SELECT $1, 0, 0, $2 FROM users WHERE id = $1
  ON CONFLICT (user_id) DO UPDATE SET notified_at = $2
    WHERE second_factor_accounts.notified_at IS NULL OR second_factor_accounts.notified_at <= $3
  RETURNING 1)",
                          .columns = "n"};

Ticket ticket_in(const Row& row) {
  Ticket ticket{.digest = row.digest<FeatureDigest>(0),
                .user = row.id<UserId>(1),
                .security_version = row.number(2),
                .methods = row.text(3),
                .promise = row.text(4),
                .subject = row.text(5),
                .attempts = static_cast<std::size_t>(row.number(7)),
                .created_at = row.time(8),
                .expires_at = row.time(9)};
  if (!row.is_null(6)) ticket.session = row.id<SessionId>(6);
  if (!row.is_null(10)) {
    ticket.code = TicketCode{.digest = row.digest<FeatureDigest>(10),
                             .factor = row.id<FactorId>(11),
                             .expires_at = row.time(12)};
  }
  return ticket;
}

std::optional<Ticket> first_ticket(const sql::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return ticket_in(rows.front());
}

Value millis_value(std::chrono::seconds time) {
  return std::int64_t{std::chrono::milliseconds{time}.count()};
}

Value known_value(bool known) { return std::int64_t{known ? 1 : 0}; }

}  // namespace

void SqlTickets::hold(const UserId& user) { query(tx_, hold_sql, {user.str()}); }

void SqlTickets::put_ticket(const Ticket& ticket, std::size_t max_live) {
  hold(ticket.user);
  const auto& code = ticket.code;
  query(tx_, put_ticket_sql,
        {digest_value(ticket.digest), ticket.user.str(), ticket.security_version, ticket.methods,
         ticket.promise, ticket.subject, ticket.session ? Value{ticket.session->str()} : Value{},
         count_value(ticket.attempts), time_value(ticket.created_at), time_value(ticket.expires_at),
         code ? digest_value(code->digest) : Value{}, code ? Value{code->factor.str()} : Value{},
         code ? time_value(code->expires_at) : Value{}});
  query(
      tx_, make_room_for_ticket_sql,
      {ticket.user.str(), digest_value(ticket.digest), ticket.promise, count_value(max_live - 1)});
}

std::optional<Ticket> SqlTickets::find_ticket(const std::vector<FeatureDigest>& digests,
                                              UtcTime now) {
  for (const auto& digest : digests) {
    if (auto ticket =
            first_ticket(query(tx_, find_ticket_sql, {digest_value(digest), time_value(now)}))) {
      return ticket;
    }
  }
  return std::nullopt;
}

std::optional<Ticket> SqlTickets::spend_attempt(const FeatureDigest& digest, std::size_t max,
                                                UtcTime now) {
  return first_ticket(
      query(tx_, spend_attempt_sql, {digest_value(digest), count_value(max), time_value(now)}));
}

std::optional<Ticket> SqlTickets::redeem(const FeatureDigest& digest, UtcTime now) {
  return first_ticket(query(tx_, redeem_sql, {digest_value(digest), time_value(now)}));
}

std::size_t SqlTickets::drop_tickets(const UserId& user) {
  return query(tx_, drop_tickets_sql, {user.str()}).size();
}

bool SqlTickets::put_code(const FeatureDigest& ticket, const TicketCode& code, UtcTime now) {
  return !query(tx_, put_code_sql,
                {digest_value(code.digest), code.factor.str(), time_value(code.expires_at),
                 digest_value(ticket), time_value(now)})
              .empty();
}

std::optional<Ticket> SqlTickets::try_code(const FeatureDigest& ticket, const FactorId& factor,
                                           const GuessLimits& limits, UtcTime now) {
  const auto found = find_ticket({ticket}, now);
  if (!found) return std::nullopt;
  // Before the ticket, as whoever puts one does.
  hold(found->user);
  auto counted = first_ticket(
      query(tx_, count_guess_sql,
            {digest_value(ticket), factor.str(), time_value(now), count_value(limits.per_code)}));
  if (!counted) return std::nullopt;
  const auto in_day = query(
      tx_, count_in_day_sql,
      {time_value(now - 24h), time_value(now), counted->user.str(), count_value(limits.per_day)});
  if (in_day.empty()) return std::nullopt;
  return counted;
}

Attempt SqlTickets::begin_attempt(const UserId& user, bool known, const FailurePolicy& policy,
                                  UtcTime now) {
  const auto wait = policy.free <= 1 ? policy.first_wait : 0s;
  const auto counted =
      query(tx_, begin_attempt_sql,
            {user.str(), known_value(known), millis_value(wait), time_value(now + wait),
             count_value(policy.stop), time_value(now), count_value(policy.free),
             millis_value(policy.first_wait), millis_value(policy.longest_wait)});
  if (counted.empty()) {
    auto refused = attempts(user, known, policy, now);
    // There is none of a user who does not exist.
    if (refused.verdict == AttemptVerdict::go) refused.verdict = AttemptVerdict::locked;
    return refused;
  }
  return {.verdict = AttemptVerdict::go,
          .failures = static_cast<std::size_t>(counted.front().number(0))};
}

Attempt SqlTickets::attempts(const UserId& user, bool known, const FailurePolicy& policy,
                             UtcTime now) {
  const auto rows = query(tx_, failures_sql, {user.str(), known_value(known)});
  if (rows.empty()) return {.verdict = AttemptVerdict::go};
  const auto failures = static_cast<std::size_t>(rows.front().number(0));
  const auto until = rows.front().time(1);
  if (failures >= policy.stop) return {.verdict = AttemptVerdict::locked, .failures = failures};
  if (until > now) {
    return {.verdict = AttemptVerdict::wait, .failures = failures, .until = until};
  }
  return {.verdict = AttemptVerdict::go, .failures = failures};
}

void SqlTickets::passed(const UserId& user, bool known) {
  query(tx_, passed_sql, {user.str(), known_value(known)});
}

void SqlTickets::unlock(const UserId& user) { query(tx_, unlock_sql, {user.str()}); }

bool SqlTickets::take_notice(const UserId& user, std::chrono::seconds pause, UtcTime now) {
  return !query(tx_, take_notice_sql, {user.str(), time_value(now), time_value(now - pause)})
              .empty();
}

}  // namespace coffeeauth::second_factor
