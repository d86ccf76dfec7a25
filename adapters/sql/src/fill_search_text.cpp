#include "adapters/sql/src/fill_search_text.hpp"

#include "coffeeauth/user.hpp"

namespace coffeeauth::sql {
namespace {

constexpr std::size_t batch = 1000;

const Sql missing_sql{.text = "SELECT count(*) FROM users WHERE search_text = ''", .columns = "n"};
const Sql fill_sql{.text = "UPDATE users SET search_text = $1 WHERE id = $2"};

// How many it filled; fewer than a batch when none is left.
std::size_t fill_batch(Connection& connection) {
  const Sql next_sql{.text = R"(
  SELECT id, email_display, email_canonical, first_name, last_name FROM users
  WHERE search_text = '' ORDER BY id LIMIT $1)" +
                             connection.dialect().for_update,
                     .columns = "ttttt"};
  connection.begin();
  try {
    const auto rows = connection.query(next_sql, to_limit(batch));
    for (const auto& row : rows) {
      const auto email = EmailAddress::restore(row.text(1), row.text(2));
      connection.query(fill_sql, search_text(email, row.text(3), row.text(4)), row.text(0));
    }
    connection.commit();
    return rows.size();
  } catch (...) {
    connection.rollback();
    throw;
  }
}

}  // namespace

void fill_search_text(Connection& connection, const MigrationProgress& progress) {
  const auto total = static_cast<std::size_t>(connection.query(missing_sql).front().number(0));
  if (total == 0) return;
  for (std::size_t done = 0;;) {
    const auto filled = fill_batch(connection);
    done += filled;
    if (progress) progress(done, total);
    if (filled < batch) return;
  }
}

}  // namespace coffeeauth::sql
