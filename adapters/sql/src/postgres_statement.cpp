#include "adapters/sql/src/postgres_statement.hpp"

#include <Poco/Data/PostgreSQL/Binder.h>
#include <Poco/Data/PostgreSQL/Extractor.h>
#include <Poco/Data/PostgreSQL/StatementExecutor.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Data/StatementImpl.h>

#include <optional>
#include <string_view>
#include <utility>

#include "adapters/sql/src/declared_columns.hpp"
#include "adapters/sql/src/poco_postgres.hpp"
#include "adapters/sql/src/postgres_pipeline.hpp"
#include "adapters/sql/src/postgres_session.hpp"

namespace coffeeauth::sql {
namespace {

namespace pg = Poco::Data::PostgreSQL;

constexpr auto in_failed_transaction = "25P02";

// The numbers of the built-in types, which never change.
constexpr Oid type_boolean = 16;
constexpr Oid type_bytes = 17;
constexpr Oid type_bigint = 20;
constexpr Oid type_smallint = 21;
constexpr Oid type_integer = 23;
constexpr Oid type_numeric = 1700;

bool is_integer(Oid type) {
  return type == type_bigint || type == type_integer || type == type_smallint;
}

std::string_view type_name(Oid type) {
  if (is_integer(type)) return "an integer";
  if (type == type_bytes) return "BYTEA";
  if (type == type_boolean) return "BOOLEAN";
  return type == type_numeric ? "NUMERIC" : "another";
}

// The text of everything else but bytes is as good as text on SQLite.
bool is_of_kind(Oid type, char letter) {
  if (letter == 'n') return is_integer(type);
  if (letter == 'b') return type == type_bytes;
  return !is_integer(type) && type != type_bytes;
}

// Poco's executor, binder and extractor, put together anew: Poco's own statement needs Poco's own
// session, and it throws the texts of the server.
class KeptPostgresStatement final : public Poco::Data::StatementImpl {
 public:
  explicit KeptPostgresStatement(PostgresSession& session, std::string columns = {},
                                 Author author = Author::library)
      : StatementImpl(session),
        session_(session),
        columns_(std::move(columns)),
        author_(author),
        executor_(session.handle()),
        binder_(new pg::Binder),
        extractor_(new pg::Extractor(executor_)) {}

  // Poco's executor keeps the result for good when the server does not know the statement any more.
  ~KeptPostgresStatement() override { PQclear(std::exchange(result_in(executor_), nullptr)); }

 protected:
  std::size_t columnsReturned() const override { return executor_.columnsReturned(); }
  int affectedRowCount() const override {
    return static_cast<int>(executor_.getAffectedRowCount());
  }
  const Poco::Data::MetaColumn& metaColumn(std::size_t position) const override {
    return executor_.metaColumn(position);
  }

  bool hasNext() override {
    if (!has_row_) has_row_ = columnsReturned() > 0 && executor_.fetch();
    return has_row_;
  }
  std::size_t next() override {
    std::size_t position = 0;
    for (auto& extraction : extractions()) {
      extraction->extract(position);
      position += extraction->numOfColumnsHandled();
    }
    has_row_ = false;
    return 1;
  }

  // One run for one set of parameters, see KeptSqliteStatement.
  bool canBind() const override { return false; }
  bool canCompile() const override {
    return executor_.state() < pg::StatementExecutor::STMT_COMPILED;
  }
  // Poco calls this before every run.
  void compileImpl() override {
    if (!canCompile()) return;
    guarded([&] {
      const bool asks = !session_.pipeline().is_empty() && session_.sending() != Sending::instead;
      send_waiting();
      // Poco prepares with a call that knows no deadline.
      if (!asks) require_an_answer(session_.handle(), session_.patience());
      executor_.prepare(toString());
    });
    if (author_ == Author::embedder) check_column_count(columns_, columnsReturned());
  }
  void bindImpl() override {
    has_row_ = false;
    std::size_t position = 0;
    for (auto& binding : bindings()) {
      binding->bind(position);
      position += binding->numOfColumnsHandled();
    }
    binder_->updateBindVectorToCurrentValues();
    PQclear(std::exchange(result_in(executor_), nullptr));
    guarded([&] { run(); });
    if (author_ == Author::embedder) check_types();
  }

  Poco::Data::AbstractExtractor::Ptr extractor() override { return extractor_; }
  Poco::Data::AbstractBinder::Ptr binder() override { return binder_; }

 private:
  void run() {
    auto& pipeline = session_.pipeline();
    if (session_.sending() == Sending::instead) pipeline.forget();
    if (session_.sending() == Sending::with_next) {
      if (pipeline.is_full()) send_waiting();
      pipeline.add(prepared_run());
      return;
    }
    PGconn* const connection = session_.handle();
    if (pipeline.is_empty()) {
      adopt(executor_, run_alone(connection, prepared_run(), session_.patience()).release());
    } else {
      pipeline.add(prepared_run());
      adopt(executor_, pipeline.send(connection, session_.patience()).release());
    }
    refuse_undone_commit();
  }

  // A statement can only be prepared between pipelines, and may be about what waits.
  void send_waiting() {
    auto& pipeline = session_.pipeline();
    if (session_.sending() == Sending::instead) pipeline.forget();
    if (!pipeline.is_empty()) pipeline.send(session_.handle(), session_.patience());
  }

  // The values are copied: they are gone when what waits is sent.
  PreparedRun prepared_run() {
    PreparedRun made{.name = name_in(executor_), .values = {}, .formats = {}};
    for (const auto& parameter : binder_->bindVector()) {
      const auto* const bytes = static_cast<const char*>(parameter.pInternalRepresentation());
      made.values.push_back(
          bytes == nullptr ? std::nullopt
                           : std::optional<std::string>(std::in_place, bytes, parameter.size()));
      made.formats.push_back(parameter.isBinary() ? 1 : 0);
    }
    return made;
  }

  template <class Work>
  void guarded(Work&& work) {
    try {
      work();
    } catch (const PostgresFailure& failure) {
      // What we say ourselves of a connection that is out of step stays said.
      const bool has_words = !failure.is_late() && !failure.sqlstate().starts_with("08") &&
                             failure.sqlstate() != in_failed_transaction;
      if (!session_.keeps_words() || !has_words) throw;
      throw PostgresFailure::with_words(session_.handle());
    } catch (const Poco::Exception&) {
      PGconn* const connection = session_.handle();
      if (session_.keeps_words()) throw PostgresFailure::with_words(connection);
      throw PostgresFailure(connection);
    }
  }

  void check_types() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Oid type = PQftype(executor_, static_cast<int>(i));
      if (!is_of_kind(type, columns_[i])) refuse_column(i, columns_[i], type_name(type));
    }
  }

  // PostgreSQL answers COMMIT in a transaction that failed with success, and rolls back.
  void refuse_undone_commit() {
    const std::string_view done = PQcmdStatus(executor_);
    if (done == "ROLLBACK" && toString() != "ROLLBACK") {
      throw PostgresFailure(std::string(in_failed_transaction));
    }
  }

  PostgresSession& session_;
  const std::string columns_;
  const Author author_;
  pg::StatementExecutor executor_;
  pg::Binder::Ptr binder_;
  pg::Extractor::Ptr extractor_;
  bool has_row_ = false;
};

}  // namespace

Poco::SharedPtr<Poco::Data::StatementImpl> make_postgres_statement_impl(PostgresSession& session) {
  return new KeptPostgresStatement(session);
}

Poco::Data::Statement make_postgres_statement(Poco::Data::Session& session, const Sql& sql,
                                              Author author) {
  Poco::Data::Statement statement(new KeptPostgresStatement(
      dynamic_cast<PostgresSession&>(*session.impl()), sql.columns, author));
  statement << sql.text;
  return statement;
}

}  // namespace coffeeauth::sql
