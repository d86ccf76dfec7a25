#include <cstdint>
#include <set>
#include <string>

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
                             "SELECT DISTINCT number_digest FROM sms_messages "
                             "WHERE network_digest = $1 AND sent_at > $2",
                         .columns = "t"};
// As far as it matters.
const Sql of_service_sql{
    .text =
        "SELECT count(*) FROM (SELECT turn FROM sms_messages WHERE sent_at > $1 LIMIT $2) "
        "AS recent",
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

sql::Value flag_value(bool flag) { return std::int64_t{flag ? 1 : 0}; }

class SqlBudgets final : public Budgets {
 public:
  explicit SqlBudgets(Transaction& transaction) : tx_(transaction) {}

  BudgetVerdict take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    // What was counted stays counted: who is paced by it need not wait for a turn.
    if (is_paced(request, limits, now)) return BudgetVerdict::paced;
    const auto turn = query(tx_, take_turn_sql).front().number(0);
    // Once more, since those before this one may have taken the rest.
    if (is_paced(request, limits, now)) return BudgetVerdict::paced;
    const auto most = limits.service_limit(request.enrols);
    const auto in_hour =
        query(tx_, of_service_sql, {time_value(now - 1h), count_value(most)}).front().number(0);
    if (static_cast<std::size_t>(in_hour) >= most) {
      return BudgetVerdict::service_full;
    }
    query(tx_, count_sql,
          {turn, request.user.str(), digest_value(request.number.front()),
           digest_value(request.network.front()), flag_value(request.enrols), time_value(now)});
    return BudgetVerdict::taken;
  }

  std::size_t delete_old(UtcTime cutoff, std::size_t limit) override {
    return query(tx_, delete_old_sql, {time_value(cutoff), count_value(limit)}).size();
  }

 private:
  bool is_paced(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) {
    return !user_may(request, limits, now) || !number_may(request, limits.number, now) ||
           !network_may(request, limits.numbers_per_network, now);
  }

  bool user_may(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) {
    std::vector<UtcTime> sent;
    std::size_t enrolments = 0;
    for (const auto& row : query(tx_, of_user_sql, {request.user.str(), time_value(now - 24h)})) {
      sent.push_back(row.time(0));
      if (row.flag(1)) ++enrolments;
    }
    if (request.enrols && enrolments >= limits.enrolments_per_day) return false;
    return limits.user.allows(sent, now);
  }

  bool number_may(const BudgetRequest& request, const SmsPace& pace, UtcTime now) {
    std::vector<UtcTime> sent;
    for (const auto& digest : request.number) {
      for (const auto& row :
           query(tx_, of_number_sql,
                 {digest_value(digest), time_value(now - 24h), flag_value(request.enrols)})) {
        sent.push_back(row.time(0));
      }
    }
    return pace.allows(sent, now);
  }

  bool network_may(const BudgetRequest& request, std::size_t most, UtcTime now) {
    std::set<std::string> others;
    for (const auto& digest : request.network) {
      for (const auto& row :
           query(tx_, of_network_sql, {digest_value(digest), time_value(now - 24h)})) {
        others.insert(row.text(0));
      }
    }
    for (const auto& digest : request.number) others.erase(to_hex(digest.bytes()));
    return others.size() < most;
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
