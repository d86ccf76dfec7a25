#pragma once
/// TableCopy: copies the rows of one table from one database to another.

#include <cstddef>
#include <string>
#include <vector>

#include "adapters/sql/src/catalog.hpp"

namespace coffeeauth::sql {

/// A column that both databases have.
struct CopiedColumn {
  Column from;
  Column to;
  /// The type in which values pass between them: a letter of Sql::columns.
  char letter;
};

/// Returns the columns that the table has in both databases. Throws std::runtime_error, naming
/// table and column, when `to` lacks a column of `from`, or when only one of the two columns holds
/// bytes.
[[nodiscard]] std::vector<CopiedColumn> matched(const Table& from, const Table& to);

/// Reads rows in the snapshot of the source and writes them in the transaction of the target, in
/// batches.
class TableCopy {
 public:
  /// Borrows all arguments. `serial` is a number that no other table of the source has.
  TableCopy(Connection& source, Connection& target, const Table& from, const Table& to,
            std::size_t serial);

  [[nodiscard]] const std::string& name() const noexcept { return to_.name; }
  /// Returns the number of rows. Throws std::runtime_error, naming the column, when a row holds a
  /// value of another type than its column declares, which SQLite permits.
  [[nodiscard]] std::size_t count_source();
  [[nodiscard]] std::size_t count_target();

  using Batch = std::vector<std::vector<Value>>;
  void begin_reading();
  /// Returns the next rows; empty when all have been read.
  [[nodiscard]] Batch read();
  void end_reading();
  void write(const Batch& batch);

 private:
  [[nodiscard]] Rows read_next();
  void write_some(const Batch& batch, std::size_t first, std::size_t count);
  [[nodiscard]] std::string insert_of(std::size_t rows) const;
  [[nodiscard]] bool reads_sqlite() const;

  Connection& source_;
  Connection& target_;
  const Table& from_;
  const Table& to_;
  const std::vector<CopiedColumn> columns_;
  const std::string cursor_;
  // The key of the last row of the previous batch; queries return it in front of the columns.
  std::vector<Value> after_;
};

}  // namespace coffeeauth::sql
