#include "adapters/sql/src/sqlite_statement.hpp"

#include <Poco/Data/SQLite/SQLiteStatementImpl.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

namespace coffeeauth::sql {
namespace {

// Poco's own compiles the text again at every run, also of a statement that is kept: seven times
// the cost of a session's look-up, and all threads meet at the lock of SQLite's allocator.
class KeptSqliteStatement final : public Poco::Data::SQLite::SQLiteStatementImpl {
 public:
  using SQLiteStatementImpl::SQLiteStatementImpl;

 protected:
  void compileImpl() override {
    if (compiled_) return;
    SQLiteStatementImpl::compileImpl();
    compiled_ = true;
  }
  // One run for one set of parameters. Asked between runs of one execute(), where the parameters
  // themselves always say that they can be bound.
  bool canBind() const override { return false; }

 private:
  bool compiled_ = false;
};

}  // namespace

Poco::Data::Statement make_sqlite_statement(Poco::Data::Session& session, const std::string& text) {
  Poco::Data::Statement statement(
      new KeptSqliteStatement(*session.impl(), Poco::Data::SQLite::Utility::dbHandle(session)));
  statement << text;
  return statement;
}

}  // namespace coffeeauth::sql
