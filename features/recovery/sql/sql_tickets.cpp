#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "coffeeauth/recovery/sql.hpp"
#include "coffeeauth/sql/mail_shares.hpp"
#include "coffeeauth/sql/query.hpp"
#include "recovery_migrations.hpp"

namespace coffeeauth::recovery {
namespace {

using namespace std::chrono_literals;
using sql::count_value;
using sql::digest_value;
using sql::Row;
using sql::Sql;
using sql::time_value;
using sql::Value;

const sql::MailShares mail_shares{"recovery_mails", "purpose"};

// $2 is when a window that begins now ends, $4 is now.
const Sql take_target_sql{.text = R"(
  INSERT INTO recovery_targets (mailbox, mails, until) SELECT $1, 1, $2 WHERE 1 <= $3
  ON CONFLICT (mailbox) DO UPDATE
    SET mails = CASE WHEN recovery_targets.until <= $4 THEN 1 ELSE recovery_targets.mails + 1 END,
        until = CASE WHEN recovery_targets.until <= $4 THEN $2 ELSE recovery_targets.until END
    WHERE recovery_targets.until <= $4 OR recovery_targets.mails < $3
  RETURNING 1)",
                          .columns = "n"};
// $1 is now: a window that no mail is left in is over.
const Sql give_back_target_sql{.text = R"(
  UPDATE recovery_targets
  SET mails = mails - 1, until = CASE WHEN mails = 1 THEN $1 ELSE until END WHERE mailbox = $2)"};
const Sql put_sql{.text = R"(
  INSERT INTO recovery_tickets (digest, kind, user_id, only_of, security_version, email, changed_to,
                                code_digest, guesses, session_id, second_factor_done, asked_at,
                                created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12, $13)
  ON CONFLICT (only_of) DO UPDATE
    SET digest = excluded.digest, security_version = excluded.security_version, email = excluded.email,
        changed_to = excluded.changed_to,
        code_digest = excluded.code_digest, guesses = 0, session_id = excluded.session_id,
        second_factor_done = excluded.second_factor_done, asked_at = excluded.asked_at,
        created_at = excluded.created_at, expires_at = excluded.expires_at)"};

constexpr std::string_view ticket_columns =
    " digest, kind, user_id, security_version, email, changed_to, code_digest, session_id, "
    "second_factor_done, asked_at, created_at, expires_at ";
constexpr auto ticket_letters = "tttnttttnnnn";

Sql reading(std::string_view condition) {
  return {.text = "SELECT" + std::string{ticket_columns} + "FROM recovery_tickets WHERE " +
                  std::string{condition},
          .columns = ticket_letters};
}
const Sql find_sql = reading("digest = $1 AND kind = $2 AND expires_at > $3");
const Sql list_sql = reading(
    "user_id = $1 AND kind = $2 AND expires_at > $3 ORDER BY security_version DESC, digest");
const Sql redeem_sql{.text = R"(
  DELETE FROM recovery_tickets WHERE digest = $1 AND kind = $2 AND expires_at > $3 RETURNING 1)",
                     .columns = "n"};
const Sql count_guess_sql{.text = R"(
  UPDATE recovery_tickets SET guesses = guesses + 1
  WHERE user_id = $1 AND kind = $2 AND expires_at > $3 AND code_digest IS NOT NULL AND guesses < $4
  RETURNING)" + std::string{ticket_columns},
                          .columns = ticket_letters};
// $2 is now, $3 the most, $4 a day ago.
const Sql count_in_day_sql{.text = R"(
  INSERT INTO recovery_slots (user_id, kind, sent_at, hour_began_at, hour_count, day_began_at, day_count)
  SELECT $1, 'guess', $2, $2, 0, $2, 1 FROM users WHERE id = $1 AND 1 <= $3
  ON CONFLICT (user_id, kind) DO UPDATE
    SET sent_at = $2,
        day_count = CASE WHEN recovery_slots.day_began_at <= $4 THEN 1
                         ELSE recovery_slots.day_count + 1 END,
        day_began_at = CASE WHEN recovery_slots.day_began_at <= $4 THEN $2
                            ELSE recovery_slots.day_began_at END
    WHERE recovery_slots.day_began_at <= $4 OR recovery_slots.day_count < $3
  RETURNING 1)",
                           .columns = "n"};
const Sql drop_sql{.text = R"(
  DELETE FROM recovery_tickets WHERE user_id = $1 AND kind = $2 AND security_version >= $3 RETURNING 1)",
                   .columns = "n"};
const Sql reserve_sql{.text = R"(
  INSERT INTO recovery_reservations (email, user_id, until) VALUES ($1, $2, $3)
  ON CONFLICT (email) DO UPDATE SET user_id = excluded.user_id, until = excluded.until)"};
const Sql holder_sql{
    .text = "SELECT user_id FROM recovery_reservations WHERE email = $1 AND until > $2",
    .columns = "t"};
const Sql count_live_sql{
    .text = "SELECT count(*) FROM recovery_tickets WHERE kind = $1 AND expires_at > $2",
    .columns = "n"};
const Sql delete_tickets_sql{.text = R"(
  DELETE FROM recovery_tickets WHERE digest IN (
    SELECT digest FROM recovery_tickets WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
  RETURNING 1)",
                             .columns = "n"};
const Sql delete_reservations_sql{.text = R"(
  DELETE FROM recovery_reservations WHERE email IN (
    SELECT email FROM recovery_reservations WHERE until <= $1 ORDER BY until LIMIT $2)
  RETURNING 1)",
                                  .columns = "n"};

// The time once more outside, here and below: a count that goes on meanwhile stays.
const Sql delete_targets_sql{.text = R"(
  DELETE FROM recovery_targets WHERE until <= $1 AND mailbox IN (
    SELECT mailbox FROM recovery_targets WHERE until <= $1 ORDER BY until LIMIT $2)
  RETURNING 1)",
                             .columns = "n"};
// What programs from before recovery_mails counted of mails goes, too.
const Sql delete_guesses_sql{.text = R"(
  DELETE FROM recovery_slots WHERE day_began_at <= $1 AND (user_id, kind) IN (
    SELECT user_id, kind FROM recovery_slots WHERE day_began_at <= $1
    ORDER BY day_began_at LIMIT $2)
  RETURNING 1)",
                             .columns = "n"};

std::string word_of(TicketKind kind) {
  switch (kind) {
    case TicketKind::reset:
      return "reset";
    case TicketKind::email_change:
      return "email_change";
    case TicketKind::undo:
      return "undo";
  }
  return {};
}

std::string word_of(MailPurpose purpose) {
  switch (purpose) {
    case MailPurpose::reset:
      return "reset";
    case MailPurpose::reset_by_administrator:
      return "reset_by_administrator";
    case MailPurpose::email_change:
      return "email_change";
  }
  return {};
}

TicketKind kind_of(const std::string& word) {
  for (const auto kind : {TicketKind::reset, TicketKind::email_change, TicketKind::undo}) {
    if (word_of(kind) == word) return kind;
  }
  Row::damaged();
}

/// Both forms of an address, neither of which holds a line feed.
std::string both_forms(const EmailAddress& email) {
  return email.display() + "\n" + email.canonical();
}

std::optional<EmailAddress> email_in(const Row& row, std::size_t column) {
  if (row.is_null(column)) return std::nullopt;
  const auto& text = row.text(column);
  const auto end = text.find('\n');
  if (end == std::string::npos) Row::damaged();
  return EmailAddress::restore(text.substr(0, end), text.substr(end + 1));
}

Ticket ticket_in(const Row& row) {
  Ticket ticket{.digest = row.digest<FeatureDigest>(0),
                .kind = kind_of(row.text(1)),
                .user = row.id<UserId>(2),
                .security_version = row.number(3),
                .email = email_in(row, 4),
                .changed_to = email_in(row, 5),
                .second_factor_done = row.flag(8),
                .created_at = row.time(10),
                .expires_at = row.time(11)};
  if (!row.is_null(6)) ticket.code = row.digest<FeatureDigest>(6);
  if (!row.is_null(7)) ticket.session = row.id<SessionId>(7);
  if (!row.is_null(9)) ticket.asked_at = row.time(9);
  return ticket;
}

std::optional<Ticket> first_ticket(const sql::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return ticket_in(rows.front());
}

class SqlTickets final : public Tickets {
 public:
  explicit SqlTickets(Transaction& transaction) : tx_(transaction) {}

  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    if (request.target && !take_target(*request.target, now)) return false;
    const MailAccount account{user, word_of(request.purpose)};
    const auto share = request.network ? mail_shares.share_of(tx_, account, *request.network,
                                                              request.max_networks, now)
                                       : MailShare::common;
    if (mail_shares.take(tx_, account, share, pace, now)) return true;
    if (request.target) {
      query(tx_, give_back_target_sql, {time_value(now), digest_value(request.target->mailbox)});
    }
    return false;
  }

  void put(const Ticket& ticket) override {
    const auto optional = [](const auto& value, auto text_of) {
      return value ? Value{text_of(*value)} : Value{};
    };
    const auto only_of = ticket.kind == TicketKind::undo
                             ? Value{}
                             : Value{word_of(ticket.kind) + " " + ticket.user.str()};
    query(tx_, put_sql,
          {digest_value(ticket.digest), word_of(ticket.kind), ticket.user.str(), only_of,
           ticket.security_version, optional(ticket.email, both_forms),
           optional(ticket.changed_to, both_forms),
           optional(ticket.code, [](const auto& code) { return to_hex(code.bytes()); }),
           optional(ticket.session, [](const auto& session) { return session.str(); }),
           Value{std::int64_t{ticket.second_factor_done ? 1 : 0}},
           optional(ticket.asked_at, time_value), time_value(ticket.created_at),
           time_value(ticket.expires_at)});
  }

  std::optional<Ticket> find(TicketKind kind, const std::vector<FeatureDigest>& digests,
                             UtcTime now) override {
    for (const auto& digest : digests) {
      if (auto ticket = first_ticket(
              query(tx_, find_sql, {digest_value(digest), word_of(kind), time_value(now)}))) {
        return ticket;
      }
    }
    return std::nullopt;
  }

  std::vector<Ticket> list(const UserId& user, TicketKind kind, UtcTime now) override {
    std::vector<Ticket> listed;
    for (const auto& row : query(tx_, list_sql, {user.str(), word_of(kind), time_value(now)})) {
      listed.push_back(ticket_in(row));
    }
    return listed;
  }

  bool redeem(TicketKind kind, const FeatureDigest& digest, UtcTime now) override {
    return !query(tx_, redeem_sql, {digest_value(digest), word_of(kind), time_value(now)}).empty();
  }

  std::optional<Ticket> count_guess(const UserId& user, TicketKind kind, const GuessLimits& limits,
                                    UtcTime now) override {
    auto ticket = first_ticket(
        query(tx_, count_guess_sql,
              {user.str(), word_of(kind), time_value(now), count_value(limits.per_code)}));
    // Asked for nobody where there is no ticket, so that it takes as long.
    const auto whose = ticket ? user : UserId{};
    const auto counted =
        query(tx_, count_in_day_sql,
              {whose.str(), time_value(now), count_value(limits.per_day), time_value(now - 24h)});
    if (counted.empty()) return std::nullopt;
    return ticket;
  }

  std::size_t drop(const UserId& user, TicketKind kind, std::int64_t from) override {
    return query(tx_, drop_sql, {user.str(), word_of(kind), from}).size();
  }

  void reserve(const EmailAddress& email, const UserId& user, UtcTime until) override {
    query(tx_, reserve_sql, {email.canonical(), user.str(), time_value(until)});
  }

  std::optional<UserId> holder_of(const EmailAddress& email, UtcTime now) override {
    const auto rows = query(tx_, holder_sql, {email.canonical(), time_value(now)});
    if (rows.empty()) return std::nullopt;
    return rows.front().id<UserId>(0);
  }

  std::size_t count_live(TicketKind kind, UtcTime now) override {
    const auto rows = query(tx_, count_live_sql, {word_of(kind), time_value(now)});
    return static_cast<std::size_t>(rows.front().number(0));
  }

  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    // In the order in which the other verbs hold such rows, or the two would wait for each other.
    auto over = query(tx_, delete_targets_sql, {time_value(now), count_value(limit)}).size();
    if (over < limit) over += mail_shares.delete_old(tx_, now - 24h, limit - over);
    for (const auto& [deleting, cutoff] :
         {std::pair{&delete_tickets_sql, now}, std::pair{&delete_reservations_sql, now},
          std::pair{&delete_guesses_sql, now - 24h}}) {
      if (over >= limit) break;
      over += query(tx_, *deleting, {time_value(cutoff), count_value(limit - over)}).size();
    }
    return over;
  }

 private:
  /// Holds the row to the end, so that giving back undoes this count and no other.
  bool take_target(const MailTarget& target, UtcTime now) {
    return !query(tx_, take_target_sql,
                  {digest_value(target.mailbox), time_value(now + target.limit.window),
                   count_value(target.limit.count), time_value(now)})
                .empty();
  }

  Transaction& tx_;
};

class SqlTicketStore final : public TicketStore {
 public:
  std::unique_ptr<Tickets> in(Transaction& transaction) override {
    // Throws for a transaction of another kind.
    static_cast<void>(sql::engine_of(transaction));
    return std::make_unique<SqlTickets>(transaction);
  }
};

}  // namespace

sql::RoomMigrations migrations() { return sql::recovery_migrations(); }

std::unique_ptr<TicketStore> make_sql_tickets() { return std::make_unique<SqlTicketStore>(); }

}  // namespace coffeeauth::recovery
