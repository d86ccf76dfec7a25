#include "adapters/sql/src/with_postgres.hpp"

#include "adapters/sql/src/postgres.hpp"

namespace coffeeauth::sql {

PostgresOptions parse_with_postgres(std::string_view url) { return parse_postgres_url(url); }

std::unique_ptr<Store> open_with_postgres(const PostgresOptions& options) {
  return make_postgres_store(options);
}

MigrationReport migrate_with_postgres(const PostgresOptions& options) {
  return migrate_postgres(options);
}

std::unique_ptr<Connection> connect_with_postgres(const PostgresOptions& options) {
  return open_postgres(options, Purpose::migration);
}

}  // namespace coffeeauth::sql
