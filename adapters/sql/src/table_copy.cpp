#include "adapters/sql/src/table_copy.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace coffeeauth::sql {
namespace {

constexpr std::size_t rows_read = 512;
constexpr std::size_t rows_written = 64;
/// Both databases allow more.
constexpr std::size_t most_parameters = 30'000;

// A column of SQLite only; the target computes it again, see copy.cpp.
constexpr std::pair<std::string_view, std::string_view> made_anew{"users", "search_number"};

bool may_be_number(ColumnKind kind) {
  return kind == ColumnKind::number || kind == ColumnKind::boolean || kind == ColumnKind::other;
}

bool is_number(ColumnKind kind) {
  return kind == ColumnKind::number || kind == ColumnKind::boolean;
}

char letter_between(const Table& table, const Column& from, const Column& to) {
  const bool gives_bytes = from.kind == ColumnKind::bytes;
  if (gives_bytes != (to.kind == ColumnKind::bytes)) {
    throw std::runtime_error("the table " + table.name + " has bytes in " + from.name +
                             " on one side and something else on the other");
  }
  if (gives_bytes) return 'b';
  const bool are_numbers = may_be_number(from.kind) && may_be_number(to.kind) &&
                           (is_number(from.kind) || is_number(to.kind));
  return are_numbers ? 'n' : 't';
}

// The expression that reads a column as the type of `letter`.
std::string read_expression(const Column& column, char letter, bool on_sqlite) {
  const auto name = in_quotes(column.name);
  if (on_sqlite) {
    // With all 17 digits; CAST AS TEXT keeps 15.
    if (letter != 't' || column.kind == ColumnKind::text) return name;
    return "CASE typeof(" + name + ") WHEN 'real' THEN printf('%!.17g', " + name + ") ELSE CAST(" +
           name + " AS TEXT) END";
  }
  if (letter == 'b' || column.kind == ColumnKind::text) return name;
  if (letter == 't') return "CAST(" + name + " AS TEXT)";
  return column.kind == ColumnKind::boolean ? "CAST(" + name + " AS INTEGER)"
                                            : "CAST(" + name + " AS BIGINT)";
}

// The expression that converts a parameter to the type of its column.
std::string write_expression(const CopiedColumn& column, std::size_t number, bool on_sqlite) {
  const auto placeholder = "$" + std::to_string(number);
  if (on_sqlite) return column.letter == 'b' ? "CAST(" + placeholder + " AS BLOB)" : placeholder;
  if (column.letter == 'n' && column.to.kind == ColumnKind::boolean) {
    return "(CAST(" + placeholder + " AS BIGINT) <> 0)";
  }
  return "CAST(" + placeholder + " AS " + column.to.type + ")";
}

std::string typeof_condition(const CopiedColumn& column) {
  const auto type = "typeof(" + in_quotes(column.from.name) + ")";
  if (column.letter == 'n') return type + " NOT IN ('integer', 'null')";
  return column.letter == 'b' ? type + " NOT IN ('blob', 'null')" : type + " = 'blob'";
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

Value value_of(const Row& row, std::size_t column, char letter) {
  if (row.is_null(column)) return std::monostate{};
  if (letter == 'n') return row.number(column);
  if (letter == 't') return row.text(column);
  const auto& bytes = row.bytes(column);
  // Poco would bind empty bytes as NULL; an empty text is stored as empty bytes.
  if (bytes.empty()) return std::string();
  return Bytes{bytes};
}

char key_letter(const Column& column) {
  if (column.kind == ColumnKind::bytes) return 'b';
  return column.kind == ColumnKind::number ? 'n' : 't';
}

std::size_t as_count(std::int64_t number) { return static_cast<std::size_t>(number); }

}  // namespace

std::vector<CopiedColumn> matched(const Table& from, const Table& to) {
  std::vector<CopiedColumn> columns;
  for (const auto& column : from.columns) {
    if (made_anew == std::pair<std::string_view, std::string_view>{from.name, column.name}) {
      continue;
    }
    const auto found =
        std::find_if(to.columns.begin(), to.columns.end(),
                     [&](const Column& candidate) { return candidate.name == column.name; });
    if (found == to.columns.end()) {
      throw std::runtime_error("the table " + to.name + " has no column " + column.name +
                               ", which the source has");
    }
    columns.push_back({column, *found, letter_between(from, column, *found)});
  }
  return columns;
}

TableCopy::TableCopy(Connection& source, Connection& target, const Table& from, const Table& to,
                     std::size_t serial)
    : source_(source),
      target_(target),
      from_(from),
      to_(to),
      columns_(matched(from, to)),
      cursor_("coffeeauth_copy_" + std::to_string(serial)) {}

bool TableCopy::reads_sqlite() const { return source_.dialect().grammar == Grammar::sqlite; }

std::size_t TableCopy::count_source() {
  std::vector<std::string> counts{"count(*)"};
  if (reads_sqlite()) {
    for (const auto& column : columns_) {
      counts.push_back("coalesce(sum(" + typeof_condition(column) + "), 0)");
    }
  }
  const auto row =
      source_
          .run_once({.text = "SELECT " + joined(counts) + " FROM " + in_quotes(from_.name),
                     .columns = std::string(counts.size(), 'n')})
          .front();
  for (std::size_t i = 1; i < counts.size(); ++i) {
    if (row.number(i) == 0) continue;
    throw std::runtime_error("the table " + from_.name + " has a value in " +
                             columns_[i - 1].from.name + " that is no " +
                             columns_[i - 1].from.type);
  }
  return as_count(row.number(0));
}

std::size_t TableCopy::count_target() {
  return as_count(
      target_.run_once({.text = "SELECT count(*) FROM " + in_quotes(to_.name), .columns = "n"})
          .front()
          .number(0));
}

// PostgreSQL keeps the position in a cursor; on SQLite each query begins after the last row read.
void TableCopy::begin_reading() {
  if (reads_sqlite()) return;
  std::vector<std::string> parts;
  for (const auto& column : columns_) {
    parts.push_back(read_expression(column.from, column.letter, false));
  }
  source_.run_once({.text = "DECLARE " + cursor_ + " NO SCROLL CURSOR FOR SELECT " + joined(parts) +
                            " FROM " + in_quotes(from_.name)});
}

void TableCopy::end_reading() {
  if (!reads_sqlite()) source_.run_once({.text = "CLOSE " + cursor_});
}

Rows TableCopy::read_next() {
  std::string letters;
  if (!reads_sqlite()) {
    for (const auto& column : columns_) letters += column.letter;
    return source_.query(
        {.text = "FETCH " + std::to_string(rows_read) + " FROM " + cursor_, .columns = letters});
  }
  std::vector<std::string> parts;
  std::vector<std::string> key;
  std::vector<std::string> placeholders;
  for (const auto& column : from_.key) {
    letters += key_letter(column);
    key.push_back(in_quotes(column.name));
    parts.push_back(read_expression(column, letters.back(), true));
    placeholders.push_back("$" + std::to_string(placeholders.size() + 1));
  }
  for (const auto& column : columns_) {
    letters += column.letter;
    parts.push_back(read_expression(column.from, column.letter, true));
  }
  auto text = "SELECT " + joined(parts) + " FROM " + in_quotes(from_.name);
  if (!after_.empty()) text += " WHERE (" + joined(key) + ") > (" + joined(placeholders) + ")";
  text += " ORDER BY " + joined(key) + " LIMIT " + std::to_string(rows_read);
  return source_.run({.text = text, .columns = letters}, after_);
}

TableCopy::Batch TableCopy::read() {
  const auto rows = read_next();
  const std::size_t first = reads_sqlite() ? from_.key.size() : 0;
  Batch batch;
  batch.reserve(rows.size());
  for (const auto& row : rows) {
    auto& values = batch.emplace_back();
    values.reserve(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      values.push_back(value_of(row, first + i, columns_[i].letter));
    }
  }
  if (!rows.empty()) {
    after_.clear();
    for (std::size_t i = 0; i < first; ++i) {
      after_.push_back(value_of(rows.back(), i, key_letter(from_.key[i])));
    }
  }
  return batch;
}

void TableCopy::write(const Batch& batch) {
  const auto at_once = std::max<std::size_t>(
      1, std::min(rows_written, most_parameters / std::max<std::size_t>(1, columns_.size())));
  std::size_t first = 0;
  for (; first + at_once <= batch.size(); first += at_once) write_some(batch, first, at_once);
  for (; first < batch.size(); ++first) write_some(batch, first, 1);
}

void TableCopy::write_some(const Batch& batch, std::size_t first, std::size_t count) {
  std::vector<Value> parameters;
  parameters.reserve(count * columns_.size());
  for (std::size_t i = first; i < first + count; ++i) {
    parameters.insert(parameters.end(), batch[i].begin(), batch[i].end());
  }
  // PostgreSQL sends several single-row statements in one round trip.
  target_.run({.text = insert_of(count)}, std::move(parameters),
              count == 1 ? Sending::with_next : Sending::at_once);
}

std::string TableCopy::insert_of(std::size_t rows) const {
  const bool on_sqlite = target_.dialect().grammar == Grammar::sqlite;
  std::vector<std::string> names;
  for (const auto& column : columns_) names.push_back(in_quotes(column.to.name));
  std::string text = "INSERT INTO " + in_quotes(to_.name) + " (" + joined(names) + ")" +
                     (on_sqlite ? "" : " OVERRIDING SYSTEM VALUE") + " VALUES ";
  std::size_t number = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<std::string> values;
    for (const auto& column : columns_) {
      values.push_back(write_expression(column, ++number, on_sqlite));
    }
    text += (i == 0 ? "(" : ", (") + joined(values) + ")";
  }
  return text;
}

}  // namespace coffeeauth::sql
