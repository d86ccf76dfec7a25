#include "adapters/sql/src/postgres_session.hpp"

#include <Poco/Data/Session.h>
#include <poll.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sql/src/poco_postgres.hpp"
#include "adapters/sql/src/postgres_statement.hpp"
#include "coffeeauth/part_down.hpp"

namespace coffeeauth::sql {
namespace {

constexpr int oldest_version = 130000;

struct Finish {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using OwnedConnection = std::unique_ptr<PGconn, Finish>;

// The code at the end of a message that was made with PQERRORS_SQLSTATE: "ERROR:  40001\n".
std::string last_sqlstate(PGconn* connection) {
  constexpr std::size_t length = 5;
  std::string_view text = PQerrorMessage(connection);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.remove_suffix(1);
  }
  if (text.size() <= length || text[text.size() - length - 1] != ' ') return {};
  const auto code = text.substr(text.size() - length);
  const bool is_code = std::all_of(code.begin(), code.end(), [](unsigned char c) {
    return std::isdigit(c) != 0 || std::isupper(c) != 0;
  });
  return is_code ? std::string(code) : std::string();
}

// What libpq itself says, without a server's code. Its texts are looked into and never shown.
PartDown explain_without_code(std::string_view text) {
  using enum DownReason;
  const auto says = [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  if (says("could not translate host name")) {
    return {name_not_found, "the host of the database is not known by that name"};
  }
  if (says("does not match host name")) {
    return {tls, "the certificate of the database is another host's"};
  }
  if (says("root certificate file") || says("root.crt")) {
    return {tls, "the file of authorities for the database cannot be read (sslrootcert)"};
  }
  if (says("certificate")) return {tls, "the certificate of the database is not trusted"};
  if (says("does not support SSL")) return {tls, "the database offers no TLS (sslmode)"};
  if (says("SSL") || says("TLS")) return {tls, "TLS with the database failed"};
  if (says("Connection refused") || says("No such file")) {
    return {unreachable, "nothing listens on the host and port of the database"};
  }
  if (says("timed out") || says("timeout")) {
    return {timed_out, "the database did not answer in time"};
  }
  return {unreachable, "the database cannot be reached"};
}

// Why no connection could be opened. The server's codes are stable; its texts may quote anything.
PartDown explain(PGconn* connection) {
  using enum DownReason;
  const auto code = last_sqlstate(connection);
  if (code.starts_with("28")) return {credentials, "the database refused the user or the password"};
  if (code == "3D000") return {no_database, "the server has no database of this name"};
  if (code == "42501") return {not_permitted, "the user may not connect to the database"};
  if (code == "53300") return {full, "the database has no connection left"};
  if (code == "57P03") return {starting, "the database is starting or stopping"};
  if (PQconnectionNeedsPassword(connection) != 0) {
    return {credentials, "the database asks for a password"};
  }
  return explain_without_code(PQerrorMessage(connection));
}

void wait(PGconn* connection, PostgresPollingStatusType what,
          std::chrono::steady_clock::time_point deadline) {
  const short events = what == PGRES_POLLING_READING ? POLLIN : POLLOUT;
  const int ready = poll_until(connection, events, deadline);
  if (ready == 0) throw PartDown(DownReason::timed_out, "the database did not answer in time");
  if (ready < 0) throw PartDown(DownReason::unreachable, "the database cannot be reached");
}

// Owns the values that libpq reads, until it has read them.
class Parameters {
 public:
  Parameters& set(const char* keyword, std::string value) {
    keywords_.push_back(keyword);
    values_.push_back(std::move(value));
    return *this;
  }
  OwnedConnection start() {
    std::vector<const char*> values;
    for (const auto& value : values_) values.push_back(value.c_str());
    auto keywords = keywords_;
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return OwnedConnection(PQconnectStartParams(keywords.data(), values.data(), 0));
  }
  ~Parameters() {
    for (auto& value : values_) explicit_bzero(value.data(), value.size());
  }
  Parameters() = default;
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

 private:
  std::vector<const char*> keywords_;
  std::vector<std::string> values_;
};

OwnedConnection start(const PostgresOptions& options) {
  // For what is sent and never acknowledged: the network is gone.
  const auto patience = options.statement_timeout + options.connect_timeout;
  Parameters parameters;
  parameters.set("host", options.host)
      .set("port", std::to_string(options.port))
      .set("dbname", options.database)
      .set("user", options.user)
      .set("password", std::string(options.password.expose_secret()))
      .set("sslmode", options.sslmode)
      .set("application_name", "coffeeauth")
      .set("client_encoding", "UTF8")
      // A request for GSS encryption first would cost a connection of its own.
      .set("gssencmode", "disable")
      .set("keepalives_idle", "5")
      .set("keepalives_interval", "2")
      .set("keepalives_count", "3")
      .set("tcp_user_timeout", std::to_string(patience.count()));
  if (!options.sslrootcert.empty()) parameters.set("sslrootcert", options.sslrootcert);
  return parameters.start();
}

OwnedConnection connect(const PostgresOptions& options) {
  const auto deadline = std::chrono::steady_clock::now() + options.connect_timeout;
  auto connection = start(options);
  if (!connection) throw Unavailable("no memory for a connection to the database");
  // Codes instead of texts, and no notices on the standard error output.
  PQsetErrorVerbosity(connection.get(), PQERRORS_SQLSTATE);
  PQsetNoticeReceiver(
      connection.get(), [](void*, const PGresult*) {}, nullptr);
  auto state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED || PQstatus(connection.get()) == CONNECTION_BAD) {
      throw explain(connection.get());
    }
    wait(connection.get(), state, deadline);
    state = PQconnectPoll(connection.get());
  }
  // Poco calls the functions that wait for their answers.
  PQsetnonblocking(connection.get(), 0);
  return connection;
}

void check_server(PGconn* connection) {
  if (PQserverVersion(connection) < oldest_version) {
    throw std::runtime_error("the database is older than PostgreSQL 13");
  }
  const char* encoding = PQparameterStatus(connection, "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
    throw std::runtime_error("the database is not encoded in UTF-8");
  }
}

}  // namespace

PostgresFailure::PostgresFailure(PGconn* connection)
    : sqlstate_(last_sqlstate(connection)), lost_(PQstatus(connection) != CONNECTION_OK) {}

PostgresFailure PostgresFailure::late() {
  PostgresFailure failure{std::string()};
  failure.lost_ = failure.late_ = true;
  return failure;
}

// Verbose texts begin with `ERROR:  42703: column "x" does not exist`, and end with the place in
// the server's source.
PostgresFailure PostgresFailure::with_words(PGconn* connection) {
  PostgresFailure failure{std::string()};
  failure.lost_ = PQstatus(connection) != CONNECTION_OK;
  std::string_view text = PQerrorMessage(connection);
  constexpr std::size_t length = 5;
  const auto code = text.find_first_not_of(' ', std::min(text.find(':'), text.size() - 1) + 1);
  if (code != std::string_view::npos && text.substr(code).size() > length &&
      text[code + length] == ':') {
    failure.sqlstate_ = text.substr(code, length);
  }
  text = text.substr(0, text.find("\nLOCATION:"));
  while (text.ends_with('\n')) text.remove_suffix(1);
  failure.words_ = text;
  return failure;
}

Failure describe_postgres(const Poco::Exception& cause) {
  const auto* failure = dynamic_cast<const PostgresFailure*>(&cause);
  if (failure != nullptr && failure->is_late()) {
    return {.text = "the database did not answer in time"};
  }
  // Poco's own exceptions: thrown when it found that the connection is gone.
  if (failure == nullptr || failure->connection_is_lost()) {
    return {.text = "the connection to the database was lost"};
  }
  const auto& code = failure->sqlstate();
  // The two sides are out of step, or the server has lost a prepared statement: none of those that
  // this side takes for prepared can be relied on.
  if (code.starts_with("08") || code == "26000") {
    return {.text = "the connection to the database is no longer usable"};
  }
  const auto sound = [](const char* text) { return Failure{text, true}; };
  if (code == "40001" || code == "40P01") return {"a conflict", true, true};
  if (code == "55P03") return sound("the database is locked by another connection");
  if (code == "57014") return sound("the database took too long");
  if (code == "53100") return sound("the database's disk is full");
  if (code == "25006") {
    return {
        .text = "the database is read-only", .connection_is_sound = true, .is_refused_write = true};
  }
  if (code == "23505") {
    auto taken = sound("the database refused a row that breaks its rules");
    taken.is_taken_key = true;
    return taken;
  }
  if (code == "23503") {
    auto lost = sound("the database refused a row that breaks its rules");
    lost.is_lost_reference = true;
    return lost;
  }
  if (code.starts_with("23")) return sound("the database refused a row that breaks its rules");
  if (code.starts_with("42"))
    return sound("the database has a different schema, or refused access");
  return sound("the database failed");
}

std::string words_of_postgres(const Poco::Exception& cause) {
  const auto* failure = dynamic_cast<const PostgresFailure*>(&cause);
  return failure == nullptr ? std::string() : failure->words();
}

PostgresSession::PostgresSession(const PostgresOptions& options, std::chrono::milliseconds longest)
    // Poco keeps this string and puts it into exceptions, so no parameter may stand in it.
    : AbstractSessionImpl("postgresql"), patience_(longest + options.connect_timeout) {
  auto connection = connect(options);
  check_server(connection.get());
  connection_in(handle_) = connection.release();
}

PostgresSession::~PostgresSession() { PostgresSession::close(); }

void PostgresSession::close() { PQfinish(std::exchange(connection_in(handle_), nullptr)); }

bool PostgresSession::is_alive() {
  PGconn* connection = handle_;
  if (PQstatus(connection) != CONNECTION_OK) return false;
  pollfd socket{.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
  // What can be read is a notice, or the end.
  while (::poll(&socket, 1, 0) != 0) {
    if (PQconsumeInput(connection) == 0) return false;
    static_cast<void>(PQisBusy(connection));
  }
  return true;
}

void PostgresSession::keep_words(bool keep) {
  if (keep && !pipeline_.is_empty()) pipeline_.send(handle_, patience_);
  PQsetErrorVerbosity(handle_, keep ? PQERRORS_VERBOSE : PQERRORS_SQLSTATE);
  keeps_words_ = keep;
}

const std::string& PostgresSession::connectorName() const {
  static const std::string name = "postgresql";
  return name;
}

Poco::SharedPtr<Poco::Data::StatementImpl> PostgresSession::createStatementImpl() {
  return make_postgres_statement_impl(*this);
}

void PostgresSession::refuse() { throw std::logic_error("not an operation of this session"); }

void set_postgres_sending(Poco::Data::Session& session, Sending sending) {
  dynamic_cast<PostgresSession&>(*session.impl()).set_sending(sending);
}

void keep_postgres_words(Poco::Data::Session& session, bool keep) {
  dynamic_cast<PostgresSession&>(*session.impl()).keep_words(keep);
}

bool is_postgres_alive(Poco::Data::Session& session) {
  return dynamic_cast<PostgresSession&>(*session.impl()).is_alive();
}

}  // namespace coffeeauth::sql
