#pragma once
/// How statements on SQLite are made to stay compiled.

#include <string>

namespace Poco::Data {
class Session;
class Statement;
}  // namespace Poco::Data

namespace coffeeauth::sql {

/// Driver::make_statement, see connection.hpp.
[[nodiscard]] Poco::Data::Statement make_sqlite_statement(Poco::Data::Session& session,
                                                          const std::string& text);

}  // namespace coffeeauth::sql
