#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/contract/store.hpp"
#include "tests/contract/rounds.hpp"
#include "tests/contract/secret_key_change.hpp"

using namespace coffeeauth;

namespace {

class MemoryStoreHarness final : public testing::StoreHarness {
 public:
  std::unique_ptr<Store> fresh() override { return memory::make_memory_store(); }
  bool durable() const override { return false; }
  std::unique_ptr<Store> reopen() override { return nullptr; }
  std::size_t rounds() const override { return testing::race_rounds(20); }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }
};

}  // namespace

TEST_CASE("the memory store keeps the Store contract") {
  MemoryStoreHarness harness;
  testing::store_contract(harness);
}

TEST_CASE("a change of the secret key loses nothing that the memory store holds") {
  MemoryStoreHarness harness;
  testing::secret_key_change(harness);
}
