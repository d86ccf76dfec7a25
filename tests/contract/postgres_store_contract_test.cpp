#include "coffeeauth/testing/doctest.hpp"

#include "tests/contract/postgres_harness.hpp"
#include "tests/contract/secret_key_change.hpp"

using namespace coffeeauth;

TEST_CASE("the PostgreSQL store keeps the Store contract") {
  static testing::PostgresStoreHarness harness;
  testing::store_contract(harness);
}

TEST_CASE("the PostgreSQL store keeps the Store contract under SERIALIZABLE") {
  static testing::PostgresStoreHarness harness{
      {}, testing::race_rounds(), {}, testing::Isolation::serializable};
  testing::store_contract(harness);
}

TEST_CASE("the PostgreSQL store keeps the Store contract in another time zone and language") {
  // Of what differs here no race depends.
  static testing::PostgresStoreHarness harness({.time_zone = "Asia/Kolkata", .language = "en-US"},
                                               1);
  testing::store_contract(harness);
}

TEST_CASE("a change of the secret key loses nothing that the PostgreSQL store holds") {
  static testing::PostgresStoreHarness harness;
  testing::secret_key_change(harness);
}
