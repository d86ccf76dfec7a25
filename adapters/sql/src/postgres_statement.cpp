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

#include "adapters/sql/src/poco_postgres.hpp"
#include "adapters/sql/src/postgres_pipeline.hpp"
#include "adapters/sql/src/postgres_session.hpp"

namespace coffeeauth::sql {
namespace {

namespace pg = Poco::Data::PostgreSQL;

constexpr auto in_failed_transaction = "25P02";

// Poco's executor, binder and extractor, put together anew: Poco's own statement needs Poco's own
// session, and it throws the texts of the server.
class KeptPostgresStatement final : public Poco::Data::StatementImpl {
 public:
  explicit KeptPostgresStatement(PostgresSession& session)
      : StatementImpl(session),
        session_(session),
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
      send_waiting();
      executor_.prepare(toString());
    });
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
    if (pipeline.is_empty()) {
      executor_.bindParams(binder_->bindVector());
      executor_.execute();
    } else {
      pipeline.add(prepared_run());
      adopt(executor_, pipeline.send(session_.handle()).release());
    }
    refuse_undone_commit();
  }

  // A statement can only be prepared between pipelines, and may be about what waits.
  void send_waiting() {
    auto& pipeline = session_.pipeline();
    if (session_.sending() == Sending::instead) pipeline.forget();
    if (!pipeline.is_empty()) pipeline.send(session_.handle());
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
    } catch (const PostgresFailure&) {
      throw;
    } catch (const Poco::Exception&) {
      throw PostgresFailure(static_cast<PGconn*>(session_.handle()));
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
  pg::StatementExecutor executor_;
  pg::Binder::Ptr binder_;
  pg::Extractor::Ptr extractor_;
  bool has_row_ = false;
};

}  // namespace

Poco::SharedPtr<Poco::Data::StatementImpl> make_postgres_statement_impl(PostgresSession& session) {
  return new KeptPostgresStatement(session);
}

Poco::Data::Statement make_postgres_statement(Poco::Data::Session& session,
                                              const std::string& text) {
  Poco::Data::Statement statement(
      make_postgres_statement_impl(dynamic_cast<PostgresSession&>(*session.impl())));
  statement << text;
  return statement;
}

}  // namespace coffeeauth::sql
