#pragma once
/// The tables of a database, as its own catalogue describes them.

#include <string>
#include <string_view>
#include <vector>

#include "adapters/sql/src/connection.hpp"

namespace coffeeauth::sql {

/// The type of the values in a column.
enum class ColumnKind {
  /// Integers.
  number,
  /// PostgreSQL only; SQLite stores a number.
  boolean,
  bytes,
  text,
  /// All others: floating point, times, and on SQLite columns that accept values of any type.
  other
};

struct Column {
  std::string name;
  /// The declared type, as the database spells it.
  std::string type;
  ColumnKind kind;
};

struct Table {
  std::string name;
  /// Without generated columns.
  std::vector<Column> columns{};
  /// The columns that order the rows, on SQLite: the primary key of a table without rowid, or else
  /// a name of its rowid.
  std::vector<Column> key{};
  /// The tables that its foreign keys reference; empty on SQLite.
  std::vector<std::string> parents{};
};

/// Returns the tables in the order of their names, without the database's internal ones. Runs one
/// or two statements.
[[nodiscard]] std::vector<Table> tables_in(Connection& connection);

/// Returns the name quoted, for use in a statement.
[[nodiscard]] std::string in_quotes(std::string_view name);

/// Whether the table has a row.
[[nodiscard]] bool has_rows(Connection& connection, std::string_view table);

}  // namespace coffeeauth::sql
