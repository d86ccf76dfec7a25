// An embedder's statement: what is one, and what is said of what is not.
#include "adapters/sql/src/own_statement.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <array>
#include <stdexcept>
#include <string>

using namespace coffeeauth::sql;

namespace {

constexpr std::array both{Grammar::sqlite, Grammar::postgresql};

OwnStatement read(std::string text, Grammar grammar, OwnUse use = OwnUse::transaction) {
  return read_own_statement({std::move(text)}, grammar, use);
}

// What is said of a text that is refused; empty when it is not.
std::string objection(std::string text, Grammar grammar, OwnUse use = OwnUse::transaction) {
  try {
    static_cast<void>(read(std::move(text), grammar, use));
    return {};
  } catch (const std::invalid_argument& failure) {
    return failure.what();
  }
}

void check_refused(const std::string& text, const std::string& reason) {
  for (const auto grammar : both) {
    CAPTURE(text);
    CAPTURE(static_cast<int>(grammar));
    CHECK(objection(text, grammar).find(reason) != std::string::npos);
  }
}

void check_kept(const std::string& text, const std::string& kept) {
  for (const auto grammar : both) {
    CAPTURE(text);
    CHECK(read(text, grammar).sql.text == kept);
  }
}

}  // namespace

TEST_CASE("what stands before and behind a statement is left out") {
  check_kept("UPDATE t SET n = 2; -- why", "UPDATE t SET n = 2");
  check_kept("UPDATE t SET n = 2;", "UPDATE t SET n = 2");
  check_kept("  UPDATE t SET n = 2 ;;\n; /* why */ ; ", "UPDATE t SET n = 2");
  check_kept("-- why\nUPDATE t SET n = 2", "UPDATE t SET n = 2");
  check_kept("/* why; */ UPDATE t -- so; it is\n SET n = 2 -- end",
             "UPDATE t -- so; it is\n SET n = 2");
  check_kept("UPDATE t SET n = 2 --", "UPDATE t SET n = 2");
}

TEST_CASE("semicolons and placeholders inside texts, names and comments are none") {
  check_kept("SELECT ';', '$9', 'it''s; $1'", "SELECT ';', '$9', 'it''s; $1'");
  check_kept(R"(SELECT ";$7" FROM "a"";b")", R"(SELECT ";$7" FROM "a"";b")");
  check_kept("SELECT 1 /* ; $4 */ + 2", "SELECT 1 /* ; $4 */ + 2");
  check_kept("SELECT '--', '/*' , 1", "SELECT '--', '/*' , 1");
  check_kept("SELECT '\\'; ", "SELECT '\\'");
  check_kept("SELECT a$1 FROM t", "SELECT a$1 FROM t");
}

TEST_CASE("more than one statement is refused") {
  const std::string reason = "more than one statement";
  check_refused("UPDATE t SET n = 1; UPDATE t SET n = 2", reason);
  check_refused("SELECT 1;SELECT 2", reason);
  check_refused("SELECT 1; x", reason);
  check_refused("SELECT ''';'; COMMIT", reason);
  check_refused("SELECT 1; /* ; */ (SELECT 2)", reason);
  check_refused("SELECT '\\'; COMMIT --'", reason);
}

TEST_CASE("a text without a statement is refused") {
  for (const auto* text : {"", " \n\t", "-- only why", "/* why */", "  -- a\n/* b */  "}) {
    check_refused(text, "no statement");
  }
  check_refused(";", "semicolon stands before");
  check_refused("; SELECT 1", "semicolon stands before");
  check_refused("'text'", "begins with a word");
  check_refused("42", "begins with a word");
  check_refused("(", "no statement");
}

TEST_CASE("what has no end is refused") {
  check_refused("SELECT 'a", "no end");
  check_refused("SELECT 'a''", "no end");
  check_refused("SELECT \"a", "no end");
  check_refused("SELECT 1 /* a", "no end");
  check_refused("SELECT 1 /*/", "no end");
  CHECK(objection("SELECT $a$ x $b$", Grammar::postgresql).find("no end") != std::string::npos);
  CHECK(objection("SELECT [a", Grammar::sqlite).find("no end") != std::string::npos);
  CHECK(objection("SELECT `a", Grammar::sqlite).find("no end") != std::string::npos);
}

TEST_CASE("what the two databases split differently is refused") {
  check_refused("SELECT 1 /* a /* b */ c */", "comment inside a comment");
  check_refused("SELECT 1 /*/* */ COMMIT */", "comment inside a comment");
  check_refused("SELECT 1 -- a\rCOMMIT", "carriage return");
  check_refused(std::string("SELECT 1\0; COMMIT", 17), "NUL");
  check_kept("SELECT 1 -- a\r\n + 1", "SELECT 1 -- a\r\n + 1");
}

TEST_CASE("placeholders are counted by their greatest number") {
  for (const auto grammar : both) {
    CHECK(read("SELECT 1", grammar).parameters == 0);
    CHECK(read("SELECT $1, $2, $1", grammar).parameters == 2);
    CHECK(read("UPDATE t SET a = $2 WHERE b = $1", grammar).parameters == 2);
    CHECK(read("SELECT $10,$9,$8,$7,$6,$5,$4,$3,$2,$1", grammar).parameters == 10);
  }
  CHECK(read("UPDATE t SET a = $2 WHERE b = $1", Grammar::sqlite).sql.text ==
        "UPDATE t SET a = ?2 WHERE b = ?1");
  CHECK(read("UPDATE t SET a = $2 WHERE b = $1", Grammar::postgresql).sql.text ==
        "UPDATE t SET a = $2 WHERE b = $1");
}

TEST_CASE("placeholders with a gap, or of another form, are refused") {
  check_refused("SELECT $2", "$1 does not occur, and $2 does");
  check_refused("SELECT $1, $3", "$2 does not occur, and $3 does");
  for (const auto* text :
       {"SELECT $0", "SELECT $01", "SELECT $99999999999999999999", "SELECT $40000"}) {
    check_refused(text, "placeholders are $1 to");
  }
  check_refused("SELECT $1a", "right behind a placeholder");
  check_refused("SELECT $1$2", "right behind a placeholder");
  check_refused("SELECT 1$1", "right behind a number");
  check_refused("SELECT $name", "`$` and a number");
  check_refused("SELECT $", "`$` and a number");
  for (const auto* text :
       {"SELECT ?", "SELECT ?1", "SELECT :name", "SELECT @name", "SELECT #name"}) {
    CHECK(objection(text, Grammar::sqlite).find("`$` and a number") != std::string::npos);
  }
}

TEST_CASE("what only PostgreSQL knows is read as it reads it") {
  const auto kept = [](const std::string& text) {
    CHECK(read(text + "; -- end", Grammar::postgresql).sql.text == text);
  };
  kept("SELECT $$ ; ' \" -- $1 $$, $a$ $$ ; $b$ $a$");
  kept(R"(SELECT E'it\'s; $1', e'\\')");
  kept("SELECT a::text, b[1:2], c @> d, e ? 'f', g #>> h FROM t");
  kept(
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true "
      "THEN 1 END; END");
  CHECK(objection(R"(SELECT E'\'; COMMIT; --')", Grammar::postgresql).empty());
  CHECK(objection(R"(SELECT E'a\\'; COMMIT)", Grammar::postgresql).find("more than one") !=
        std::string::npos);
  CHECK(objection("SELECT $a$ $$ ; COMMIT", Grammar::postgresql).find("no end") !=
        std::string::npos);
}

TEST_CASE("what only SQLite knows is read as it reads it") {
  const auto kept = [](const std::string& text) {
    CHECK(read(text + "; -- end", Grammar::sqlite).sql.text == text);
  };
  kept("SELECT [a;$1], `b``;c`, x'00' FROM t");
  kept(
      "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN b THEN 1 ELSE 2 END; "
      "DELETE FROM u; END");
  kept("CREATE TRIGGER IF NOT EXISTS g AFTER INSERT ON t BEGIN SELECT 1; END");
  CHECK(objection("CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; COMMIT", Grammar::sqlite)
            .find("more than one") != std::string::npos);
  CHECK(objection("SELECT E'a'", Grammar::sqlite).find("not for SQLite") != std::string::npos);
}

TEST_CASE("what begins or ends a transaction, or changes the connection, is refused") {
  for (const auto* text : {"COMMIT", "commit", "/* a */ Commit;", "BEGIN", "BEGIN IMMEDIATE", "END",
                           "START TRANSACTION", "ROLLBACK", "ROLLBACK TO a", "ABORT", "SAVEPOINT a",
                           "RELEASE a", "PREPARE TRANSACTION 'a'"}) {
    check_refused(text, "begun and ended by its Store");
  }
  for (const auto* text : {"CREATE TEMP TABLE users (a)",
                           "create temporary view sessions AS SELECT 1",
                           "CREATE OR REPLACE LOCAL TEMPORARY VIEW v AS SELECT 1",
                           "SELECT set_config('statement_timeout', '1', false)",
                           "PRAGMA query_only = OFF",
                           "ATTACH 'a' AS b",
                           "SET x = 1",
                           "RESET ALL",
                           "VACUUM",
                           "DISCARD ALL",
                           "DEALLOCATE ALL",
                           "SET SESSION x = 1",
                           "DO $$ BEGIN COMMIT; END $$",
                           "SELECT \"set_config\"('a', '1', false)",
                           "SELECT * INTO TEMP users FROM t",
                           "SELECT 1 AS id INTO LOCAL TEMP users",
                           "SELECT 1 AS id INTO temporary users",
                           "WITH a AS (SELECT 1) SELECT * INTO TEMP users FROM a",
                           "CREATE TABLE pg_temp.users (a int)",
                           "CREATE TABLE \"pg_temp\".users (a int)",
                           "INSERT INTO pg_temp_3.users VALUES (1)",
                           "DECLARE c CURSOR WITH HOLD FOR SELECT 1"}) {
    CAPTURE(text);
    CHECK(objection(text, Grammar::postgresql).find("acts on the connection") != std::string::npos);
  }
  CHECK(objection("SET LOCAL statement_timeout = 5", Grammar::postgresql).empty());
  CHECK(objection("SET CONSTRAINTS ALL DEFERRED", Grammar::postgresql).empty());
  CHECK(objection("INSERT INTO temp VALUES (1)", Grammar::postgresql).empty());
  CHECK(objection("INSERT OR IGNORE INTO temp VALUES (1)", Grammar::sqlite).empty());
  CHECK(objection("SELECT 'set_config', 'pg_temp', pg_temperature FROM t", Grammar::postgresql)
            .empty());
}

TEST_CASE("a read is a SELECT in one of its forms") {
  for (const auto grammar : both) {
    for (const auto* text : {"SELECT 1", "select 1", "WITH a AS (SELECT 1) SELECT * FROM a",
                             "VALUES (1)", "(SELECT 1)", "((SELECT 1))", "EXPLAIN SELECT 1"}) {
      CHECK(objection(text, grammar, OwnUse::read).empty());
    }
    for (const auto* text :
         {"INSERT INTO t VALUES (1)", "UPDATE t SET a = 1", "DELETE FROM t", "CREATE TABLE t (a)",
          "DROP TABLE t", "TRUNCATE t", "REPLACE INTO t"}) {
      CHECK(objection(text, grammar, OwnUse::read).find("not a read") != std::string::npos);
    }
    CHECK(objection("COMMIT", grammar, OwnUse::read).find("by its Store") != std::string::npos);
  }
}

TEST_CASE("letters other than n, t and b are refused") {
  for (const auto* letters : {"x", "nx", "N", "n t", "i"}) {
    CHECK_THROWS_AS(
        static_cast<void>(read_own_statement({"SELECT 1", letters}, Grammar::sqlite, OwnUse::read)),
        std::invalid_argument);
  }
}

TEST_CASE("whatever the text, reading it ends, and what is kept is read as the same again") {
  // Every text of up to five of these pieces: 20 to the power of 5 would be too many, so the inner
  // two run over a part.
  const std::array<std::string, 14> pieces{"'",  "\"",  "--", "/*", "*/", ";",       "$1",
                                           "$$", "$a$", "\n", "E'", "\\", "SELECT ", "["};
  std::size_t kept = 0;
  const auto try_one = [&](const std::string& text) {
    for (const auto grammar : both) {
      try {
        const auto first = read(text, grammar);
        ++kept;
        if (grammar == Grammar::postgresql) {
          CHECK(read(first.sql.text, grammar).sql.text == first.sql.text);
        }
      } catch (const std::invalid_argument&) {
      }
    }
  };
  for (const auto& a : pieces) {
    for (const auto& b : pieces) {
      for (const auto& c : pieces) {
        for (const auto& d : pieces) try_one("SELECT " + a + b + c + d);
      }
    }
  }
  CHECK(kept > 1000);
}
