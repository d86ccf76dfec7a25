#pragma once
/// What an exception of Poco's SQLite layer means.

#include "adapters/sql/src/failure.hpp"

namespace Poco {
class Exception;
}

namespace coffeeauth::sql {

[[nodiscard]] Failure describe_sqlite(const Poco::Exception& cause);
/// Driver::words_of, see connection.hpp.
[[nodiscard]] std::string words_of_sqlite(const Poco::Exception& cause);

}  // namespace coffeeauth::sql
