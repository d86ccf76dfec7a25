#include "coffeeauth/testing/doctest.hpp"

#include "tests/contract/memory_harness.hpp"
#include "tests/contract/secret_key_change.hpp"

using namespace coffeeauth;

TEST_CASE("the memory store keeps the Store contract") {
  testing::MemoryStoreHarness harness{testing::race_rounds(20)};
  testing::store_contract(harness);
}

TEST_CASE("a change of the secret key loses nothing that the memory store holds") {
  testing::MemoryStoreHarness harness{testing::race_rounds(20)};
  testing::secret_key_change(harness);
}
