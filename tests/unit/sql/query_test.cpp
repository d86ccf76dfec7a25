// Tables of an embedder's own beside the library's.
#include "coffeeauth/sql/query.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/testing/test_auth.hpp"
#include "tests/unit/sql/behind_decorators.hpp"
#include "tests/unit/sql/own_statements.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql::testing;
using coffeeauth::sql::make_sqlite_store;
using coffeeauth::sql::query;

namespace {

struct OwnTable {
  OwnTable() {
    store->transact([](Transaction& tx) {
      query(tx, {"CREATE TABLE app_own (user_id TEXT PRIMARY KEY REFERENCES users (id) "
                 "ON DELETE CASCADE, level BIGINT, note TEXT, raw BLOB)"});
    });
  }
  [[nodiscard]] std::int64_t rows() const {
    return query(*store, {"SELECT count(*) FROM app_own", "n"}).front().number(0);
  }

  TemporaryFolder folder;
  std::unique_ptr<Store> store = make_sqlite_store({.path = folder.file("a.db")});
};

struct OwnStore {
  OwnStore() { make_own_table(*store); }

  TemporaryFolder folder;
  coffeeauth::testing::RecordingDiagnostics heard;
  std::unique_ptr<Store> store =
      make_sqlite_store({.path = folder.file("a.db"), .diagnostics = &heard});
};

void write_own(Transaction& tx, const UserId& user) {
  query(tx, {"INSERT INTO app_own (user_id, level, note) VALUES ($1, $2, $3)"},
        {user.str(), std::int64_t{7}, "'; DROP TABLE app_own; --"});
}

struct Interrupted {};

}  // namespace

TEST_CASE("a row of one's own is written with the user, and read back as it was") {
  const OwnTable own;
  own.store->transact([](Transaction& tx) {
    static_cast<void>(tx.users().create_user(new_user(1)));
    write_own(tx, new_user(1).id);
  });

  const auto rows = query(*own.store, {"SELECT user_id, level, note, raw FROM app_own", "tntb"});

  REQUIRE(rows.size() == 1);
  CHECK(rows[0].id<UserId>(0) == new_user(1).id);
  CHECK(rows[0].number(1) == 7);
  CHECK(rows[0].text(2) == "'; DROP TABLE app_own; --");
  CHECK(rows[0].is_null(3));
}

TEST_CASE("a row of one's own goes with the transaction, and with the user") {
  const OwnTable own;
  CHECK_THROWS_AS(own.store->transact([](Transaction& tx) {
    static_cast<void>(tx.users().create_user(new_user(1)));
    write_own(tx, new_user(1).id);
    throw Interrupted();
  }),
                  Interrupted);
  CHECK(own.rows() == 0);

  own.store->transact([](Transaction& tx) {
    static_cast<void>(tx.users().create_user(new_user(1)));
    write_own(tx, new_user(1).id);
  });
  CHECK(own.rows() == 1);
  own.store->transact([](Transaction& tx) {
    static_cast<void>(tx.users().delete_user(new_user(1).id, std::nullopt));
  });
  CHECK(own.rows() == 0);
}

TEST_CASE("a statement of one's own that fails takes the transaction with it") {
  const OwnTable own;
  CHECK_THROWS_AS(own.store->transact([](Transaction& tx) {
    static_cast<void>(tx.users().create_user(new_user(1)));
    // The refusal is swallowed; the transaction must not happen all the same.
    CHECK_THROWS_AS(write_own(tx, new_user(2).id), Unavailable);
  }),
                  Unavailable);
  CHECK_FALSE(own.store->users().find(new_user(1).id));
}

TEST_CASE("query() on SQLite takes exactly one statement") {
  const OwnStore own;
  check_one_statement_only(*own.store);
}

TEST_CASE("query() on SQLite binds parameters by their number, and wants as many as there are") {
  const OwnStore own;
  check_parameters_by_number(*own.store);
}

TEST_CASE("query() on SQLite wants the columns that are declared") {
  const OwnStore own;
  check_declared_columns(*own.store);
}

TEST_CASE("query() of a Store on SQLite only reads") {
  const OwnStore own;
  check_reads_read(*own.store);
  CHECK(says(mistake_reading(*own.store, {"WITH x AS (SELECT 1) DELETE FROM app_t"}),
             "here it may only read"));
  CHECK(row_of(*own.store) == "1 2 x");
}

TEST_CASE("query() on SQLite begins and ends no transaction") {
  const OwnStore own;
  check_transactions_are_the_stores(*own.store);
}

TEST_CASE("query() on SQLite gives back what it wrote, and reads beside a transaction") {
  const OwnStore own;
  check_what_a_port_needs(*own.store, coffeeauth::sql::Engine::sqlite);
}

TEST_CASE("the message of SQLite for a statement of one's own goes to the diagnostics") {
  const OwnStore own;
  check_diagnostics(*own.store, own.heard);
}

TEST_CASE("a store of another kind has no statements") {
  coffeeauth::testing::TestAuth world;
  CHECK_THROWS_AS(static_cast<void>(query(world.store(), {"SELECT 1", "n"})),
                  std::invalid_argument);
  CHECK_THROWS_AS(world.store().transact([](Transaction& tx) {
    query(tx, {"SELECT 1", "n"});
  }),
                  std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(coffeeauth::sql::engine_of(world.store())),
                  std::invalid_argument);
  CHECK_FALSE(coffeeauth::sql::is_sql_store(world.store()));
}

TEST_CASE("behind decorators a row of one's own is written in SQLite with the sign-up, or not") {
  const TemporaryFolder folder;
  Layers layers{make_sqlite_store({.path = folder.file("a.db")})};
  SUBCASE("by a recorder") { check_rows_behind_decorators(layers); }
  SUBCASE("and read for a claim") { check_claims_behind_decorators(layers); }
  SUBCASE("in a transaction of one's own") { check_own_transaction_behind_decorators(layers); }
}
