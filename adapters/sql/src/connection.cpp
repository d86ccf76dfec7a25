#include "adapters/sql/src/connection.hpp"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Exception.h>

#include <stdexcept>

#include "coffeeauth/ports/store.hpp"

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

Connection::Connection(Poco::Data::Session session, const Driver& driver, const Dialect& dialect)
    : driver_(driver),
      dialect_(dialect),
      session_(std::make_unique<Poco::Data::Session>(std::move(session))) {}

Connection::~Connection() {
  if (driver_.closes_session_first) session_->close();
  // Before the session: a statement that outlives it keeps a file open.
  kept_.clear();
  doomed_.clear();
}

template <class Work>
auto Connection::guarded(Work&& work) {
  try {
    return work();
  } catch (const Poco::Exception& cause) {
    failed_ = true;
    const auto failure = driver_.describe(cause);
    usable_ = usable_ && failure.connection_is_sound;
    if (failure.is_conflict) throw TransactionConflict();
    throw Unavailable(failure.text);
  } catch (...) {
    failed_ = true;
    throw;
  }
}

Rows Connection::run(const Sql& sql, std::vector<Value> parameters, Sending sending) {
  return guarded([&] {
    if (in_transaction_ && failed_) {
      throw Unavailable("the transaction failed before and can only be rolled back");
    }
    refuse_nul(parameters);
    set_sending(sending);
    auto& statement = kept_[sql.text];
    if (!statement) {
      statement = std::make_unique<PreparedStatement>(driver_.make_statement(*session_, sql.text),
                                                      sql.columns);
    }
    try {
      return statement->run(std::move(parameters));
    } catch (...) {
      drop(sql.text);
      throw;
    }
  });
}

// After an exception the state of a statement inside Poco is unknown.
void Connection::drop(const std::string& text) {
  const auto found = kept_.find(text);
  if (in_transaction_ && driver_.keeps_failed_until_rollback) {
    doomed_.push_back(std::move(found->second));
  }
  kept_.erase(found);
}

Rows Connection::run_once(const Sql& sql) {
  return guarded([&] {
    set_sending(Sending::at_once);
    return PreparedStatement(driver_.make_statement(*session_, sql.text), sql.columns).run({});
  });
}

void Connection::set_sending(Sending sending) {
  if (driver_.set_sending != nullptr) driver_.set_sending(*session_, sending);
}

bool Connection::alive() const { return usable_ && driver_.is_alive(*session_); }

void Connection::begin() {
  failed_ = false;
  run({.text = dialect_.begin}, {}, Sending::with_next);
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
    run(rollback_sql, {}, Sending::instead);
    doomed_.clear();
  } catch (...) {
    usable_ = false;
  }
}

}  // namespace coffeeauth::sql
