#pragma once
/// PostgresPipeline: statements that wait to be sent together, in one round trip.

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
  /// What it was prepared as.
  std::string name;
  /// Nothing for NULL.
  std::vector<std::optional<std::string>> values;
  /// As libpq has it, one for each value: 0 for text, 1 for bytes.
  std::vector<int> formats;
};

/// Runs one and waits for its result for `patience` at most: a server that is stopped, or a proxy
/// before it, can keep a connection and say nothing. Throws PostgresFailure.
[[nodiscard]] OwnedResult run_alone(PGconn* connection, const PreparedRun& run,
                                    std::chrono::milliseconds patience);

/// Waits for what the server says to nothing, as run_alone() does: before calls of libpq that would
/// wait for ever.
void require_an_answer(PGconn* connection, std::chrono::milliseconds patience);

/// Keeps what is to be run and sends it in the order it came, in libpq's pipeline mode: a round
/// trip costs more than most statements do. Belongs to one connection, and as that to one thread.
///
/// The first that fails is the last that has an effect, and what is thrown is its failure; the
/// transaction is then one that failed. Every function that sends throws PostgresFailure.
class PostgresPipeline {
 public:
  /// Whether to send what waits before more is added: it is in memory, here and in the server.
  [[nodiscard]] bool is_full() const noexcept { return waiting_.size() >= most_waiting; }
  [[nodiscard]] bool is_empty() const noexcept { return waiting_.empty(); }
  void add(PreparedRun run) { waiting_.push_back(std::move(run)); }
  void forget() noexcept { waiting_.clear(); }

  /// Sends what waits, and gives the result of the last of it; there has to be something. Waits as
  /// run_alone().
  OwnedResult send(PGconn* connection, std::chrono::milliseconds patience);

 private:
  static constexpr std::size_t most_waiting = 32;

  std::vector<PreparedRun> waiting_;
};

}  // namespace coffeeauth::sql
