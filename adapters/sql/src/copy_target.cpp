#include "adapters/sql/src/copy_target.hpp"

#include <algorithm>

namespace coffeeauth::sql {
namespace {

const Sql sqlite_triggers_sql{
    .text = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid",
    .columns = "ttt"};

// Enabled triggers only ('O'). An administrator chose every other state, so it stays.
const Sql postgres_triggers_sql{.text = R"(
  SELECT CAST(c.relname AS TEXT), CAST(t.tgname AS TEXT)
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND t.tgenabled = 'O'
    AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
  ORDER BY 1, 2)",
                                .columns = "tt"};

const Sql postgres_sequences_sql{.text = R"(
  SELECT table_name, column_name, sequence FROM (
    SELECT CAST(c.relname AS TEXT) AS table_name, CAST(a.attname AS TEXT) AS column_name,
           pg_get_serial_sequence(quote_ident(c.relname), a.attname) AS sequence
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
      AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped) AS all_columns
  WHERE sequence IS NOT NULL)",
                                 .columns = "ttt"};

const Sql sqlite_children_sql{.text = R"(
  SELECT DISTINCT t.name
  FROM sqlite_master AS t JOIN pragma_foreign_key_list(t.name) AS f
  WHERE t.type = 'table' AND lower(f."table") = lower($1) ORDER BY 1)",
                              .columns = "t"};

const Sql postgres_children_sql{.text = R"(
  SELECT DISTINCT CAST(c.relname AS TEXT)
  FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
  WHERE f.contype = 'f' AND CAST(p.relname AS TEXT) = $1
    AND p.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
  ORDER BY 1)",
                                .columns = "t"};

std::string list_of(const std::vector<std::string>& tables) {
  std::string text;
  for (const auto& table : tables) text += (text.empty() ? "" : ", ") + in_quotes(table);
  return text;
}

}  // namespace

CopyTarget::CopyTarget(Connection& connection, const std::vector<const Table*>& tables)
    : connection_(connection), is_sqlite_(connection.dialect().grammar == Grammar::sqlite) {
  for (const auto* const table : tables) tables_.push_back(table->name);
  connection_.begin();
  try {
    const auto& lock = connection_.dialect().schema_lock;
    if (!lock.empty()) connection_.run_once({.text = lock, .columns = "t"});
    if (is_sqlite_) {
      // Rows arrive in any order; a reference that is still missing at the end fails the commit.
      connection_.run_once({.text = "PRAGMA defer_foreign_keys = ON"});
    } else {
      connection_.run_once({.text = "LOCK TABLE " + list_of(tables_) + " IN EXCLUSIVE MODE"});
    }
    stop_triggers();
  } catch (...) {
    connection_.rollback();
    throw;
  }
}

// The rows that the source's triggers wrote are copied like all others, so the target's triggers
// must not write them a second time.
void CopyTarget::stop_triggers() {
  for (const auto& row :
       connection_.run_once(is_sqlite_ ? sqlite_triggers_sql : postgres_triggers_sql)) {
    if (!is_filled(row.text(0))) continue;
    if (is_sqlite_) {
      triggers_.push_back(row.text(2));
      connection_.run_once({.text = "DROP TRIGGER " + in_quotes(row.text(1))});
    } else {
      const auto table = "ALTER TABLE " + in_quotes(row.text(0));
      const auto trigger = " TRIGGER " + in_quotes(row.text(1));
      triggers_.push_back(table + " ENABLE" + trigger);
      connection_.run_once({.text = table + " DISABLE" + trigger});
    }
  }
}

bool CopyTarget::is_filled(const std::string& table) const {
  return std::find(tables_.begin(), tables_.end(), table) != tables_.end();
}

std::vector<std::string> CopyTarget::children_of(const std::string& table) {
  std::vector<std::string> children;
  for (const auto& row :
       connection_.query(is_sqlite_ ? sqlite_children_sql : postgres_children_sql, table)) {
    children.push_back(row.text(0));
  }
  return children;
}

void CopyTarget::start_triggers() {
  // PostgreSQL alters no table that has deferred checks pending.
  if (!is_sqlite_) connection_.run_once({.text = "SET CONSTRAINTS ALL IMMEDIATE"});
  for (const auto& statement : triggers_) connection_.run_once({.text = statement});
}

// Only forwards: a number that was handed out before may still be referenced elsewhere.
void CopyTarget::move_sequences() {
  if (is_sqlite_) return;
  for (const auto& row : connection_.run_once(postgres_sequences_sql)) {
    if (!is_filled(row.text(0))) continue;
    const auto most = "max(" + in_quotes(row.text(1)) + ")";
    connection_.query({.text = "SELECT setval(CAST($1 AS regclass), greatest(CAST(" + most +
                               " AS BIGINT), (SELECT last_value FROM " + row.text(2) + "))) FROM " +
                               in_quotes(row.text(0)) + " HAVING " + most + " IS NOT NULL",
                       .columns = "n"},
                      row.text(2));
  }
}

void CopyTarget::finish() {
  start_triggers();
  move_sequences();
  for (const auto& statement : connection_.dialect().reindex) {
    connection_.run_once({.text = statement});
  }
  for (const auto& statement : connection_.dialect().recount) {
    connection_.run_once({.text = statement});
  }
  // Without it, the planner treats the tables as empty until autovacuum analyses them.
  if (!is_sqlite_) connection_.run_once({.text = "ANALYZE " + list_of(tables_)});
}

}  // namespace coffeeauth::sql
