#include "adapters/sql/src/sqlite_statement.hpp"

#include <Poco/Data/SQLite/SQLiteStatementImpl.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <sqlite3.h>

#include "adapters/sql/src/declared_columns.hpp"

namespace coffeeauth::sql {
namespace {

// As in poco_postgres.cpp: what Poco keeps for itself is needed for the type of a value, which Poco
// does not tell.
sqlite3_stmt* statement_in(const Poco::Data::SQLite::SQLiteStatementImpl& statement) noexcept;
template <sqlite3_stmt* Poco::Data::SQLite::SQLiteStatementImpl::*member>
struct StatementIn {
  friend sqlite3_stmt* statement_in(
      const Poco::Data::SQLite::SQLiteStatementImpl& statement) noexcept {
    return statement.*member;
  }
};
template struct StatementIn<&Poco::Data::SQLite::SQLiteStatementImpl::_pStmt>;

std::string_view type_name(int type) {
  if (type == SQLITE_INTEGER) return "INTEGER";
  if (type == SQLITE_FLOAT) return "REAL";
  return type == SQLITE_TEXT ? "TEXT" : "BLOB";
}

bool is_of_kind(int type, char letter) {
  if (type == SQLITE_NULL) return true;
  if (letter == 'n') return type == SQLITE_INTEGER;
  if (letter == 'b') return type == SQLITE_BLOB;
  return type == SQLITE_TEXT || type == SQLITE_FLOAT;
}

// Poco's own compiles the text again at every run, also of a statement that is kept: seven times
// the cost of a session's look-up, and all threads meet at the lock of SQLite's allocator.
class KeptSqliteStatement final : public Poco::Data::SQLite::SQLiteStatementImpl {
 public:
  KeptSqliteStatement(Poco::Data::SessionImpl& session, sqlite3* database, std::string columns,
                      Author author)
      : SQLiteStatementImpl(session, database), columns_(std::move(columns)), author_(author) {}

 protected:
  void compileImpl() override {
    if (compiled_) return;
    SQLiteStatementImpl::compileImpl();
    if (author_ == Author::embedder) check_column_count(columns_, columnsReturned());
    compiled_ = true;
  }
  std::size_t next() override {
    if (author_ == Author::embedder) check_types();
    return SQLiteStatementImpl::next();
  }
  // One run for one set of parameters. Asked between runs of one execute(), where the parameters
  // themselves always say that they can be bound.
  bool canBind() const override { return false; }

 private:
  // Of each row: SQLite has no types of columns.
  void check_types() const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const int type = sqlite3_column_type(statement_in(*this), static_cast<int>(i));
      if (!is_of_kind(type, columns_[i])) refuse_column(i, columns_[i], type_name(type));
    }
  }

  const std::string columns_;
  const Author author_;
  bool compiled_ = false;
};

}  // namespace

Poco::Data::Statement make_sqlite_statement(Poco::Data::Session& session, const Sql& sql,
                                            Author author) {
  Poco::Data::Statement statement(new KeptSqliteStatement(
      *session.impl(), Poco::Data::SQLite::Utility::dbHandle(session), sql.columns, author));
  statement << sql.text;
  return statement;
}

}  // namespace coffeeauth::sql
