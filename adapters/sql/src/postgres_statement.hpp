#pragma once
/// How statements on PostgreSQL are made to stay prepared.

#include <Poco/SharedPtr.h>

#include "adapters/sql/src/connection.hpp"

namespace Poco::Data {
class StatementImpl;
}

namespace coffeeauth::sql {

class PostgresSession;

/// A statement of the library's on the session, without a text yet.
[[nodiscard]] Poco::SharedPtr<Poco::Data::StatementImpl> make_postgres_statement_impl(
    PostgresSession& session);

/// Driver::make_statement, see connection.hpp.
[[nodiscard]] Poco::Data::Statement make_postgres_statement(Poco::Data::Session& session,
                                                            const Sql& sql, Author author);

}  // namespace coffeeauth::sql
