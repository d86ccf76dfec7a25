#include "adapters/sql/src/catalog.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "adapters/sql/src/statement_body.hpp"

namespace coffeeauth::sql {
namespace {

const Sql sqlite_columns_sql{.text = R"(
  SELECT t.name, t.wr, x.name, x.type, x.pk
  FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS x
  WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
    AND x.hidden = 0
  ORDER BY t.name, x.cid)",
                             .columns = "tnttn"};

const Sql postgres_columns_sql{.text = R"(
  SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT), format_type(a.atttypid, a.atttypmod),
         CAST(t.typname AS TEXT)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  ORDER BY c.relname COLLATE "C", a.attnum)",
                               .columns = "tttt"};

const Sql postgres_parents_sql{.text = R"(
  SELECT DISTINCT CAST(c.relname AS TEXT), CAST(p.relname AS TEXT)
  FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
  WHERE f.contype = 'f' AND c.oid <> p.oid
    AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()))",
                               .columns = "tt"};

// The affinity of a declared type (SQLite, "Datatypes", 3.1).
ColumnKind sqlite_kind(std::string_view declared) {
  const auto type = upper(declared);
  const auto says = [&](std::string_view part) { return type.find(part) != std::string::npos; };
  if (says("INT")) return ColumnKind::number;
  if (says("CHAR") || says("CLOB") || says("TEXT")) return ColumnKind::text;
  return says("BLOB") ? ColumnKind::bytes : ColumnKind::other;
}

ColumnKind postgres_kind(std::string_view type) {
  if (type == "int8" || type == "int4" || type == "int2") return ColumnKind::number;
  if (type == "bool") return ColumnKind::boolean;
  if (type == "bytea") return ColumnKind::bytes;
  const bool is_text = type == "text" || type == "varchar" || type == "bpchar";
  return is_text ? ColumnKind::text : ColumnKind::other;
}

Table& table_of(std::vector<Table>& tables, const std::string& name) {
  if (tables.empty() || tables.back().name != name) tables.push_back({.name = name});
  return tables.back();
}

// One of the three names of the rowid that is not a column's.
Column rowid_of(const Table& table) {
  constexpr std::array<std::string_view, 3> names{"ROWID", "_ROWID_", "OID"};
  const auto* const free = std::find_if(names.begin(), names.end(), [&](std::string_view name) {
    return std::none_of(table.columns.begin(), table.columns.end(),
                        [&](const Column& column) { return upper(column.name) == name; });
  });
  return {std::string(free == names.end() ? names.front() : *free), "INTEGER", ColumnKind::number};
}

std::vector<Table> sqlite_tables(Connection& connection) {
  std::vector<Table> tables;
  std::map<std::string, std::map<std::int64_t, Column>> keys;
  for (const auto& row : connection.query(sqlite_columns_sql)) {
    auto& table = table_of(tables, row.text(0));
    table.columns.push_back({row.text(2), row.text(3), sqlite_kind(row.text(3))});
    const bool is_key = row.flag(1) && row.number(4) > 0;
    if (is_key) keys[table.name].emplace(row.number(4), table.columns.back());
  }
  for (auto& table : tables) {
    for (const auto& [place, column] : keys[table.name]) table.key.push_back(column);
    if (table.key.empty()) table.key.push_back(rowid_of(table));
  }
  return tables;
}

std::vector<Table> postgres_tables(Connection& connection) {
  std::vector<Table> tables;
  for (const auto& row : connection.query(postgres_columns_sql)) {
    table_of(tables, row.text(0))
        .columns.push_back({row.text(1), row.text(2), postgres_kind(row.text(3))});
  }
  for (const auto& row : connection.query(postgres_parents_sql)) {
    const auto child = std::find_if(tables.begin(), tables.end(),
                                    [&](const Table& table) { return table.name == row.text(0); });
    if (child != tables.end()) child->parents.push_back(row.text(1));
  }
  return tables;
}

}  // namespace

std::vector<Table> tables_in(Connection& connection) {
  const bool is_sqlite = connection.dialect().grammar == Grammar::sqlite;
  return is_sqlite ? sqlite_tables(connection) : postgres_tables(connection);
}

std::string in_quotes(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string(2, c) : std::string(1, c);
  return text + "\"";
}

bool has_rows(Connection& connection, std::string_view table) {
  return !connection
              .run_once({.text = "SELECT 1 FROM " + in_quotes(table) + " LIMIT 1", .columns = "n"})
              .empty();
}

}  // namespace coffeeauth::sql
