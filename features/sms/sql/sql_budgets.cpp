#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coffeeauth/sms/sql.hpp"
#include "coffeeauth/sql/query.hpp"
#include "sms_migrations.hpp"

namespace coffeeauth::sms {
namespace {

using namespace std::chrono_literals;
using sql::count_value;
using sql::digest_value;
using sql::Sql;
using sql::time_value;

// Whoever has it is alone until the transaction ends, in all processes.
const Sql take_turn_sql{.text = R"(
  INSERT INTO sms_service (id, turns) VALUES (1, 1)
  ON CONFLICT (id) DO UPDATE SET turns = sms_service.turns + 1
  RETURNING turns)",
                        .columns = "n"};
const Sql of_user_sql{
    .text = "SELECT sent_at, enrols FROM sms_messages WHERE user_id = $1 AND sent_at > $2",
    .columns = "nn"};
const Sql of_number_sql{.text =
                            "SELECT sent_at FROM sms_messages "
                            "WHERE number_digest = $1 AND sent_at > $2 AND enrols = $3",
                        .columns = "n"};
const Sql of_network_sql{.text =
                             "SELECT number_digest, max(sent_at) FROM sms_messages "
                             "WHERE network_digest = $1 AND sent_at > $2 AND enrols = $3 "
                             "GROUP BY number_digest",
                         .columns = "tn"};
// The message after which the hour was full; none if it is not.
const Sql of_service_sql{.text =
                             "SELECT sent_at FROM sms_messages WHERE sent_at > $1 "
                             "ORDER BY sent_at DESC LIMIT 1 OFFSET $2",
                         .columns = "n"};
const Sql count_sql{.text = R"(
  INSERT INTO sms_messages (turn, user_id, number_digest, network_digest, enrols, sent_at)
  VALUES ($1, $2, $3, $4, $5, $6))"};
// A row never changes its time.
const Sql delete_old_sql{.text = R"(
  DELETE FROM sms_messages WHERE turn IN (
    SELECT turn FROM sms_messages WHERE sent_at <= $1 ORDER BY sent_at LIMIT $2)
  RETURNING 1)",
                         .columns = "n"};

/// The column is called by the share that was there first: 1 enrols the number.
sql::Value share_value(BudgetShare share) { return static_cast<std::int64_t>(share); }

class SqlBudgets final : public Budgets {
 public:
  explicit SqlBudgets(Transaction& transaction) : tx_(transaction) {}

  BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    // What was counted stays counted: who is paced by it need not wait for a turn.
    if (const auto at = free_at(request, limits, now); at > now) return {BudgetVerdict::paced, at};
    const auto turn = query(tx_, take_turn_sql).front().number(0);
    // Once more, since those before this one may have taken the rest.
    if (const auto at = free_at(request, limits, now); at > now) return {BudgetVerdict::paced, at};
    const auto most = limits.service_limit(request.share);
    const auto full = query(tx_, of_service_sql, {time_value(now - 1h), count_value(most - 1)});
    if (!full.empty()) return {BudgetVerdict::service_full, full.front().time(0) + 1h};
    query(tx_, count_sql,
          {turn, request.user.str(), digest_value(request.number.front()),
           digest_value(request.network.front()), share_value(request.share), time_value(now)});
    return {BudgetVerdict::taken, now};
  }

  std::size_t delete_old(UtcTime cutoff, std::size_t limit) override {
    return query(tx_, delete_old_sql, {time_value(cutoff), count_value(limit)}).size();
  }

 private:
  /// When the limits of user, number and network have room, `now` or later.
  UtcTime free_at(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) {
    const auto at = std::max(of_user(request, limits, now), of_number(request, limits.number, now));
    if (request.share != BudgetShare::enrolment) return at;
    return std::max(at, of_network(request, limits, now));
  }

  UtcTime of_user(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) {
    std::vector<UtcTime> sent;
    const auto share = static_cast<std::int64_t>(request.share);
    for (const auto& row : query(tx_, of_user_sql, {request.user.str(), time_value(now - 24h)})) {
      if (row.number(1) == share) sent.push_back(row.time(0));
    }
    const auto at = limits.user.free_at(sent, now);
    if (request.share != BudgetShare::enrolment) return at;
    return std::max(at, limits.enrolment_free_at(std::move(sent), now));
  }

  UtcTime of_number(const BudgetRequest& request, const SmsPace& pace, UtcTime now) {
    std::vector<UtcTime> sent;
    for (const auto& digest : request.number) {
      for (const auto& row :
           query(tx_, of_number_sql,
                 {digest_value(digest), time_value(now - 24h), share_value(request.share)})) {
        sent.push_back(row.time(0));
      }
    }
    return pace.free_at(std::move(sent), now);
  }

  UtcTime of_network(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) {
    std::map<std::string, UtcTime> others;
    for (const auto& digest : request.network) {
      for (const auto& row :
           query(tx_, of_network_sql,
                 {digest_value(digest), time_value(now - 24h), share_value(request.share)})) {
        auto& last = others[row.text(0)];
        last = std::max(last, row.time(1));
      }
    }
    for (const auto& digest : request.number) others.erase(to_hex(digest.bytes()));
    std::vector<UtcTime> lasts;
    for (const auto& [number, last] : others) lasts.push_back(last);
    return limits.network_free_at(std::move(lasts), now);
  }

  Transaction& tx_;
};

class SqlBudgetStore final : public BudgetStore {
 public:
  std::unique_ptr<Budgets> in(Transaction& transaction) override {
    // Throws for a transaction of another kind.
    static_cast<void>(sql::engine_of(transaction));
    return std::make_unique<SqlBudgets>(transaction);
  }
};

}  // namespace

sql::RoomMigrations migrations() { return sql::sms_migrations(); }

std::unique_ptr<BudgetStore> make_sql_budgets() { return std::make_unique<SqlBudgetStore>(); }

}  // namespace coffeeauth::sms
