#include "adapters/sql/src/poco_postgres.hpp"

#include <utility>

namespace coffeeauth::sql {

using Poco::Data::PostgreSQL::SessionHandle;
using Poco::Data::PostgreSQL::StatementExecutor;

namespace {

// The language does not check access to a member that is named in an explicit instantiation. A copy
// of Poco's classes with a few lines changed would be the other way.
PGconn*& read_connection(SessionHandle& handle) noexcept;
template <PGconn* SessionHandle::*member>
struct ConnectionIn {
  friend PGconn*& read_connection(SessionHandle& handle) noexcept { return handle.*member; }
};
template struct ConnectionIn<&SessionHandle::_pConnection>;

// Types that name a member and its type.
struct Result {
  using Type = PGresult*;
};
struct Name {
  using Type = std::string;
};
struct State {
  using Type = StatementExecutor::State;
};
struct NextRow {
  using Type = std::size_t;
};
struct RowCount {
  using Type = std::size_t;
};

template <class Which, typename Which::Type StatementExecutor::*member>
struct MemberOf {
  friend typename Which::Type& member_in(StatementExecutor& executor, Which) noexcept {
    return executor.*member;
  }
};
PGresult*& member_in(StatementExecutor& executor, Result) noexcept;
std::string& member_in(StatementExecutor& executor, Name) noexcept;
StatementExecutor::State& member_in(StatementExecutor& executor, State) noexcept;
std::size_t& member_in(StatementExecutor& executor, NextRow) noexcept;
std::size_t& member_in(StatementExecutor& executor, RowCount) noexcept;
template struct MemberOf<Result, &StatementExecutor::_pResultHandle>;
template struct MemberOf<Name, &StatementExecutor::_preparedStatementName>;
template struct MemberOf<State, &StatementExecutor::_state>;
template struct MemberOf<NextRow, &StatementExecutor::_currentRow>;
template struct MemberOf<RowCount, &StatementExecutor::_affectedRowCount>;

}  // namespace

PGconn*& connection_in(SessionHandle& handle) noexcept { return read_connection(handle); }
PGresult*& result_in(StatementExecutor& executor) noexcept { return member_in(executor, Result{}); }
const std::string& name_in(StatementExecutor& executor) noexcept {
  return member_in(executor, Name{});
}

void adopt(StatementExecutor& executor, PGresult* result) noexcept {
  PQclear(std::exchange(member_in(executor, Result{}), result));
  member_in(executor, NextRow{}) = 0;
  member_in(executor, RowCount{}) = static_cast<std::size_t>(PQntuples(result));
  member_in(executor, State{}) = StatementExecutor::STMT_EXECUTED;
}

}  // namespace coffeeauth::sql
