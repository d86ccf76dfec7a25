#pragma once
/// Connection: one session with the database and the statements prepared on it.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/sql/src/dialect.hpp"
#include "adapters/sql/src/failure.hpp"
#include "adapters/sql/src/statement.hpp"
#include "coffeeauth/error.hpp"
#include "coffeeauth/ports/diagnostics.hpp"

namespace Poco {
class Exception;
}
namespace Poco::Data {
class Session;
}

namespace coffeeauth::sql {

/// When a statement is sent to a database behind a network.
enum class Sending {
  /// At once, in one batch after all waiting statements.
  at_once,
  /// Together with the next statement that is sent at once, which also reports its failure.
  with_next,
  /// At once and alone; waiting statements are discarded.
  instead,
};

/// Whose statement it is. What an embedder wrote is checked further: that its result has the
/// columns that it declares, which throws std::invalid_argument.
enum class Author { library, embedder };

/// What differs in how a database is spoken to; its words are in Dialect.
struct Driver {
  /// Makes a statement, one that is compiled at its first run and stays so.
  Poco::Data::Statement (*make_statement)(Poco::Data::Session& session, const Sql& sql,
                                          Author author);
  Failure (*describe)(const Poco::Exception& cause);
  /// Whether the other side is still there, as far as can be seen without asking it.
  bool (*is_alive)(Poco::Data::Session& session);
  /// Whether a statement that failed can be dropped only when the transaction is over.
  bool keeps_failed_until_rollback;
  /// Whether statements go with their session, and need no farewell each.
  bool closes_session_first;
  /// How the statements that are run from now on are sent; null where that takes no time.
  void (*set_sending)(Poco::Data::Session& session, Sending sending);
  /// Sends what waits, and lets failures keep the database's own words until it is called again
  /// with false; null where they always do.
  void (*keep_words)(Poco::Data::Session& session, bool keep);
  /// Called after a commit, from the time on that it set; null where there is nothing to do.
  void (*after_commit)(Poco::Data::Session& session, std::chrono::steady_clock::time_point& next);
  /// The database's own words for the failure of an embedder's statement; empty when it said none.
  std::string (*words_of)(const Poco::Exception& cause);
};

/// Runs statements, keeps them prepared, and turns every failure of the database into Unavailable.
/// The one place where exceptions of Poco are caught. Belongs to one thread at a time.
class Connection {
 public:
  /// `driver` and `dialect` must outlive it.
  Connection(Poco::Data::Session session, const Driver& driver, const Dialect& dialect);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// All rows. The statement is kept. Throws TransactionConflict when the transaction lost a race
  /// inside the database, Unavailable for every other failure, std::invalid_argument for a text
  /// with a NUL in it. One in a transaction that asks for nothing back may fail later, at the next
  /// statement or at commit(): it is sent with that.
  template <class... Args>
  Rows query(const Sql& sql, Args&&... args) {
    const bool can_wait = in_transaction_ && sql.columns.empty();
    return run(sql, values(std::forward<Args>(args)...),
               can_wait ? Sending::with_next : Sending::at_once);
  }
  /// The first row.
  template <class... Args>
  std::optional<Row> query_one(const Sql& sql, Args&&... args) {
    auto rows = query(sql, std::forward<Args>(args)...);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }
  /// Whether there is a row; for `... RETURNING`, whether something was written.
  template <class... Args>
  bool any(const Sql& sql, Args&&... args) {
    return !query(sql, std::forward<Args>(args)...).empty();
  }
  Rows run(const Sql& sql, std::vector<Value> parameters, Sending sending = Sending::at_once);
  /// Runs an embedder's statement, alone in its message. What the database says of its failure
  /// goes to `diagnostics`. Throws std::invalid_argument, too, for what is the embedder's mistake
  /// whatever the data: see read_own_statement(), a wrong number of parameters, other columns than
  /// it declares, a write where only reads are allowed.
  Rows run_own(const Sql& sql, std::vector<Value> parameters, OwnUse use, Diagnostics& diagnostics);
  /// Runs a text once and does not keep it; for schema changes and settings.
  Rows run_once(const Sql& sql);
  /// The same of a statement that is not the library's: what the database says of its failure goes
  /// to `diagnostics`.
  void run_own_once(const Sql& sql, Diagnostics& diagnostics);

  /// Begins a transaction that writes. Whatever fails from here on makes commit() throw.
  void begin();
  /// Begins one that only reads, and sees one moment of the database from its first statement on.
  void begin_snapshot();
  void commit();
  /// Never throws; a connection that could not roll back is not usable() any more.
  void rollback() noexcept;

  /// Whether it may be used again: false after a failure that leaves its state in doubt.
  [[nodiscard]] bool usable() const noexcept { return usable_; }
  /// usable(), and the other side has not hung up while nobody looked.
  [[nodiscard]] bool alive() const;
  [[nodiscard]] const Dialect& dialect() const noexcept { return dialect_; }

 private:
  template <class... Args>
  static std::vector<Value> values(Args&&... args) {
    std::vector<Value> list;
    list.reserve(sizeof...(args));
    (list.push_back(to_value(std::forward<Args>(args))), ...);
    return list;
  }
  struct OwnCall {
    const OwnStatement& statement;
    OwnUse use;
    Diagnostics& diagnostics;
  };
  template <class Work>
  auto guarded(Work&& work, const OwnCall* own = nullptr);
  void tell(const Poco::Exception& cause, const Failure& failure, const OwnCall& own) noexcept;
  Rows run_kept(const std::string& key, const Sql& sql, std::vector<Value> parameters,
                Author author);
  template <class Work>
  auto with_words(Work&& work);
  Rows run_own_here(const OwnCall& own, std::vector<Value> parameters);
  void begin(const std::string& text);
  void drop(const std::string& key);
  void set_sending(Sending sending);

  const Driver& driver_;
  const Dialect& dialect_;
  std::unique_ptr<Poco::Data::Session> session_;
  // By text, those of embedders by their letters and text: the texts are few, since every one is
  // made of constants.
  std::unordered_map<std::string, std::unique_ptr<PreparedStatement>> kept_;
  // Those that failed in this transaction.
  std::vector<std::unique_ptr<PreparedStatement>> doomed_;
  std::chrono::steady_clock::time_point next_after_commit_{};
  bool in_transaction_ = false;
  bool failed_ = false;
  bool usable_ = true;
};

}  // namespace coffeeauth::sql
