#pragma once
/// Connections to a PostgreSQL server, set up the way this store needs them.

#include <memory>

#include "adapters/sql/src/connection.hpp"
#include "coffeeauth/sql/sql.hpp"

namespace coffeeauth::sql {

/// What a connection is for: a migration may take its time, and waits for others who migrate.
enum class Purpose { use, migration };

/// Connects and sets every setting of the session that the statements count on, whatever the
/// server's defaults are. Throws as PostgresSession.
[[nodiscard]] std::unique_ptr<Connection> open_postgres(const PostgresOptions& options,
                                                        Purpose purpose);

}  // namespace coffeeauth::sql
