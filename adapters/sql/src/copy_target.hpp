#pragma once
/// CopyTarget: a database that is filled with what another one holds, in one transaction.

#include <string>
#include <utility>
#include <vector>

#include "adapters/sql/src/catalog.hpp"

namespace coffeeauth::sql {

/// From its construction to commit() nobody else writes to the tables and no trigger runs; without
/// commit() everything is as it was.
class CopyTarget {
 public:
  /// Begins the transaction, and takes the locks of migrations and of `tables`.
  CopyTarget(Connection& connection, const std::vector<const Table*>& tables);
  ~CopyTarget() { connection_.rollback(); }
  CopyTarget(const CopyTarget&) = delete;
  CopyTarget& operator=(const CopyTarget&) = delete;

  /// The tables whose foreign keys are of `table`.
  [[nodiscard]] std::vector<std::string> children_of(const std::string& table);

  /// Has triggers, numbers of identity columns, counts and the index of searches as they would be
  /// if the rows had come one by one.
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
  // Of SQLite: what makes each of them. Of PostgreSQL: what switches each of them on.
  std::vector<std::string> triggers_;
};

}  // namespace coffeeauth::sql
