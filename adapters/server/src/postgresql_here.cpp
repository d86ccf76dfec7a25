#include "postgresql.hpp"

namespace coffeeauth::server {

void go_on_with_postgresql(const std::vector<std::string>& /*words*/) {}

std::unique_ptr<Store> open_postgresql(const sql::PostgresOptions& options) {
  return sql::make_postgres_store(options);
}

sql::MigrationReport migrate_postgresql(const sql::PostgresOptions& options) {
  return sql::migrate_postgres(options);
}

}  // namespace coffeeauth::server
