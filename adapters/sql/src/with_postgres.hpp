#pragma once
/// What a Database does with PostgreSQL: one source for a library that has it, and one for a
/// library that was built without it.

#include <memory>
#include <string_view>

#include "coffeeauth/sql/sql.hpp"

namespace coffeeauth::sql {

class Connection;

/// parse_postgres_url(), make_postgres_store() and migrate_postgres(), or std::invalid_argument.
[[nodiscard]] PostgresOptions parse_with_postgres(std::string_view url);
[[nodiscard]] std::unique_ptr<Store> open_with_postgres(const PostgresOptions& options);
MigrationReport migrate_with_postgres(const PostgresOptions& options);
/// One connection that may take its time, as a migration does.
[[nodiscard]] std::unique_ptr<Connection> connect_with_postgres(const PostgresOptions& options);

}  // namespace coffeeauth::sql
