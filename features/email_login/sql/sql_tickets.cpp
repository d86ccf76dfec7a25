#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "coffeeauth/email_login/sql.hpp"
#include "coffeeauth/sql/mail_shares.hpp"
#include "coffeeauth/sql/query.hpp"
#include "email_login_migrations.hpp"

namespace coffeeauth::email_login {
namespace {

using namespace std::chrono_literals;
using sql::count_value;
using sql::digest_value;
using sql::Row;
using sql::Sql;
using sql::time_value;

const sql::MailShares mail_shares{"email_login_mails"};

const Sql put_sql{.text = R"(
  INSERT INTO email_login_tickets (user_id, link_digest, login_digest, code_digest, guesses,
                                   security_version, created_at, expires_at)
  VALUES ($1, $2, $3, $4, 0, $5, $6, $7)
  ON CONFLICT (user_id) DO UPDATE
    SET link_digest = excluded.link_digest, login_digest = excluded.login_digest,
        code_digest = excluded.code_digest, guesses = 0,
        security_version = excluded.security_version, created_at = excluded.created_at,
        expires_at = excluded.expires_at)"};

constexpr std::string_view ticket_columns =
    " user_id, link_digest, login_digest, code_digest, security_version, created_at, expires_at ";
constexpr auto ticket_letters = "ttttnnn";

const Sql find_sql{.text = "SELECT" + std::string{ticket_columns} +
                           "FROM email_login_tickets WHERE link_digest = $1 AND expires_at > $2",
                   .columns = ticket_letters};
const Sql redeem_sql{.text = R"(
  DELETE FROM email_login_tickets WHERE link_digest = $1 AND expires_at > $2 RETURNING 1)",
                     .columns = "n"};
const Sql count_guess_sql{.text = R"(
  UPDATE email_login_tickets SET guesses = guesses + 1
  WHERE login_digest = $1 AND expires_at > $2 AND guesses < $3
  RETURNING)" + std::string{ticket_columns},
                          .columns = ticket_letters};
// $2 is now, $3 the most, $4 a day ago.
const Sql count_in_day_sql{.text = R"(
  INSERT INTO email_login_guesses (user_id, day_began_at, day_count)
  SELECT $1, $2, 1 FROM users WHERE id = $1 AND 1 <= $3
  ON CONFLICT (user_id) DO UPDATE
    SET day_count = CASE WHEN email_login_guesses.day_began_at <= $4 THEN 1
                         ELSE email_login_guesses.day_count + 1 END,
        day_began_at = CASE WHEN email_login_guesses.day_began_at <= $4 THEN $2
                            ELSE email_login_guesses.day_began_at END
    WHERE email_login_guesses.day_began_at <= $4 OR email_login_guesses.day_count < $3
  RETURNING 1)",
                           .columns = "n"};
const Sql count_live_sql{.text = "SELECT count(*) FROM email_login_tickets WHERE expires_at > $1",
                         .columns = "n"};
// The time once more outside, here and below: a row that is used again meanwhile stays.
const Sql delete_tickets_sql{.text = R"(
  DELETE FROM email_login_tickets WHERE expires_at <= $1 AND user_id IN (
    SELECT user_id FROM email_login_tickets WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
  RETURNING 1)",
                             .columns = "n"};
const Sql delete_guesses_sql{.text = R"(
  DELETE FROM email_login_guesses WHERE day_began_at <= $1 AND user_id IN (
    SELECT user_id FROM email_login_guesses WHERE day_began_at <= $1
    ORDER BY day_began_at LIMIT $2)
  RETURNING 1)",
                             .columns = "n"};

Ticket ticket_in(const Row& row) {
  return {.user = row.id<UserId>(0),
          .link = row.digest<FeatureDigest>(1),
          .login = row.digest<FeatureDigest>(2),
          .code = row.digest<FeatureDigest>(3),
          .security_version = row.number(4),
          .created_at = row.time(5),
          .expires_at = row.time(6)};
}

std::string share_for(Transaction& tx, const UserId& user, const MailRequest& request,
                      UtcTime now) {
  if (!request.by_owner) {
    return mail_shares.share_of(tx, {user}, request.network, request.max_networks, now);
  }
  return request.from_elsewhere ? MailShare::owner_elsewhere : MailShare::owner;
}

class SqlTickets final : public Tickets {
 public:
  explicit SqlTickets(Transaction& transaction) : tx_(transaction) {}

  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    const auto share = share_for(tx_, user, request, now);
    return mail_shares.take(tx_, {user}, share, pace, now);
  }

  void put(const Ticket& ticket) override {
    query(tx_, put_sql,
          {ticket.user.str(), digest_value(ticket.link), digest_value(ticket.login),
           digest_value(ticket.code), ticket.security_version, time_value(ticket.created_at),
           time_value(ticket.expires_at)});
  }

  std::optional<Ticket> find(const std::vector<FeatureDigest>& links, UtcTime now) override {
    for (const auto& link : links) {
      const auto rows = query(tx_, find_sql, {digest_value(link), time_value(now)});
      if (!rows.empty()) return ticket_in(rows.front());
    }
    return std::nullopt;
  }

  bool redeem(const FeatureDigest& link, UtcTime now) override {
    return !query(tx_, redeem_sql, {digest_value(link), time_value(now)}).empty();
  }

  std::optional<Ticket> count_guess(const std::vector<FeatureDigest>& logins,
                                    const GuessLimits& limits, UtcTime now) override {
    std::optional<Ticket> ticket;
    // All of them, so that it takes as long where there is no ticket.
    for (const auto& login : logins) {
      const auto rows = query(tx_, count_guess_sql,
                              {digest_value(login), time_value(now), count_value(limits.per_code)});
      if (!rows.empty()) ticket = ticket_in(rows.front());
    }
    // Asked for nobody there, as well.
    const auto whose = ticket ? ticket->user : UserId{};
    const auto counted =
        query(tx_, count_in_day_sql,
              {whose.str(), time_value(now), count_value(limits.per_day), time_value(now - 24h)});
    if (counted.empty()) return std::nullopt;
    return ticket;
  }

  std::size_t count_live(UtcTime now) override {
    return static_cast<std::size_t>(
        query(tx_, count_live_sql, {time_value(now)}).front().number(0));
  }

  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    // In the order in which the other verbs hold such rows, or the two would wait for each other.
    auto over = mail_shares.delete_old(tx_, now - 24h, limit);
    for (const auto& [deleting, cutoff] :
         {std::pair{&delete_tickets_sql, now}, std::pair{&delete_guesses_sql, now - 24h}}) {
      if (over >= limit) break;
      over += query(tx_, *deleting, {time_value(cutoff), count_value(limit - over)}).size();
    }
    return over;
  }

 private:
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

sql::RoomMigrations migrations() { return sql::email_login_migrations(); }

std::unique_ptr<TicketStore> make_sql_tickets() { return std::make_unique<SqlTicketStore>(); }

}  // namespace coffeeauth::email_login
