// Lists and counts of users: the only statements that are put together at run time, from constants.

#include <algorithm>

#include "adapters/sql/src/trigrams.hpp"
#include "adapters/sql/src/user_rows.hpp"
#include "adapters/sql/src/users.hpp"

namespace coffeeauth::sql {
namespace {

// A statement in the making: text, and the values of its placeholders.
class Draft {
 public:
  Draft& operator<<(std::string_view text) {
    text_ += text;
    return *this;
  }
  // The placeholder for a value that was not there before.
  std::string put(Value value) {
    values_.push_back(std::move(value));
    return "$" + std::to_string(values_.size());
  }
  // Joins a condition to those before it.
  void require(std::string_view condition) {
    text_ += has_condition_ ? " AND " : " WHERE ";
    text_ += condition;
    has_condition_ = true;
  }
  // For another part of the statement: what is required next stands behind a WHERE of its own.
  void start_conditions() { has_condition_ = false; }
  Rows run(Connection& connection, std::string_view kinds) && {
    return connection.run({.text = std::move(text_), .columns = std::string(kinds)},
                          std::move(values_));
  }

 private:
  std::string text_;
  std::vector<Value> values_;
  bool has_condition_ = false;
};

enum class Walk { along_the_order, any };

// Along an order SQLite's planner must not be led to an index of the flags, and sort all it finds
// there: a unary plus hides the column from it.
void require_filter(Draft& draft, const UserFilter& filter, const Dialect& dialect, Walk walk) {
  const std::string hide = walk == Walk::along_the_order ? dialect.hide : "";
  if (filter.role) {
    draft.require(hide + "role = " + draft.put(to_value(*filter.role == Role::admin)));
  }
  if (filter.is_verified) {
    draft.require(hide + "is_verified = " + draft.put(to_value(*filter.is_verified)));
  }
  if (filter.is_active) {
    draft.require(hide + "is_active = " + draft.put(to_value(*filter.is_active)));
  }
}

// `text` is the placeholder of the folded search. No character of it is a pattern.
void require_text(Draft& draft, const Dialect& dialect, const std::string& text) {
  draft.require(dialect.position + "(search_text, " + text + ") > 0");
}

std::string_view key_column(UserOrder order) {
  switch (order) {
    case UserOrder::email:
      return "email_canonical";
    case UserOrder::last_login:
      return "last_login_key";
    case UserOrder::date_joined:
      break;
  }
  return "date_joined";
}

Value key_value(UserOrder order, const UserPosition& position) {
  if (order == UserOrder::email) return position.email;
  return position.millis.value_or(never_logged_in);
}

// A user's place in an order.
struct Place {
  Value key;
  Value id;
};

// ORDER BY and what follows it.
class Order {
  const bool is_apart_;

 public:
  Order(const UserListQuery& query, const Dialect& dialect)
      : is_apart_(query.order == UserOrder::last_login && dialect.logins_apart),
        column(is_apart_ ? "login_key" : key_column(query.order)),
        table(is_apart_ ? "last_logins JOIN users ON users.id = last_logins.user_id" : "users"),
        direction_(query.direction == Direction::descending ? " DESC" : " ASC"),
        sign_(query.direction == Direction::descending ? " < " : " > "),
        sign_back_(query.direction == Direction::descending ? " >= " : " <= ") {}

  void require_after(Draft& draft, const std::string& key, const UserListQuery& query) const {
    if (!query.after) return;
    const auto from = draft.put(key_value(query.order, *query.after));
    const auto id = draft.put(to_value(query.after->id));
    draft.require("(" + key + ", " + id_beside(key) + ")" + sign_ + "(" + from + ", " + id + ")");
  }
  // `last` is where to end, and belongs to it.
  void require_until(Draft& draft, const Place& last) const {
    const auto key = draft.put(last.key);
    const auto id = draft.put(last.id);
    draft.require("(" + column + ", " + id_beside(column) + ")" + sign_back_ + "(" + key + ", " +
                  id + ")");
  }
  [[nodiscard]] std::string place_columns() const { return column + ", " + id_beside(column); }
  [[nodiscard]] std::string by(const std::string& key) const {
    return " ORDER BY " + key + direction_ + ", " + id_beside(key) + direction_;
  }

  // What is walked along its index.
  const std::string column;
  const std::string table;

 private:
  // A comparison of two columns finds its index only where both are of one table.
  [[nodiscard]] std::string id_beside(const std::string& key) const {
    return is_apart_ && key == column ? "user_id" : "id";
  }

  std::string direction_;
  std::string sign_;
  std::string sign_back_;
};

void limit(Draft& draft, const UserListQuery& query) {
  draft << " LIMIT " << draft.put(to_limit(query.limit));
  if (!query.after && query.offset > 0) draft << " OFFSET " << draft.put(to_limit(query.offset));
}

std::vector<User> read_users(Connection& connection, Draft draft) {
  std::vector<User> users;
  for (const auto& row : std::move(draft).run(connection, user_kinds)) {
    users.push_back(read_user(row));
  }
  return users;
}

// Along the order, and past whoever does not match, to the end or to `last`.
std::vector<User> walk(Connection& connection, const UserListQuery& query,
                       const std::optional<Place>& last = {}) {
  const Order order(query, connection.dialect());
  Draft draft;
  draft << "SELECT " << user_columns() << " FROM " << order.table;
  require_filter(draft, query.filter, connection.dialect(), Walk::along_the_order);
  if (!query.filter.search.empty()) {
    require_text(draft, connection.dialect(), draft.put(to_value(query.filter.search)));
  }
  order.require_after(draft, order.column, query);
  if (last) order.require_until(draft, *last);
  draft << order.by(order.column);
  limit(draft, query);
  return read_users(connection, std::move(draft));
}

// The place `budget` users further in the order, whoever they are; nothing where the list has
// ended.
std::optional<Place> place_after(Connection& connection, const UserListQuery& query,
                                 std::size_t budget) {
  const Order order(query, connection.dialect());
  Draft draft;
  draft << "SELECT " << order.place_columns() << " FROM " << order.table;
  order.require_after(draft, order.column, query);
  draft << order.by(order.column) << " LIMIT 1 OFFSET " << draft.put(to_limit(budget));
  const bool by_text = query.order == UserOrder::email;
  const auto rows = std::move(draft).run(connection, by_text ? "tt" : "nt");
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  return Place{.key = by_text ? Value{row.text(0)} : Value{row.number(0)}, .id = row.text(1)};
}

using Estimate = SearchSample::Estimate;

// The conditions on users that are found by trigrams.
void require_found(Draft& draft, const UserFilter& filter, const Estimate& estimate,
                   const Dialect& dialect) {
  draft.require(dialect.trigram_condition + draft.put(dialect.join_trigrams(estimate.trigrams)) +
                dialect.trigram_condition_end);
  if (!estimate.is_one_trigram) require_text(draft, dialect, draft.put(to_value(filter.search)));
  require_filter(draft, filter, dialect, Walk::along_the_order);
}

// All who match, found by the index, and then those of the page, each with the count of all. No
// count where the page is empty and does not begin at the first.
CountedUsers find_by_trigrams(Connection& connection, const UserListQuery& query,
                              const Estimate& estimate) {
  const auto& dialect = connection.dialect();
  const Order order(query, dialect);
  Draft draft;
  draft << "WITH found AS MATERIALIZED (SELECT " << user_columns() << ", "
        << key_column(query.order) << " AS sort_key FROM " << dialect.trigram_source;
  require_found(draft, query.filter, estimate, dialect);
  draft << ") SELECT " << user_columns() << ", (SELECT count(*) FROM found) FROM found";
  draft.start_conditions();
  order.require_after(draft, "sort_key", query);
  draft << order.by("sort_key");
  limit(draft, query);
  CountedUsers read;
  for (const auto& row : std::move(draft).run(connection, std::string(user_kinds) + "n")) {
    read.users.push_back(read_user(row));
    read.count = static_cast<std::size_t>(row.number(user_column_count));
  }
  if (read.users.empty() && !query.after && query.offset == 0) read.count = 0;
  return read;
}

std::size_t run_count(Connection& connection, Draft draft) {
  return static_cast<std::size_t>(std::move(draft).run(connection, "n").front().number(0));
}

// Who is not searched for was counted when they were written.
std::size_t count_kinds(Connection& connection, const UserFilter& filter) {
  Draft draft;
  draft << "SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM user_counts";
  require_filter(draft, filter, connection.dialect(), Walk::any);
  return run_count(connection, std::move(draft));
}

// How many match, or `stop` when they are at least that many. Without trigrams all are looked at.
std::size_t count_found(Connection& connection, const UserFilter& filter, const Estimate& estimate,
                        std::size_t stop) {
  const auto& dialect = connection.dialect();
  const bool reads_rows =
      !estimate.is_one_trigram || filter.role || filter.is_verified || filter.is_active;
  Draft draft;
  draft << "SELECT count(*) FROM (SELECT 1 FROM ";
  if (!estimate.trigrams.empty()) {
    draft << (reads_rows ? dialect.trigram_source : dialect.trigram_index);
    require_found(draft, filter, estimate, dialect);
  } else {
    draft << "users";
    require_text(draft, dialect, draft.put(to_value(filter.search)));
    require_filter(draft, filter, dialect, Walk::any);
  }
  draft << " LIMIT " << draft.put(to_limit(stop)) << ") AS counted";
  return run_count(connection, std::move(draft));
}

// Of those who are found by trigrams each row is read; more than these are read quicker in a row.
constexpr double most_by_trigrams = 0.05;
// What it costs to find a user by the index, in users that could be walked past meanwhile.
constexpr double found_to_walked = 6;
// How wrong a sample may be.
constexpr double margin = 2;
// How much further than expected a walk may lead before the index is tried.
constexpr double patience = 4;
constexpr double least_budget = 200;
constexpr double most_budget = 1e9;

UserListQuery folded(UserListQuery query) {
  query.filter.search = fold_search(query.filter.search);
  return query;
}

// The page along the order, where so many match that it is soon full; nothing where it is not.
std::optional<std::vector<User>> walk_common(Connection& connection, const UserListQuery& query,
                                             const Estimate& estimate) {
  // Too short for an index, and found quickly where many match; if not, it takes a while.
  if (estimate.trigrams.empty()) return walk(connection, query);
  if (!estimate.is_common()) return std::nullopt;
  const auto wanted =
      static_cast<double>(query.limit) + (query.after ? 0.0 : static_cast<double>(query.offset));
  const auto expected = wanted / estimate.share();
  if (expected > found_to_walked * estimate.expected()) return std::nullopt;
  const auto budget = std::clamp(patience * expected, least_budget, most_budget);
  const auto last = place_after(connection, query, static_cast<std::size_t>(budget));
  auto users = walk(connection, query, last);
  if (last && users.size() < query.limit) return std::nullopt;
  return users;
}

// What is found for a search, or nothing where they are more than `at_most` and dear to count.
std::optional<std::size_t> count_matches(Connection& connection, const UserFilter& filter,
                                         Estimate estimate, std::size_t at_most) {
  if (at_most != SIZE_MAX && estimate.is_common() &&
      estimate.expected() > margin * static_cast<double>(at_most)) {
    return std::nullopt;
  }
  if (estimate.share() > most_by_trigrams) estimate.trigrams.clear();
  const auto stop = at_most == SIZE_MAX ? SIZE_MAX : at_most + 1;
  const auto count = count_found(connection, filter, estimate, stop);
  if (count > at_most) return std::nullopt;
  return count;
}

}  // namespace

std::vector<User> SqlUserReads::list(const UserListQuery& asked) {
  const auto query = folded(asked);
  const auto connection = list_source_.lease();
  if (query.filter.search.empty()) return walk(*connection, query);
  const auto estimate = sample_.estimate(query.filter, *connection);
  if (auto users = walk_common(*connection, query, estimate)) return *std::move(users);
  return find_by_trigrams(*connection, query, estimate).users;
}

std::optional<std::size_t> SqlUserReads::count(const UserFilter& asked, std::size_t at_most) {
  const auto filter = folded({.filter = asked}).filter;
  const auto connection = list_source_.lease();
  if (filter.search.empty()) return count_kinds(*connection, filter);
  return count_matches(*connection, filter, sample_.estimate(filter, *connection), at_most);
}

CountedUsers SqlUserReads::list_and_count(const UserListQuery& asked, std::size_t at_most) {
  const auto query = folded(asked);
  const auto connection = list_source_.lease();
  if (query.filter.search.empty()) {
    return {walk(*connection, query), count_kinds(*connection, query.filter)};
  }
  const auto estimate = sample_.estimate(query.filter, *connection);
  CountedUsers read;
  if (auto users = walk_common(*connection, query, estimate)) {
    read.users = *std::move(users);
  } else {
    read = find_by_trigrams(*connection, query, estimate);
    if (read.count && *read.count > at_most) return {std::move(read.users), std::nullopt};
  }
  if (!read.count) read.count = count_matches(*connection, query.filter, estimate, at_most);
  return read;
}

}  // namespace coffeeauth::sql
