#pragma once
/// Connections to a SQLite file, set up the way this store needs them.

#include <memory>

#include "adapters/sql/src/connection.hpp"
#include "coffeeauth/sql/sql.hpp"

namespace coffeeauth::sql {

enum class Access { read, write };

/// Opens a connection: write-ahead log, foreign keys, synchronous=FULL, busy timeout. Throws
/// Unavailable when the file cannot be opened, std::invalid_argument for options that mean nothing.
[[nodiscard]] std::unique_ptr<Connection> open_sqlite(const SqliteOptions& options, Access access);

}  // namespace coffeeauth::sql
