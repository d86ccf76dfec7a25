#include "adapters/sql/src/poco_postgres.hpp"

namespace coffeeauth::sql {

using Poco::Data::PostgreSQL::SessionHandle;
using Poco::Data::PostgreSQL::StatementExecutor;

namespace {

// The language does not check access to a member that is named in an explicit instantiation. A copy
// of Poco's classes with four lines changed would be the other way.
PGconn*& read_connection(SessionHandle& handle) noexcept;
template <PGconn* SessionHandle::*member>
struct ConnectionIn {
  friend PGconn*& read_connection(SessionHandle& handle) noexcept { return handle.*member; }
};
template struct ConnectionIn<&SessionHandle::_pConnection>;

PGresult*& read_result(StatementExecutor& executor) noexcept;
template <PGresult* StatementExecutor::*member>
struct ResultIn {
  friend PGresult*& read_result(StatementExecutor& executor) noexcept { return executor.*member; }
};
template struct ResultIn<&StatementExecutor::_pResultHandle>;

}  // namespace

PGconn*& connection_in(SessionHandle& handle) noexcept { return read_connection(handle); }
PGresult*& result_in(StatementExecutor& executor) noexcept { return read_result(executor); }

}  // namespace coffeeauth::sql
