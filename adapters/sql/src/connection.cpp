#include "adapters/sql/src/connection.hpp"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Exception.h>

#include <stdexcept>

#include "adapters/sql/src/failure.hpp"

namespace coffeeauth::sql {
namespace {

const Sql commit_sql{.text = "COMMIT"};
const Sql rollback_sql{.text = "ROLLBACK"};

void refuse_nul(const std::vector<Value>& parameters) {
  for (const auto& value : parameters) {
    const auto* text = std::get_if<std::string>(&value);
    // It would be stored whole and read back cut, so that two different texts could look alike.
    if (text != nullptr && text->find('\0') != std::string::npos) {
      throw std::invalid_argument("a text with a NUL cannot be stored");
    }
  }
}

}  // namespace

Connection::Connection(Poco::Data::Session session, MakeStatement make, const Dialect& dialect)
    : make_(make),
      dialect_(dialect),
      session_(std::make_unique<Poco::Data::Session>(std::move(session))) {}

Connection::~Connection() {
  // Before the session: a statement that outlives it keeps the file open.
  kept_.clear();
}

template <class Work>
auto Connection::guarded(Work&& work) {
  try {
    return work();
  } catch (const Poco::Exception& cause) {
    failed_ = true;
    auto failure = describe(cause);
    usable_ = usable_ && failure.connection_is_sound;
    throw Unavailable(failure.text);
  } catch (...) {
    failed_ = true;
    throw;
  }
}

Rows Connection::run(const Sql& sql, std::vector<Value> parameters) {
  return guarded([&] {
    if (in_transaction_ && failed_) {
      throw Unavailable("the transaction failed before and can only be rolled back");
    }
    refuse_nul(parameters);
    auto& statement = kept_[sql.text];
    if (!statement) {
      statement = std::make_unique<PreparedStatement>(make_(*session_, sql.text), sql.columns);
    }
    try {
      return statement->run(std::move(parameters));
    } catch (...) {
      kept_.erase(sql.text);
      throw;
    }
  });
}

Rows Connection::run_once(const Sql& sql) {
  return guarded(
      [&] { return PreparedStatement(make_(*session_, sql.text), sql.columns).run({}); });
}

void Connection::begin() {
  failed_ = false;
  run({.text = dialect_.begin}, {});
  in_transaction_ = true;
}

void Connection::commit() {
  // SQLite and PostgreSQL both answer some commits of failed transactions with success.
  run(commit_sql, {});
  in_transaction_ = false;
}

void Connection::rollback() noexcept {
  if (!in_transaction_) return;
  in_transaction_ = false;
  if (!usable_) return;
  try {
    run(rollback_sql, {});
  } catch (...) {
    usable_ = false;
  }
}

}  // namespace coffeeauth::sql
