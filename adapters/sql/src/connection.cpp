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
auto Connection::guarded(Work&& work, const OwnCall* own) {
  try {
    return work();
  } catch (const Poco::Exception& cause) {
    failed_ = true;
    const auto failure = driver_.describe(cause);
    usable_ = usable_ && (failure.connection_is_sound || (own && failure.is_refused_write));
    if (own != nullptr && own->use == OwnUse::read && failure.is_refused_write) {
      throw std::invalid_argument("query(): the statement writes, and here it may only read");
    }
    if (own != nullptr) tell(cause, failure, *own);
    if (failure.is_conflict || (failure.is_taken_key && own == nullptr)) {
      throw TransactionConflict();
    }
    if (failure.is_lost_reference) throw TransactionConflict(failure.text);
    throw Unavailable(failure.text);
  } catch (...) {
    failed_ = true;
    throw;
  }
}

// A race that was lost is tried again, and a connection that was lost is no fault of the statement.
void Connection::tell(const Poco::Exception& cause, const Failure& failure,
                      const OwnCall& own) noexcept {
  if (failure.is_conflict) return;
  try {
    const auto words = driver_.words_of(cause);
    if (words.empty()) return;
    own.diagnostics.tell({"statement", own.statement.sql.text, words});
  } catch (...) {
    // No memory for a text; the failure itself goes on.
  }
}

Rows Connection::run(const Sql& sql, std::vector<Value> parameters, Sending sending) {
  return guarded([&] {
    set_sending(sending);
    return run_kept(sql.text, sql, std::move(parameters), Author::library);
  });
}

Rows Connection::run_kept(const std::string& key, const Sql& sql, std::vector<Value> parameters,
                          Author author) {
  if (in_transaction_ && failed_) {
    throw Unavailable("the transaction failed before and can only be rolled back");
  }
  refuse_nul(parameters);
  auto& statement = kept_[key];
  if (!statement) {
    statement = std::make_unique<PreparedStatement>(driver_.make_statement(*session_, sql, author),
                                                    sql.columns);
  }
  try {
    return statement->run(std::move(parameters));
  } catch (...) {
    drop(key);
    throw;
  }
}

Rows Connection::run_own(const Sql& sql, std::vector<Value> parameters, OwnUse use,
                         Diagnostics& diagnostics) {
  // A mistake that is found here makes the transaction fail like every other.
  const auto statement = guarded([&] { return read_own_statement(sql, dialect_.grammar, use); });
  if (parameters.size() != statement.parameters) {
    failed_ = true;
    throw std::invalid_argument("query(): the statement takes " +
                                std::to_string(statement.parameters) +
                                " parameters and was given " + std::to_string(parameters.size()));
  }
  const OwnCall own{statement, use, diagnostics};
  if (use == OwnUse::transaction || dialect_.begin_read.empty()) {
    return run_own_here(own, std::move(parameters));
  }
  begin(dialect_.begin_read);
  try {
    auto rows = run_own_here(own, std::move(parameters));
    commit();
    return rows;
  } catch (...) {
    rollback();
    throw;
  }
}

// Runs `work` while failures keep the database's own words. Outside of what is told: what waits is
// the library's.
template <class Work>
auto Connection::with_words(Work&& work) {
  const auto keep = [&](bool keeps) {
    if (driver_.keep_words != nullptr) driver_.keep_words(*session_, keeps);
  };
  guarded([&] { keep(true); });
  try {
    auto result = work();
    keep(false);
    return result;
  } catch (...) {
    keep(false);
    throw;
  }
}

Rows Connection::run_own_here(const OwnCall& own, std::vector<Value> parameters) {
  const auto& sql = own.statement.sql;
  return with_words([&] {
    return guarded(
        [&] {
          set_sending(Sending::at_once);
          return run_kept(sql.columns + '\0' + sql.text, sql, std::move(parameters),
                          Author::embedder);
        },
        &own);
  });
}

// After an exception the state of a statement inside Poco is unknown.
void Connection::drop(const std::string& key) {
  const auto found = kept_.find(key);
  if (in_transaction_ && driver_.keeps_failed_until_rollback) {
    doomed_.push_back(std::move(found->second));
  }
  kept_.erase(found);
}

Rows Connection::run_once(const Sql& sql) {
  return guarded([&] {
    set_sending(Sending::at_once);
    return PreparedStatement(driver_.make_statement(*session_, sql, Author::library), sql.columns)
        .run({});
  });
}

void Connection::run_own_once(const Sql& sql, Diagnostics& diagnostics) {
  const OwnStatement statement{.sql = sql};
  const OwnCall own{statement, OwnUse::transaction, diagnostics};
  static_cast<void>(with_words([&] {
    return guarded(
        [&] {
          set_sending(Sending::at_once);
          return PreparedStatement(driver_.make_statement(*session_, sql, Author::library),
                                   sql.columns)
              .run({});
        },
        &own);
  }));
}

void Connection::set_sending(Sending sending) {
  if (driver_.set_sending != nullptr) driver_.set_sending(*session_, sending);
}

bool Connection::alive() const { return usable_ && driver_.is_alive(*session_); }

void Connection::begin() { begin(dialect_.begin); }

void Connection::begin_snapshot() { begin(dialect_.begin_snapshot); }

void Connection::begin(const std::string& text) {
  failed_ = false;
  run({.text = text}, {}, Sending::with_next);
  in_transaction_ = true;
}

void Connection::commit() {
  // SQLite and PostgreSQL both answer some commits of failed transactions with success.
  run(commit_sql, {});
  in_transaction_ = false;
  if (driver_.after_commit == nullptr) return;
  if (std::chrono::steady_clock::now() < next_after_commit_) return;
  driver_.after_commit(*session_, next_after_commit_);
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
