#pragma once
/// TableCopy: how the rows of one table get from one database into another.

#include <cstddef>
#include <string>
#include <vector>

#include "adapters/sql/src/catalog.hpp"

namespace coffeeauth::sql {

/// A column of both databases.
struct CopiedColumn {
  Column from;
  Column to;
  /// Between them, as in Sql.
  char letter;
};

/// The columns that a table has in both. Throws std::runtime_error, naming table and column, for
/// one of `from` that `to` has no place for, and for bytes that would become something else.
[[nodiscard]] std::vector<CopiedColumn> matched(const Table& from, const Table& to);

/// Reads rows in the source's snapshot and writes them in the target's transaction, a batch at a
/// time.
class TableCopy {
 public:
  /// Borrows all of them. `serial` is another number for each table of a source.
  TableCopy(Connection& source, Connection& target, const Table& from, const Table& to,
            std::size_t serial);

  [[nodiscard]] const std::string& name() const noexcept { return to_.name; }
  /// How many rows there are. Throws std::runtime_error, naming the column, when one of them holds
  /// a value that its column is not declared for, which SQLite lets happen.
  [[nodiscard]] std::size_t count_source();
  [[nodiscard]] std::size_t count_target();

  using Batch = std::vector<std::vector<Value>>;
  void begin_reading();
  /// The next rows; none when all were read.
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
  // Where the last batch ended; what is read before the columns themselves.
  std::vector<Value> after_;
};

}  // namespace coffeeauth::sql
