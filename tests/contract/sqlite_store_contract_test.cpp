#include "coffeeauth/testing/doctest.hpp"

#include "tests/contract/secret_key_change.hpp"
#include "tests/contract/sqlite_harness.hpp"

using namespace coffeeauth;

TEST_CASE("the SQLite store keeps the Store contract") {
  testing::SqliteStoreHarness harness;
  testing::store_contract(harness);
}

TEST_CASE("a change of the secret key loses nothing that the SQLite store holds") {
  testing::SqliteStoreHarness harness;
  testing::secret_key_change(harness);
}
