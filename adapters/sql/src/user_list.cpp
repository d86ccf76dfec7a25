// Lists and counts of users: the only statements that are put together at run time, from constants.

#include <array>

#include "adapters/sql/src/user_rows.hpp"
#include "adapters/sql/src/users.hpp"

namespace coffeeauth::sql {
namespace {

constexpr std::int64_t never_logged_in = -1;

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
  Rows run(Connection& connection, std::string_view kinds) && {
    return connection.run({.text = std::move(text_), .columns = std::string(kinds)},
                          std::move(values_));
  }

 private:
  std::string text_;
  std::vector<Value> values_;
  bool has_condition_ = false;
};

// The text itself anywhere, not a pattern: `%` and `_` stand for themselves.
std::string like_pattern(std::string_view search) {
  std::string pattern = "%";
  for (const char c : search) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

void require_search(Draft& draft, const std::string& search, const Dialect& dialect) {
  const auto pattern = draft.put(like_pattern(search));
  std::string condition;
  for (const auto column : {"email_canonical", "email_display", "first_name", "last_name"}) {
    condition += condition.empty() ? "(" : " OR ";
    condition += std::string(column) + " " + dialect.like + " " + pattern + " ESCAPE '\\'";
  }
  draft.require(condition + ")");
}

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
  if (!filter.search.empty()) require_search(draft, filter.search, dialect);
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

}  // namespace

std::vector<User> SqlUserReads::list(const UserListQuery& query) {
  const auto connection = source_.lease();
  const std::string key{key_column(query.order)};
  const bool descending = query.direction == Direction::descending;
  Draft draft;
  draft << "SELECT " << user_columns() << " FROM users";
  require_filter(draft, query.filter, connection->dialect(), Walk::along_the_order);
  if (query.after) {
    const auto from = draft.put(key_value(query.order, *query.after));
    const auto id = draft.put(to_value(query.after->id));
    draft.require("(" + key + ", id) " + (descending ? "<" : ">") + " (" + from + ", " + id + ")");
  }
  const std::string direction = descending ? " DESC" : " ASC";
  draft << " ORDER BY " << key << direction << ", id" << direction;
  draft << " LIMIT " << draft.put(to_limit(query.limit));
  if (!query.after && query.offset > 0) draft << " OFFSET " << draft.put(to_limit(query.offset));

  std::vector<User> users;
  for (const auto& row : std::move(draft).run(*connection, user_kinds)) {
    users.push_back(read_user(row));
  }
  return users;
}

std::size_t SqlUserReads::count(const UserFilter& filter) {
  const auto connection = source_.lease();
  Draft draft;
  // Who is searched for has to be looked at; all others were counted when they were written.
  draft << (filter.search.empty() ? "SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM user_counts"
                                  : "SELECT count(*) FROM users");
  require_filter(draft, filter, connection->dialect(), Walk::any);
  return static_cast<std::size_t>(std::move(draft).run(*connection, "n").front().number(0));
}

}  // namespace coffeeauth::sql
