#pragma once
/// Dialect: the few words in which databases differ. All else is one text for all of them.

#include <string>
#include <string_view>
#include <vector>

#include "adapters/sql/src/own_statement.hpp"
#include "adapters/sql/src/trigrams.hpp"

namespace coffeeauth::sql {

/// What is put into the statements.
struct Dialect {
  /// Begins a transaction that will write.
  std::string begin;
  /// Behind a SELECT whose rows the transaction is going to change.
  std::string for_update;
  /// The same, passing over rows that another transaction holds.
  std::string for_update_skip_locked;
  /// Behind that, when only the rows of the table with this alias are to be held: ` OF <alias>`.
  std::string of_table;
  /// Where the text $2 stands in the text $1, 0 for nowhere: the name of the function.
  std::string position;
  /// What is read from to find users by trigrams, and the condition around the placeholder for
  /// them.
  std::string trigram_source;
  /// What is read from where only their number is asked for.
  std::string trigram_index;
  std::string trigram_condition;
  std::string trigram_condition_end;
  /// The value of that placeholder.
  std::string (*join_trigrams)(const std::vector<std::string_view>& trigrams);
  /// In front of a column that the planner is not to look for in an index.
  std::string hide;
  /// Whether a table of its own keeps the order of last logins: where a changed column that is in
  /// one index rewrites the row's entries in all of them.
  bool logins_apart = false;
  /// Has a row when there is a table of the name $1.
  std::string table_exists;
  /// Makes everybody else wait who is about to change the schema; empty when `begin` does.
  std::string schema_lock;
  /// Begins a transaction that cannot write; empty where the connection for reads cannot.
  std::string begin_read;
  /// Begins a transaction that reads one moment of the database, however long it takes.
  std::string begin_snapshot;
  /// Counts the users anew; statements, in a transaction that writes.
  std::vector<std::string> recount;
  /// Makes the index of searches anew where triggers make it; statements, in a transaction that
  /// writes.
  std::vector<std::string> reindex;
  /// How texts of embedders are split into words.
  Grammar grammar;
};

/// There is one writer at a time, so nothing needs to lock a row.
inline Dialect sqlite_dialect() {
  return {
      .begin = "BEGIN IMMEDIATE",
      .for_update = "",
      .for_update_skip_locked = "",
      .of_table = "",
      .position = "instr",
      // A CROSS JOIN keeps its order: the few that are found, and then their rows.
      .trigram_source = "user_search CROSS JOIN users ON users.search_number = user_search.rowid",
      .trigram_index = "user_search",
      .trigram_condition = "user_search MATCH ",
      .trigram_condition_end = "",
      .join_trigrams = fts_query,
      .hide = "+",
      .logins_apart = false,
      .table_exists = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
      .schema_lock = "",
      .begin_read = "",
      .begin_snapshot = "BEGIN",
      .recount = {"DELETE FROM user_counts",
                  "INSERT INTO user_counts SELECT 0, role, is_verified, is_active, count(*) "
                  "FROM users GROUP BY role, is_verified, is_active"},
      .reindex = {"UPDATE users SET search_number = rowid",
                  "INSERT INTO user_search (rowid, text) SELECT search_number, search_text "
                  "FROM users WHERE search_text <> ''"},
      .grammar = Grammar::sqlite,
  };
}

/// READ COMMITTED, whatever the server's default: each statement that waited for a row sees it as
/// it is now. With SERIALIZABLE it is a conflict, and the transaction is tried again.
inline Dialect postgres_dialect(bool serializable) {
  return {
      .begin = std::string("BEGIN ISOLATION LEVEL ") +
               (serializable ? "SERIALIZABLE" : "READ COMMITTED") + ", READ WRITE",
      .for_update = " FOR UPDATE",
      .for_update_skip_locked = " FOR UPDATE SKIP LOCKED",
      .of_table = " OF ",
      .position = "strpos",
      .trigram_source = "users",
      .trigram_index = "users",
      .trigram_condition = "search_trigrams(search_text) @> string_to_array(",
      .trigram_condition_end = ", chr(10))",
      .join_trigrams = lines_of,
      .hide = "",
      .logins_apart = true,
      .table_exists = "SELECT 1 WHERE to_regclass($1) IS NOT NULL",
      // The number is the word "coffeeau" in bytes; any would do that nobody else uses.
      .schema_lock = "SELECT pg_advisory_xact_lock(7165058122143588725)",
      .begin_read = "BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY",
      .begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
      .recount = {"SELECT 1 FROM recount_users()"},
      .reindex = {},
      .grammar = Grammar::postgresql,
  };
}

}  // namespace coffeeauth::sql
