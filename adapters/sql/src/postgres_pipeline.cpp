#include "adapters/sql/src/postgres_pipeline.hpp"

#include <utility>

#include "adapters/sql/src/postgres_session.hpp"

namespace coffeeauth::sql {
namespace {

constexpr auto protocol_violation = "08P01";

// For what libpq refuses and what the server never says.
void require(bool went_well, PGconn* connection) {
  if (went_well) return;
  if (PQstatus(connection) != CONNECTION_OK) throw PostgresFailure(connection);
  throw PostgresFailure(std::string(protocol_violation));
}

void queue(PGconn* connection, const PreparedRun& run) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const auto& value : run.values) {
    values.push_back(value ? value->data() : nullptr);
    lengths.push_back(value ? static_cast<int>(value->size()) : 0);
  }
  constexpr int as_text = 0;
  require(PQsendQueryPrepared(connection, run.name.c_str(), static_cast<int>(values.size()),
                              values.data(), lengths.data(), run.formats.data(), as_text) == 1,
          connection);
}

bool is_success(PGresult* result) noexcept {
  const auto status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

PostgresFailure failure_of(PGresult* result, PGconn* connection) {
  const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (code == nullptr || PQstatus(connection) != CONNECTION_OK) return PostgresFailure(connection);
  return PostgresFailure(std::string(code));
}

// The answers to all that was sent, each followed by a null pointer, and then the one to the
// synchronisation.
OwnedResult read_answers(PGconn* connection, std::size_t count) {
  OwnedResult last;
  std::optional<PostgresFailure> failure;
  for (std::size_t i = 0; i < count; ++i) {
    last.reset(PQgetResult(connection));
    require(last != nullptr, connection);
    // Those behind the one that failed are answered with PGRES_PIPELINE_ABORTED.
    if (!failure && !is_success(last.get())) failure = failure_of(last.get(), connection);
    require(PQgetResult(connection) == nullptr, connection);
  }
  const OwnedResult end{PQgetResult(connection)};
  require(end && PQresultStatus(end.get()) == PGRES_PIPELINE_SYNC, connection);
  require(PQexitPipelineMode(connection) == 1, connection);
  if (failure) throw PostgresFailure(*failure);
  return last;
}

}  // namespace

OwnedResult PostgresPipeline::send(PGconn* connection) {
  const auto runs = std::exchange(waiting_, {});
  require(PQenterPipelineMode(connection) == 1, connection);
  for (const auto& run : runs) queue(connection, run);
  require(PQpipelineSync(connection) == 1, connection);
  return read_answers(connection, runs.size());
}

}  // namespace coffeeauth::sql
