#include "adapters/sql/src/postgres_pipeline.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
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

// PQgetResult() alone would wait for ever. Nor do the server's own limits and keepalives end that:
// the first is its clock, and the second are answered for it by its kernel.
class Answers {
 public:
  Answers(PGconn* connection, std::chrono::milliseconds patience)
      : connection_(connection), patience_(patience) {}

  // Each has the whole time, as the server gives it to each statement.
  [[nodiscard]] OwnedResult next() {
    deadline_ = Clock::now() + patience_;
    while (PQisBusy(connection_) == 1 && read_more()) {
    }
    return OwnedResult{PQgetResult(connection_)};
  }

 private:
  using Clock = std::chrono::steady_clock;

  // False when the connection is lost, which PQgetResult() then says.
  bool read_more() {
    // What TLS has taken off the socket already shows in no poll(), and one reading need not take
    // all of it.
    const bool looks_again = PQsslInUse(connection_) == 1;
    if (looks_again) {
      if (PQconsumeInput(connection_) == 0) return false;
      if (PQisBusy(connection_) == 0) return true;
    }
    const auto soon = Clock::now() + between_looks;
    const bool is_last = !looks_again || soon >= deadline_;
    const bool is_over =
        poll_until(connection_, POLLIN, is_last ? deadline_ : soon) == 0 && is_last;
    // What is there by then is not late, however long this process stood still.
    const bool went_well = PQconsumeInput(connection_) == 1;
    if (is_over && went_well && PQisBusy(connection_) == 1) give_up();
    return went_well;
  }

  // Nothing that is said later may be taken for the answer to something else, and closing must not
  // wait for it either.
  [[noreturn]] void give_up() {
    ::shutdown(PQsocket(connection_), SHUT_RDWR);
    static_cast<void>(PQconsumeInput(connection_));
    throw PostgresFailure::late();
  }

  static constexpr std::chrono::milliseconds between_looks{50};

  PGconn* connection_;
  std::chrono::milliseconds patience_;
  Clock::time_point deadline_{};
};

// The answers to all that was sent, each followed by a null pointer, and then the one to the
// synchronisation.
OwnedResult read_answers(PGconn* connection, std::size_t count,
                         std::chrono::milliseconds patience) {
  Answers answers{connection, patience};
  OwnedResult last;
  std::optional<PostgresFailure> failure;
  for (std::size_t i = 0; i < count; ++i) {
    last = answers.next();
    require(last != nullptr, connection);
    // Those behind the one that failed are answered with PGRES_PIPELINE_ABORTED.
    if (!failure && !is_success(last.get())) failure = failure_of(last.get(), connection);
    require(answers.next() == nullptr, connection);
  }
  const auto end = answers.next();
  require(end && PQresultStatus(end.get()) == PGRES_PIPELINE_SYNC, connection);
  require(PQexitPipelineMode(connection) == 1, connection);
  if (failure) throw PostgresFailure(*failure);
  return last;
}

}  // namespace

int poll_until(PGconn* connection, short events, std::chrono::steady_clock::time_point deadline) {
  pollfd socket{.fd = PQsocket(connection), .events = events, .revents = 0};
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return 0;
    const int ready = ::poll(&socket, 1, static_cast<int>(left.count()));
    if (ready > 0 || (ready < 0 && errno != EINTR)) return ready;
  }
}

OwnedResult run_alone(PGconn* connection, const PreparedRun& run,
                      std::chrono::milliseconds patience) {
  queue(connection, run);
  Answers answers{connection, patience};
  auto last = answers.next();
  require(last != nullptr, connection);
  for (;;) {
    auto next = answers.next();
    if (!next) break;
    last = std::move(next);
  }
  if (!is_success(last.get())) throw failure_of(last.get(), connection);
  return last;
}

void require_an_answer(PGconn* connection, std::chrono::milliseconds patience) {
  require(PQenterPipelineMode(connection) == 1, connection);
  require(PQpipelineSync(connection) == 1, connection);
  read_answers(connection, 0, patience);
}

OwnedResult PostgresPipeline::send(PGconn* connection, std::chrono::milliseconds patience) {
  const auto runs = std::exchange(waiting_, {});
  require(PQenterPipelineMode(connection) == 1, connection);
  for (const auto& run : runs) queue(connection, run);
  require(PQpipelineSync(connection) == 1, connection);
  return read_answers(connection, runs.size(), patience);
}

}  // namespace coffeeauth::sql
