#pragma once
/// How statements on PostgreSQL are made to stay prepared.

#include <Poco/SharedPtr.h>

#include <string>

namespace Poco::Data {
class Session;
class Statement;
class StatementImpl;
}  // namespace Poco::Data

namespace coffeeauth::sql {

class PostgresSession;

/// A statement of the session, without a text yet.
[[nodiscard]] Poco::SharedPtr<Poco::Data::StatementImpl> make_postgres_statement_impl(
    PostgresSession& session);

/// Driver::make_statement, see connection.hpp.
[[nodiscard]] Poco::Data::Statement make_postgres_statement(Poco::Data::Session& session,
                                                            const std::string& text);

}  // namespace coffeeauth::sql
