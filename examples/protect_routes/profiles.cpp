#include "profiles.hpp"

#include <algorithm>

#include "coffeeauth/sql/query.hpp"

namespace ca = coffeeauth;
using ca::sql::query;

void Profiles::record(ca::Transaction& transaction, const ca::Event& event) {
  // A second sign-up for an address is recorded as well, but creates no second user.
  const ca::EventDetail created{"account", "created"};
  const auto& details = event.details;
  if (event.kind != ca::EventKind::signed_up ||
      std::find(details.begin(), details.end(), created) == details.end()) {
    return;
  }
  query(transaction,
        {"INSERT INTO app_profiles (user_id, number, motto) "
         "SELECT $1, coalesce(max(number), 0) + 1, '' FROM app_profiles"},
        {event.user->str()});
}

std::optional<Profile> find_profile(ca::Store& sql, const ca::UserId& user) {
  const auto rows =
      query(sql, {"SELECT number, motto FROM app_profiles WHERE user_id = $1", "nt"}, {user.str()});
  if (rows.empty()) return std::nullopt;
  return Profile{.number = rows.front().number(0), .motto = rows.front().text(1)};
}

bool set_motto(ca::Store& sql, const ca::UserId& user, const std::string& motto) {
  return sql.transact([&](ca::Transaction& tx) {
    return !query(tx,
                  {"UPDATE app_profiles SET motto = $1 WHERE user_id = $2 RETURNING number", "n"},
                  {motto, user.str()})
                .empty();
  });
}
