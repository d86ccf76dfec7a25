#pragma once
/// CopyTarget: the database that a copy fills, in one transaction.

#include <string>
#include <utility>
#include <vector>

#include "adapters/sql/src/catalog.hpp"

namespace coffeeauth::sql {

/// The constructor locks the tables against other writers and disables their triggers, until
/// commit(). The destructor rolls back whatever was not committed.
class CopyTarget {
 public:
  /// Begins the transaction, and locks migrations and `tables`.
  CopyTarget(Connection& connection, const std::vector<const Table*>& tables);
  ~CopyTarget() { connection_.rollback(); }
  CopyTarget(const CopyTarget&) = delete;
  CopyTarget& operator=(const CopyTarget&) = delete;

  /// The tables with a foreign key that references `table`.
  [[nodiscard]] std::vector<std::string> children_of(const std::string& table);

  /// Enables the triggers again, and brings identity columns, counts and the search index to the
  /// state they would have if the rows had been inserted one by one.
  void finish();
  void commit() { connection_.commit(); }

 private:
  void stop_triggers();
  void start_triggers();
  [[nodiscard]] bool is_filled(const std::string& table) const;
  void move_sequences();

  Connection& connection_;
  const bool is_sqlite_;
  std::vector<std::string> tables_;
  // The statements that restore the triggers: CREATE on SQLite, ENABLE on PostgreSQL.
  std::vector<std::string> triggers_;
};

}  // namespace coffeeauth::sql
