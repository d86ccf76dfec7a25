#pragma once
/// Dialect: the few words in which data bases differ. All else is one text for all of them.

#include <string>

namespace coffeeauth::sql {

/// What is put into the statements.
struct Dialect {
  /// Begins a transaction that will write.
  std::string begin;
  /// Behind a SELECT whose rows the transaction is going to change.
  std::string for_update;
  /// The same, passing over rows that another transaction holds.
  std::string for_update_skip_locked;
  /// LIKE without regard to letter case.
  std::string like;
  /// Has a row when there is a table of the name $1.
  std::string table_exists;
};

/// There is one writer at a time, so nothing needs to lock a row.
inline Dialect sqlite_dialect() {
  return {
      .begin = "BEGIN IMMEDIATE",
      .for_update = "",
      .for_update_skip_locked = "",
      .like = "LIKE",
      .table_exists = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
  };
}

}  // namespace coffeeauth::sql
