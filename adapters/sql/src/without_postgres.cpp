#include <stdexcept>

#include "adapters/sql/src/with_postgres.hpp"

namespace coffeeauth::sql {
namespace {

[[noreturn]] void refuse() {
  throw std::invalid_argument("this coffeeauth was built without PostgreSQL");
}

}  // namespace

PostgresOptions parse_with_postgres(std::string_view) { refuse(); }
std::unique_ptr<Store> open_with_postgres(const PostgresOptions&) { refuse(); }
MigrationReport migrate_with_postgres(const PostgresOptions&) { refuse(); }
std::unique_ptr<Connection> connect_with_postgres(const PostgresOptions&) { refuse(); }

}  // namespace coffeeauth::sql
