#pragma once
/// Sound: what rows that are wrong in one way are made from, for the contract to reject.

#include <chrono>
#include <memory>

#include "coffeeauth/second_factor/contract.hpp"
#include "coffeeauth/second_factor/memory.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "features/second_factor/tests/passed_on.hpp"
#include "lib/testing/contract/samples.hpp"
#include "tests/broken/work_store.hpp"

namespace coffeeauth::second_factor {

using namespace std::chrono_literals;

inline constexpr std::size_t no_end = 1'000'000;
/// Before anything is over.
inline constexpr UtcTime long_ago{};
/// The users of the contract.
inline const std::vector<UserId> everybody{testing::nth<UserId>(1), testing::nth<UserId>(2)};

/// Right rows, of which each broken one below changes a verb.
class Sound : public PassedOn {
 public:
  Sound(FactorStore& store, broken::Work& inner) : PassedOn(store.in(inner)), work(inner) {}

 protected:
  template <class Verb>
  auto look_then_leap(Verb verb) {
    return broken::look_then_leap(work, verb);
  }

  broken::Work& work;
};

template <class Broken>
class BrokenFactors final : public FactorStore {
 public:
  explicit BrokenFactors(Store& store) : inner_(make_memory_factors(store)) {}
  std::unique_ptr<Factors> in(Transaction& transaction) override {
    return std::make_unique<Broken>(*inner_, dynamic_cast<broken::Work&>(transaction));
  }

 private:
  std::unique_ptr<FactorStore> inner_;
};

template <class Broken>
class BrokenHarness final : public FactorHarness {
 public:
  std::unique_ptr<Store> fresh() override { return std::make_unique<broken::WorkStore>(); }
  std::unique_ptr<FactorStore> factors_over(Store& store) override {
    return std::make_unique<BrokenFactors<Broken>>(store);
  }
};

#define REJECTED(name, Broken)                                   \
  TEST_CASE("the suite rejects " name* doctest::should_fail()) { \
    BrokenHarness<Broken> harness;                               \
    factor_contract(harness);                                    \
  }

}  // namespace coffeeauth::second_factor
