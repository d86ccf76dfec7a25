#include "adapters/sql/src/with_postgres.hpp"

namespace coffeeauth::sql {

PostgresOptions parse_with_postgres(std::string_view url) { return parse_postgres_url(url); }

std::unique_ptr<Store> open_with_postgres(const PostgresOptions& options) {
  return make_postgres_store(options);
}

MigrationReport migrate_with_postgres(const PostgresOptions& options) {
  return migrate_postgres(options);
}

}  // namespace coffeeauth::sql
