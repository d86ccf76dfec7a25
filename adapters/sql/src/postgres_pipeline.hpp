#pragma once
/// PostgresPipeline: statements that wait, to be sent together in one round trip.

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coffeeauth::sql {

struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using OwnedResult = std::unique_ptr<PGresult, ClearResult>;

/// poll() of the connection's socket for `events`, until `deadline`: 0 when that is over, negative
/// when poll() fails.
[[nodiscard]] int poll_until(PGconn* connection, short events,
                             std::chrono::steady_clock::time_point deadline);

/// One run of a prepared statement.
struct PreparedRun {
  /// The name under which it was prepared.
  std::string name;
  /// Nothing for NULL.
  std::vector<std::optional<std::string>> values;
  /// The format of each value, as libpq numbers it: 0 for text, 1 for bytes.
  std::vector<int> formats;
};

/// Runs one statement and waits at most `patience` for its result: a stopped server, or a proxy in
/// front of it, can keep a connection open without ever answering. Throws PostgresFailure.
[[nodiscard]] OwnedResult run_alone(PGconn* connection, const PreparedRun& run,
                                    std::chrono::milliseconds patience);

/// Sends an empty batch and waits for its answer like run_alone(). Call it before functions of
/// libpq that would wait without limit.
void require_an_answer(PGconn* connection, std::chrono::milliseconds patience);

/// Collects statements and sends them in order, in libpq's pipeline mode, since a round trip costs
/// more than most statements. Belongs to one connection, and with it to one thread.
///
/// The server executes the batch up to the first statement that fails, and skips the others; send()
/// throws the failure of that statement, and the transaction can only be rolled back.
class PostgresPipeline {
 public:
  /// Whether to send the batch before more is added; waiting statements and their answers take
  /// memory here and in the server.
  [[nodiscard]] bool is_full() const noexcept { return waiting_.size() >= most_waiting; }
  [[nodiscard]] bool is_empty() const noexcept { return waiting_.empty(); }
  void add(PreparedRun run) { waiting_.push_back(std::move(run)); }
  void forget() noexcept { waiting_.clear(); }

  /// Sends the batch, which must not be empty, and returns the result of its last statement. Waits
  /// like run_alone(). Throws PostgresFailure.
  OwnedResult send(PGconn* connection, std::chrono::milliseconds patience);

 private:
  static constexpr std::size_t most_waiting = 32;

  std::vector<PreparedRun> waiting_;
};

}  // namespace coffeeauth::sql
