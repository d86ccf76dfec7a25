// What a library says that was built without PostgreSQL; linked with that source in place of the
// library.

#include "adapters/sql/src/with_postgres.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <stdexcept>

using namespace coffeeauth::sql;

TEST_CASE("a library without PostgreSQL says so, and repeats nothing of the URL") {
  constexpr auto words = "this coffeeauth was built without PostgreSQL";
  const PostgresOptions options{.database = "app"};
  CHECK_THROWS_WITH_AS(static_cast<void>(parse_with_postgres("postgresql://u:canary@db/app")),
                       words, std::invalid_argument);
  CHECK_THROWS_WITH_AS(static_cast<void>(open_with_postgres(options)), words,
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(migrate_with_postgres(options), words, std::invalid_argument);
}
