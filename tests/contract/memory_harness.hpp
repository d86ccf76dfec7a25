#pragma once
/// MemoryStoreHarness: Stores in memory, for contract suites.

#include <memory>
#include <stdexcept>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/contract/store.hpp"
#include "tests/contract/rounds.hpp"

namespace coffeeauth::testing {

class MemoryStoreHarness final : public StoreHarness {
 public:
  explicit MemoryStoreHarness(std::size_t rounds = race_rounds(10)) : rounds_(rounds) {}

  std::unique_ptr<Store> fresh() override { return memory::make_memory_store(); }
  bool durable() const override { return false; }
  std::unique_ptr<Store> reopen() override { throw std::logic_error("it keeps nothing"); }
  std::size_t rounds() const override { return rounds_; }
  void raced(std::size_t rounds, std::size_t threads) override { report_race(rounds, threads); }

 private:
  const std::size_t rounds_;
};

}  // namespace coffeeauth::testing
