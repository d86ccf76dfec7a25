#pragma once
/// Every row of a SQL store as text, to compare two databases by.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "coffeeauth/sql/query.hpp"

namespace coffeeauth::testing {

/// The rows of each table, in order, as one line each.
using WholeDatabase = std::map<std::string, std::vector<std::string>>;

/// The columns of a table by name, but for those that each database makes for itself.
using TableColumns = std::map<std::string, std::vector<std::string>>;

/// The tables and columns of a SQLite store, which PostgreSQL has, too.
inline TableColumns columns_in(Store& store) {
  TableColumns columns;
  const auto rows = sql::query(store, {.text = R"(SELECT m.name, x.name FROM sqlite_master AS m
                         JOIN pragma_table_info(m.name) AS x
                         WHERE m.type = 'table' AND m.name NOT LIKE 'user_search%'
                           AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '%_migrations'
                           AND m.name <> 'user_counts' AND x.name <> 'search_number')",
                                       .columns = "tt"});
  for (const auto& row : rows) columns[row.text(0)].push_back(row.text(1));
  return columns;
}

/// A value as text, the same from both databases; bytes in hexadecimal.
inline std::string as_text(const std::string& name, sql::Engine engine) {
  const auto column = "\"" + name + "\"";
  if (engine == sql::Engine::sqlite) {
    return "CASE typeof(" + column + ") WHEN 'blob' THEN hex(" + column +
           ") WHEN 'real' THEN printf('%.6f', " + column + ") ELSE CAST(" + column +
           " AS TEXT) END";
  }
  // Not all columns have a type that bytes can be asked of.
  return "CASE pg_typeof(" + column + ")::text WHEN 'bytea' THEN upper(substr(" + column +
         "::text, 3)) WHEN 'boolean' THEN CASE " + column +
         "::text WHEN 'true' THEN '1' ELSE '0' END WHEN 'double precision' THEN CAST(CAST(" +
         column + "::text AS NUMERIC(20,6)) AS TEXT) ELSE " + column + "::text END";
}

/// What `columns` hold in that store.
inline WholeDatabase rows_in(Store& store, const TableColumns& columns) {
  const auto engine = sql::engine_of(store);
  WholeDatabase all;
  for (const auto& [table, names] : columns) {
    std::string text;
    for (const auto& name : names) {
      const auto column = "\"" + name + "\"";
      text += (text.empty() ? "" : " || ") + std::string("'|") + name + "=' || CASE WHEN " +
              column + " IS NULL THEN '(null)' ELSE " + as_text(name, engine) + " END";
    }
    auto& lines = all[table];
    for (const auto& row : sql::query(
             store, {.text = "SELECT " + text + " FROM \"" + table + "\"", .columns = "t"})) {
      lines.push_back(row.text(0));
    }
    std::sort(lines.begin(), lines.end());
  }
  return all;
}

}  // namespace coffeeauth::testing
