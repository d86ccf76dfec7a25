#pragma once
/// What a database says of its own tables.

#include <string>
#include <string_view>
#include <vector>

#include "adapters/sql/src/connection.hpp"

namespace coffeeauth::sql {

/// What the values of a column are.
enum class ColumnKind {
  /// Integers.
  number,
  /// Of PostgreSQL; on SQLite it is a number.
  boolean,
  bytes,
  text,
  /// Whatever else: floating point, times, and on SQLite columns that take values of several types.
  other
};

struct Column {
  std::string name;
  /// As it was declared.
  std::string type;
  ColumnKind kind;
};

struct Table {
  std::string name;
  /// Without those that the database generates from others.
  std::vector<Column> columns{};
  /// By which rows are in order, for SQLite: the primary key of a table without rowid, or what its
  /// rowid is called.
  std::vector<Column> key{};
  /// The tables that its foreign keys are of; empty for SQLite.
  std::vector<std::string> parents{};
};

/// The tables by name, without those that the database keeps for itself. One statement or two.
[[nodiscard]] std::vector<Table> tables_in(Connection& connection);

/// The name as it stands in a statement.
[[nodiscard]] std::string in_quotes(std::string_view name);

/// Whether there is a row in that table.
[[nodiscard]] bool has_rows(Connection& connection, std::string_view table);

}  // namespace coffeeauth::sql
