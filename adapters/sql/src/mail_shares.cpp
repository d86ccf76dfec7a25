#include "coffeeauth/sql/mail_shares.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace coffeeauth::sql {
namespace {

using namespace std::chrono_literals;

// In all of these, `{table}` is the table and `{scope}` the scope's column with a comma, or
// nothing. Parameters have names here, since their numbers depend on whether there is a scope.

// The row of the common share holds those of all networks to the end: whoever comes next sees which
// networks have a share.
constexpr std::string_view hold_text = R"(
  INSERT INTO {table} (user_id, {scope}network, sent_at, hour_began_at, hour_count, day_began_at,
                       day_count)
  SELECT @user, {scope_value}'', 0, 0, 0, 0, 0 FROM users WHERE id = @user
  ON CONFLICT (user_id, {scope}network) DO UPDATE SET day_count = {table}.day_count)";
// Those of networks: the other names are MailShare's.
constexpr std::string_view shares_text = R"(
  SELECT network FROM {table}
  WHERE user_id = @user AND {scope_is}network NOT IN ('', 'owner', 'elsewhere') AND day_began_at > @day_ago)";
// The hour and the day began with the first mail that was counted in them.
constexpr std::string_view take_text = R"(
  INSERT INTO {table} (user_id, {scope}network, sent_at, hour_began_at, hour_count, day_began_at,
                       day_count)
  SELECT @user, {scope_value}@share, @now, @now, 1, @now, 1 FROM users
  WHERE id = @user AND 1 <= @per_hour AND 1 <= @per_day
  ON CONFLICT (user_id, {scope}network) DO UPDATE
    SET sent_at = @now,
        hour_count = CASE WHEN {table}.hour_began_at <= @hour_ago THEN 1
                          ELSE {table}.hour_count + 1 END,
        hour_began_at = CASE WHEN {table}.hour_began_at <= @hour_ago THEN @now
                             ELSE {table}.hour_began_at END,
        day_count = CASE WHEN {table}.day_began_at <= @day_ago THEN 1
                         ELSE {table}.day_count + 1 END,
        day_began_at = CASE WHEN {table}.day_began_at <= @day_ago THEN @now
                            ELSE {table}.day_began_at END
    WHERE {table}.sent_at <= @pause_ago
      AND ({table}.hour_began_at <= @hour_ago OR {table}.hour_count < @per_hour)
      AND ({table}.day_began_at <= @day_ago OR {table}.day_count < @per_day)
  RETURNING 1)";
// The time once more outside: a share that is used again meanwhile stays.
constexpr std::string_view delete_old_text = R"(
  DELETE FROM {table} WHERE sent_at <= @cutoff AND (user_id, {scope}network) IN (
    SELECT user_id, {scope}network FROM {table} WHERE sent_at <= @cutoff ORDER BY sent_at
    LIMIT @limit)
  RETURNING 1)";

void replace_all(std::string& text, std::string_view what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

/// A statement for that table. `names` are those of its parameters, in the order of their numbers.
Sql statement(std::string_view text, std::string_view table, std::string_view scope,
              std::vector<std::string_view> names, std::string_view columns) {
  const std::string column{scope};
  std::string made{text};
  replace_all(made, "{table}", std::string{table});
  replace_all(made, "{scope}", column.empty() ? "" : column + ", ");
  replace_all(made, "{scope_value}", column.empty() ? "" : "@scope, ");
  replace_all(made, "{scope_is}", column.empty() ? "" : column + " = @scope AND ");
  if (column.empty()) std::erase(names, "@scope");
  for (std::size_t i = 0; i < names.size(); ++i) {
    replace_all(made, names[i], "$" + std::to_string(i + 1));
  }
  return {.text = std::move(made), .columns = std::string{columns}};
}

}  // namespace

MailShares::MailShares(std::string_view table, std::string_view scope)
    : has_scope_(!scope.empty()),
      hold_(statement(hold_text, table, scope, {"@user", "@scope"}, "")),
      shares_(statement(shares_text, table, scope, {"@user", "@scope", "@day_ago"}, "t")),
      take_(statement(take_text, table, scope,
                      {"@user", "@scope", "@share", "@now", "@per_hour", "@per_day", "@hour_ago",
                       "@day_ago", "@pause_ago"},
                      "n")),
      delete_old_(statement(delete_old_text, table, scope, {"@cutoff", "@limit"}, "n")) {}

std::vector<Value> MailShares::keys_of(const MailAccount& account) const {
  std::vector<Value> keys{account.user.str()};
  if (has_scope_) keys.emplace_back(account.scope);
  return keys;
}

std::string MailShares::share_of(Transaction& tx, const MailAccount& account,
                                 const FeatureDigest& network, std::size_t max_networks,
                                 UtcTime now) const {
  auto keys = keys_of(account);
  query(tx, hold_, keys);
  keys.push_back(time_value(now - 24h));
  const auto shares = query(tx, shares_, std::move(keys));
  auto own = to_hex(network.bytes());
  const bool has_one =
      std::any_of(shares.begin(), shares.end(), [&](const Row& row) { return row.text(0) == own; });
  return has_one || shares.size() < max_networks ? own : MailShare::common;
}

bool MailShares::take(Transaction& tx, const MailAccount& account, std::string_view share,
                      const MailPace& pace, UtcTime now) const {
  auto values = keys_of(account);
  for (Value value : {Value{std::string{share}}, time_value(now), count_value(pace.per_hour),
                      count_value(pace.per_day), time_value(now - 1h), time_value(now - 24h),
                      time_value(now - pace.pause)}) {
    values.push_back(std::move(value));
  }
  return !query(tx, take_, std::move(values)).empty();
}

std::size_t MailShares::delete_old(Transaction& tx, UtcTime cutoff, std::size_t limit) const {
  return query(tx, delete_old_, {time_value(cutoff), count_value(limit)}).size();
}

}  // namespace coffeeauth::sql
