#pragma once
/// PostgresSession: a session of Poco::Data with a PostgreSQL server, connected our way.

#include <Poco/Data/AbstractSessionImpl.h>
#include <Poco/Data/DataException.h>
#include <Poco/Data/PostgreSQL/SessionHandle.h>

#include <chrono>
#include <string>

#include "adapters/sql/src/connection.hpp"
#include "adapters/sql/src/failure.hpp"
#include "adapters/sql/src/postgres_pipeline.hpp"
#include "coffeeauth/sql/sql.hpp"

namespace Poco::Data {
class Session;
}

namespace coffeeauth::sql {

/// A failure that PostgreSQL or libpq reported. Holds none of their text, since it quotes users'
/// data, but for a statement of an embedder's.
class PostgresFailure final : public Poco::Data::DataException {
 public:
  /// What went wrong with the last call on the connection.
  explicit PostgresFailure(PGconn* connection);
  /// The same, after the call was made with the server's own words asked for.
  [[nodiscard]] static PostgresFailure with_words(PGconn* connection);
  /// No answer came in time; the connection is lost.
  [[nodiscard]] static PostgresFailure late();
  /// As `sqlstate` says; the connection is sound.
  explicit PostgresFailure(std::string sqlstate) : sqlstate_(std::move(sqlstate)) {}

  /// Five letters or digits; empty when the server said none.
  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }
  [[nodiscard]] bool connection_is_lost() const noexcept { return lost_; }
  [[nodiscard]] bool is_late() const noexcept { return late_; }
  /// The server's own, for a statement of an embedder's.
  [[nodiscard]] const std::string& words() const noexcept { return words_; }

 private:
  std::string sqlstate_;
  std::string words_;
  bool lost_ = false;
  bool late_ = false;
};

/// Driver::describe, see connection.hpp.
[[nodiscard]] Failure describe_postgres(const Poco::Exception& cause);

/// Poco's own SessionImpl splits the connection string at spaces, so that no password may hold one,
/// waits for every address of a name in turn, and never frees a connection that failed or was lost.
/// This one connects under one deadline and always frees.
class PostgresSession final : public Poco::Data::AbstractSessionImpl<PostgresSession> {
 public:
  /// Connects, for statements that take `longest` at most by the server's clock. Throws Unavailable
  /// when that fails or takes longer than `options.connect_timeout`, std::runtime_error when the
  /// server is too old or the database not encoded in UTF-8.
  PostgresSession(const PostgresOptions& options, std::chrono::milliseconds longest);
  ~PostgresSession() override;

  /// Valid until close().
  [[nodiscard]] Poco::Data::PostgreSQL::SessionHandle& handle() noexcept { return handle_; }
  /// How long to wait for an answer: one later than the server's own limit will never come.
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept { return patience_; }
  /// What was run and waits to be sent with the next statement.
  [[nodiscard]] PostgresPipeline& pipeline() noexcept { return pipeline_; }
  /// How the statements that are run from now on are sent.
  [[nodiscard]] Sending sending() const noexcept { return sending_; }
  void set_sending(Sending sending) noexcept { sending_ = sending; }
  /// Driver::keep_words.
  void keep_words(bool keep);
  [[nodiscard]] bool keeps_words() const noexcept { return keeps_words_; }
  /// Whether the server has not hung up, as far as this side can see. Costs no round trip.
  [[nodiscard]] bool is_alive();

  bool isConnected() const override { return handle_.isConnected(); }
  void close() override;
  const std::string& connectorName() const override;
  Poco::SharedPtr<Poco::Data::StatementImpl> createStatementImpl() override;

  // Connections are never opened again, and transactions are statements like all others.
  void open(const std::string&) override { refuse(); }
  void reset() override { refuse(); }
  void begin() override { refuse(); }
  void commit() override { refuse(); }
  void rollback() override { refuse(); }
  bool canTransact() const override { return false; }
  bool isTransaction() const override { return false; }
  void setConnectionTimeout(std::size_t) override { refuse(); }
  std::size_t getConnectionTimeout() const override { return 0; }
  void setTransactionIsolation(Poco::UInt32) override { refuse(); }
  Poco::UInt32 getTransactionIsolation() const override { return 0; }
  bool hasTransactionIsolation(Poco::UInt32) const override { return false; }
  bool isTransactionIsolation(Poco::UInt32) const override { return false; }

 private:
  [[noreturn]] static void refuse();

  Poco::Data::PostgreSQL::SessionHandle handle_;
  const std::chrono::milliseconds patience_;
  PostgresPipeline pipeline_;
  Sending sending_ = Sending::at_once;
  bool keeps_words_ = false;
};

/// Driver::set_sending, see connection.hpp.
void set_postgres_sending(Poco::Data::Session& session, Sending sending);
/// Driver::keep_words, see connection.hpp.
void keep_postgres_words(Poco::Data::Session& session, bool keep);
/// Driver::words_of, see connection.hpp.
[[nodiscard]] std::string words_of_postgres(const Poco::Exception& cause);
/// Driver::is_alive, see connection.hpp.
[[nodiscard]] bool is_postgres_alive(Poco::Data::Session& session);

}  // namespace coffeeauth::sql
