#pragma once
/// Sound: what rows that are wrong in one way are made from, for the contract to reject.

#include <chrono>
#include <memory>

#include "coffeeauth/recovery/contract.hpp"
#include "coffeeauth/recovery/memory.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "features/recovery/tests/passed_on.hpp"
#include "tests/broken/work_store.hpp"

namespace coffeeauth::recovery {

using namespace std::chrono_literals;

inline constexpr std::size_t no_end = 1'000'000;

/// Right rows, of which each broken one below changes a verb.
class Sound : public PassedOn {
 public:
  Sound(TicketStore& store, broken::Work& inner) : PassedOn(store.in(inner)), work(inner) {}

 protected:
  template <class Verb>
  auto look_then_leap(Verb verb) {
    return broken::look_then_leap(work, verb);
  }

  broken::Work& work;
};

template <class Broken>
class BrokenTickets final : public TicketStore {
 public:
  explicit BrokenTickets(Store& store) : inner_(make_memory_tickets(store)) {}
  std::unique_ptr<Tickets> in(Transaction& transaction) override {
    return std::make_unique<Broken>(*inner_, dynamic_cast<broken::Work&>(transaction));
  }

 private:
  std::unique_ptr<TicketStore> inner_;
};

template <class Broken>
class BrokenHarness final : public TicketHarness {
 public:
  std::unique_ptr<Store> fresh() override { return std::make_unique<broken::WorkStore>(); }
  std::unique_ptr<TicketStore> tickets_over(Store& store) override {
    return std::make_unique<BrokenTickets<Broken>>(store);
  }
};

#define REJECTED(name, Broken)                                           \
  TEST_CASE("the suite rejects tickets " name* doctest::should_fail()) { \
    BrokenHarness<Broken> harness;                                       \
    ticket_contract(harness);                                            \
  }

}  // namespace coffeeauth::recovery
