#pragma once
/// How statements on SQLite are made to stay compiled.

#include "adapters/sql/src/connection.hpp"

namespace coffeeauth::sql {

/// Driver::make_statement, see connection.hpp.
[[nodiscard]] Poco::Data::Statement make_sqlite_statement(Poco::Data::Session& session,
                                                          const Sql& sql, Author author);

}  // namespace coffeeauth::sql
