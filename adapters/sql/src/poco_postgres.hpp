#pragma once
/// Two pointers inside Poco's PostgreSQL connector (1.11) that it looks after badly.

#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <Poco/Data/PostgreSQL/StatementExecutor.h>

namespace coffeeauth::sql {

/// The connection. Poco finishes one only while it is healthy, so that every one that was lost or
/// never came to be leaks: we put it in and take it out ourselves.
[[nodiscard]] PGconn*& connection_in(Poco::Data::PostgreSQL::SessionHandle& handle) noexcept;

/// The result of the last run. Poco frees it before the next run and forgets to forget it: when
/// that run fails, it is freed again later. We free it, and leave nothing to free.
[[nodiscard]] PGresult*& result_in(Poco::Data::PostgreSQL::StatementExecutor& executor) noexcept;

}  // namespace coffeeauth::sql
