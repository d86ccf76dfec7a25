#pragma once
/// What an embedder may expect of query(), the same on every database.

#include "coffeeauth/testing/doctest.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

#include "coffeeauth/sql/query.hpp"
#include "tests/recording_diagnostics.hpp"
#include "tests/unit/sql/fixture.hpp"

namespace coffeeauth::sql::testing {

/// What `work` throws as std::invalid_argument; "nothing" when it throws nothing.
template <class Work>
std::string mistake(Work&& work) {
  try {
    work();
  } catch (const std::invalid_argument& failure) {
    return failure.what();
  }
  return "nothing";
}

inline std::string mistake_in(Store& store, const Sql& sql, std::vector<Value> values = {}) {
  return mistake([&] { store.transact([&](Transaction& tx) { query(tx, sql, values); }); });
}

inline std::string mistake_reading(Store& store, const Sql& sql, std::vector<Value> values = {}) {
  return mistake([&] { static_cast<void>(query(store, sql, values)); });
}

inline bool says(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE(text);
  return false;
}

/// `app_t (a BIGINT, b BIGINT, note TEXT)` with one row: 1, 2, 'x'.
inline void make_own_table(Store& store) {
  store.transact([](Transaction& tx) {
    query(tx, {"CREATE TABLE app_t (a BIGINT, b BIGINT, note TEXT)"});
    query(tx, {"INSERT INTO app_t VALUES (1, 2, 'x')"});
  });
}

inline std::string row_of(Store& store) {
  const auto rows = query(store, {"SELECT a, b, note FROM app_t", "nnt"});
  if (rows.size() != 1) return std::to_string(rows.size()) + " rows";
  return std::to_string(rows[0].number(0)) + " " + std::to_string(rows[0].number(1)) + " " +
         rows[0].text(2);
}

inline void check_one_statement_only(Store& store) {
  store.transact([](Transaction& tx) {
    query(tx, {"UPDATE app_t SET a = 5; -- why"});
    query(tx, {"-- why\nUPDATE app_t SET b = 6 /* because */ ; ;"});
  });
  CHECK(row_of(store) == "5 6 x");
  CHECK(says(mistake_in(store, {"UPDATE app_t SET a = 7; UPDATE app_t SET b = 8"}),
             "more than one statement"));
  CHECK(says(mistake_in(store, {"-- nothing"}), "no statement"));
  CHECK(says(mistake_reading(store, {"SELECT 1; SELECT 2", "n"}), "more than one statement"));
  CHECK(row_of(store) == "5 6 x");
}

inline void check_parameters_by_number(Store& store) {
  store.transact([](Transaction& tx) {
    query(tx, {"UPDATE app_t SET b = $2, note = $3 WHERE a = $1"},
          {std::int64_t{1}, std::int64_t{20}, "y"});
  });
  CHECK(row_of(store) == "1 20 y");
  store.transact([](Transaction& tx) {
    const auto rows = query(tx,
                            {"UPDATE app_t SET note = $2, b = $3 WHERE a = $1 AND a = $1 "
                             "RETURNING note",
                             "t"},
                            {std::int64_t{1}, "z", std::int64_t{30}});
    CHECK(rows.size() == 1);
  });
  CHECK(row_of(store) == "1 30 z");
  const Sql one{"SELECT a FROM app_t WHERE a = $1", "n"};
  CHECK(says(mistake_reading(store, one), "takes 1 parameters and was given 0"));
  CHECK(says(mistake_reading(store, one, {std::int64_t{1}, std::int64_t{2}}),
             "takes 1 parameters and was given 2"));
  CHECK(query(store, one, {std::int64_t{1}}).size() == 1);
  CHECK(says(mistake_reading(store, {"SELECT a FROM app_t WHERE a = $2", "n"}, {std::int64_t{1}}),
             "$1 does not occur"));
}

inline void check_declared_columns(Store& store) {
  CHECK(says(mistake_reading(store, {"SELECT a, b FROM app_t"}), "gives 2 columns"));
  CHECK(says(mistake_reading(store, {"SELECT a, b FROM app_t", "n"}), "gives 2 columns"));
  CHECK(says(mistake_reading(store, {"SELECT a, b FROM app_t", "nnn"}), "gives 2 columns"));
  CHECK(says(mistake_in(store, {"UPDATE app_t SET a = 9", "n"}), "gives 0 columns"));
  CHECK(says(mistake_in(store, {"UPDATE app_t SET a = 9 RETURNING a"}), "gives 1 columns"));
  CHECK(query(store, {"SELECT a, b FROM app_t", "nn"}).front().number(1) == 2);
  CHECK(says(mistake_reading(store, {"SELECT note FROM app_t", "n"}), "column 1 is declared `n`"));
  CHECK(says(mistake_reading(store, {"SELECT a, b FROM app_t", "nt"}), "column 2 is declared `t`"));
  CHECK(says(mistake_reading(store, {"SELECT note FROM app_t", "b"}), "column 1 is declared `b`"));
  CHECK(says(mistake_reading(store, {"SELECT note FROM app_t", "x"}), "none of n, t and b"));
  CHECK(query(store, {"SELECT note FROM app_t", "t"}).front().text(0) == "x");
  CHECK(row_of(store) == "1 2 x");
}

inline void check_reads_read(Store& store) {
  CHECK(says(mistake_reading(store, {"INSERT INTO app_t VALUES (3, 4, 'z')"}), "not a read"));
  CHECK(says(mistake_reading(store, {"DELETE FROM app_t"}), "not a read"));
  CHECK(says(mistake_reading(store, {"COMMIT"}), "by its Store"));
  CHECK(says(mistake_reading(store, {"DROP TABLE app_t"}), "not a read"));
  CHECK(row_of(store) == "1 2 x");
}

inline void check_transactions_are_the_stores(Store& store) {
  for (const auto* text : {"COMMIT", "ROLLBACK", "BEGIN", "END", "SAVEPOINT a", "commit;"}) {
    CAPTURE(text);
    CHECK(says(mistake([&] {
                 store.transact([&](Transaction& tx) {
                   query(tx, {"UPDATE app_t SET a = 99"});
                   query(tx, {text});
                 });
               }),
               "begun and ended by its Store"));
    CHECK(row_of(store) == "1 2 x");
  }
  // A mistake that is swallowed is a failed statement all the same.
  CHECK_THROWS_AS(store.transact([](Transaction& tx) {
    query(tx, {"UPDATE app_t SET a = 99"});
    CHECK(says(mistake([&] { query(tx, {"SELECT 1; SELECT 2", "n"}); }), "more than one"));
  }),
                  Unavailable);
  CHECK(row_of(store) == "1 2 x");
}

/// `column` is what the database is expected to name.
inline void check_diagnostics(Store& store,
                              const coffeeauth::testing::RecordingDiagnostics& heard) {
  CHECK(heard.told().empty());
  CHECK_THROWS_AS(static_cast<void>(query(store, {"SELECT no_such FROM app_t", "n"})), Unavailable);
  REQUIRE(heard.told().size() == 1);
  CHECK(heard.told()[0].what == "statement");
  CHECK(heard.told()[0].which == "SELECT no_such FROM app_t");
  CHECK(says(heard.told()[0].text, "no_such"));
  CHECK_THROWS_AS(store.transact([](Transaction& tx) {
    static_cast<void>(tx.users().create_user(new_user(1)));
    query(tx, {"INSERT INTO app_missing VALUES (1)"});
  }),
                  Unavailable);
  REQUIRE(heard.told().size() == 2);
  CHECK(says(heard.told()[1].text, "app_missing"));
  // Of the library's own statements nothing is told: they may hold secrets.
  add_user(store, new_user(3));
  auto same_id = new_user(3);
  same_id.email = email_of("another");
  CHECK_THROWS_AS(add_user(store, same_id), Unavailable);
  CHECK(heard.told().size() == 2);
  CHECK(query(store, {"SELECT a FROM app_t", "n"}).size() == 1);
}

/// Parameters that come back as they went in, and a count that is more than an INTEGER takes.
inline void check_values(Store& store) {
  const UtcTime at = from_unix_millis(1'768'478'400'123);
  const RefreshTokenDigest digest{RefreshTokenDigest::Bytes{0x00, 0xfe, 0x10}};
  store.transact([&](Transaction& tx) {
    query(tx, {"CREATE TABLE value_t (at BIGINT, digest TEXT, n INTEGER)"});
    const Sql insert{"INSERT INTO value_t VALUES ($1, $2, $3) RETURNING at, digest, n", "ntn"};
    for (const std::size_t n : {std::size_t{7}, std::size_t{INT32_MAX}, SIZE_MAX}) {
      const auto rows = query(tx, insert, {time_value(at), digest_value(digest), count_value(n)});
      REQUIRE(rows.size() == 1);
      CHECK(rows[0].time(0) == at);
      CHECK(rows[0].digest<RefreshTokenDigest>(1) == digest);
      CHECK(rows[0].number(2) == (n == 7 ? 7 : INT32_MAX));
    }
  });
}

/// What a room's port is written with: rows that come back from what wrote them, and how many they
/// were; bytes; reads outside of a transaction, which see what was committed.
inline void check_what_a_port_needs(Store& store, Engine engine) {
  check_values(store);
  const std::string bytes("\0\xff'x", 4);
  CHECK(engine_of(store) == engine);
  CHECK(is_sql_store(store));
  store.transact([&](Transaction& tx) {
    CHECK(engine_of(tx) == engine);
    query(tx, {"CREATE TABLE room_t (id BIGINT PRIMARY KEY, name TEXT, data " +
               std::string(engine == Engine::sqlite ? "BLOB" : "BYTEA") + ")"});
    const Sql insert{
        "INSERT INTO room_t (id, name, data) VALUES ($1, $2, $3) "
        "ON CONFLICT (id) DO NOTHING RETURNING id, name, data",
        "ntb"};
    const auto rows = query(tx, insert, {std::int64_t{1}, std::monostate{}, Bytes{bytes}});
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].number(0) == 1);
    CHECK(rows[0].is_null(1));
    CHECK(rows[0].bytes(2) == bytes);
    CHECK(query(tx, insert, {std::int64_t{1}, "other", Bytes{"other"}}).empty());
    CHECK(query(tx, insert, {std::int64_t{2}, "two", Bytes{"2"}}).size() == 1);
    CHECK(query(tx, {"UPDATE room_t SET name = 'both' RETURNING id", "n"}).size() == 2);
  });
  const auto all = [&] {
    std::string text;
    for (const auto& row : query(store, {"SELECT id, name FROM room_t ORDER BY id", "nt"})) {
      text += std::to_string(row.number(0)) + row.text(1);
    }
    return text;
  };
  CHECK(all() == "1both2both");
  store.transact([&](Transaction& tx) {
    const auto gone =
        query(tx, {"DELETE FROM room_t WHERE id = $1 RETURNING data", "b"}, {std::int64_t{1}});
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].bytes(0) == bytes);
    // Beside it, what was before is read still.
    CHECK(all() == "1both2both");
    if (engine == Engine::postgresql) {
      CHECK(query(tx, {"SELECT id FROM room_t FOR UPDATE SKIP LOCKED", "n"}).size() == 1);
    }
  });
  CHECK(all() == "2both");
}

}  // namespace coffeeauth::sql::testing
