// query() on PostgreSQL: the same as on SQLite, and what only a server can do.
#include "tests/integration/postgres/fixture.hpp"
#include "tests/unit/sql/behind_decorators.hpp"
#include "tests/unit/sql/own_statements.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql::testing;
using coffeeauth::sql::make_postgres_store;
using coffeeauth::sql::query;

namespace {

struct OwnStore {
  OwnStore() {
    auto options = database.options();
    options.diagnostics = &heard;
    store = make_postgres_store(options);
    make_own_table(*store);
  }

  Database database;
  coffeeauth::testing::RecordingDiagnostics heard;
  std::unique_ptr<Store> store;
};

}  // namespace

TEST_CASE("query() on PostgreSQL takes exactly one statement") {
  const OwnStore own;
  check_one_statement_only(*own.store);
}

TEST_CASE(
    "query() on PostgreSQL binds parameters by their number, and wants as many as there are") {
  const OwnStore own;
  check_parameters_by_number(*own.store);
}

TEST_CASE("query() on PostgreSQL wants the columns that are declared") {
  const OwnStore own;
  check_declared_columns(*own.store);
  CHECK(says(mistake_reading(*own.store, {"SELECT a = 1 FROM app_t", "n"}), "BOOLEAN"));
  CHECK(says(mistake_reading(*own.store, {"SELECT sum(a) FROM app_t", "n"}), "NUMERIC"));
  CHECK(query(*own.store, {"SELECT CAST(sum(a) AS BIGINT) FROM app_t", "n"}).front().number(0) ==
        1);
}

TEST_CASE("query() of a Store on PostgreSQL only reads") {
  const OwnStore own;
  check_reads_read(*own.store);
  own.database.execute("CREATE SEQUENCE app_s");
  for (const auto* text : {"WITH x AS (DELETE FROM app_t RETURNING a) SELECT a FROM x",
                           "SELECT nextval('app_s')", "SELECT a FROM app_t FOR UPDATE"}) {
    CAPTURE(text);
    CHECK(says(mistake_reading(*own.store, {text, "n"}), "here it may only read"));
  }
  CHECK(row_of(*own.store) == "1 2 x");
}

TEST_CASE("query() on PostgreSQL begins and ends no transaction") {
  const OwnStore own;
  check_transactions_are_the_stores(*own.store);
}

TEST_CASE("query() on PostgreSQL gives back what it wrote, and reads beside a transaction") {
  const OwnStore own;
  check_what_a_port_needs(*own.store, coffeeauth::sql::Engine::postgresql);
}

TEST_CASE("the message of PostgreSQL for a statement of one's own goes to the diagnostics") {
  const OwnStore own;
  check_diagnostics(*own.store, own.heard);
}

TEST_CASE(
    "a statement that the server refuses is told with its code, and a conflict is one still") {
  const OwnStore own;
  own.store->transact([](Transaction& tx) {
    query(tx, {"CREATE TABLE app_unique (k BIGINT PRIMARY KEY)"});
    query(tx, {"INSERT INTO app_unique VALUES (1)"});
  });
  CHECK(unavailable([&] {
          own.store->transact([](Transaction& tx) {
            query(tx, {"INSERT INTO app_unique VALUES ($1)"}, {std::int64_t{1}});
          });
        }) == "the database refused a row that breaks its rules");
  REQUIRE(own.heard.told().size() == 1);
  CHECK(says(own.heard.told()[0].text, "23505"));
  CHECK_FALSE(own.heard.told()[0].text.find("LOCATION") != std::string::npos);
  // The library's own failures stay without words afterwards.
  CHECK(query(*own.store, {"SELECT k FROM app_unique", "n"}).size() == 1);
}

TEST_CASE(
    "behind decorators a row of one's own is written in PostgreSQL with the sign-up, or not") {
  const Database database;
  Layers layers{make_postgres_store(database.options())};
  SUBCASE("by a recorder") { check_rows_behind_decorators(layers); }
  SUBCASE("and read for a claim") { check_claims_behind_decorators(layers); }
  SUBCASE("in a transaction of one's own") { check_own_transaction_behind_decorators(layers); }
}
