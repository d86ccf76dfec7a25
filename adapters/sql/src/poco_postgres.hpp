#pragma once
/// What is needed from inside Poco's PostgreSQL connector (1.11): two pointers that it looks after
/// badly, and what it takes to run its statements several at a time.

#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <Poco/Data/PostgreSQL/StatementExecutor.h>

#include <string>

namespace coffeeauth::sql {

/// The connection. Poco finishes one only while it is healthy, so that every one that was lost or
/// never came to be leaks: we put it in and take it out ourselves.
[[nodiscard]] PGconn*& connection_in(Poco::Data::PostgreSQL::SessionHandle& handle) noexcept;

/// The result of the last run. Poco frees it before the next run and forgets to forget it: when
/// that run fails, it is freed again later. We free it, and leave nothing to free.
[[nodiscard]] PGresult*& result_in(Poco::Data::PostgreSQL::StatementExecutor& executor) noexcept;

/// The name the statement is prepared under; empty before.
[[nodiscard]] const std::string& name_in(
    Poco::Data::PostgreSQL::StatementExecutor& executor) noexcept;

/// Leaves the executor as its own execute() would have: the rows of `result`, which it owns from
/// now on, are the next to be fetched.
void adopt(Poco::Data::PostgreSQL::StatementExecutor& executor, PGresult* result) noexcept;

}  // namespace coffeeauth::sql
