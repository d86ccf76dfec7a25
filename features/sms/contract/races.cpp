// What many threads take at the same moment.

#include "features/sms/contract/trial.hpp"

namespace coffeeauth::sms::contract {
namespace {

using testing::count_of;
using testing::race;

/// One race over rows of its own each round: thread i wishes for `wish(i)`, and `expected` of them
/// are taken, while the others are told `otherwise`.
template <class WishOf>
void race_for(BudgetHarness& harness, const SmsLimits& limits, std::size_t expected,
              BudgetVerdict otherwise, WishOf wish) {
  for (testing::Rounds rounds{harness}; rounds.next();) {
    const Trial t{harness, limits};
    const auto threads = harness.threads();
    const auto said = race(threads, [&](std::size_t i) { return t.take(wish(i)); });
    CHECK(count_of(said, BudgetVerdict::taken) == expected);
    CHECK(count_of(said, otherwise) == threads - expected);
  }
}

}  // namespace

void races(BudgetHarness& harness) {
  auto limits = no_limits();
  SUBCASE("of many messages to one number at once, as many go as its pace allows") {
    limits.number.per_hour = 3;
    race_for(harness, limits, 3, BudgetVerdict::paced,
             [](std::size_t i) { return Wish{.user = 1 + i, .network = i}; });
  }
  SUBCASE("of many messages of one user at once, one goes in each pause") {
    limits.user.pause = 60s;
    race_for(harness, limits, 1, BudgetVerdict::paced,
             [](std::size_t i) { return Wish{.number = i, .network = i}; });
  }
  SUBCASE("of many numbers of one network at once, as many are enrolled as it may") {
    limits.numbers_per_network = 5;
    race_for(harness, limits, 5, BudgetVerdict::paced,
             [](std::size_t i) { return Wish{.user = 1 + i, .number = i, .enrols = true}; });
  }
  SUBCASE("of many enrolments of one user at once, as many go as a day has") {
    limits.enrolments_per_day = 3;
    race_for(harness, limits, 3, BudgetVerdict::paced,
             [](std::size_t i) { return Wish{.number = i, .network = i, .enrols = true}; });
  }
  SUBCASE("of many messages of the whole service at once, as many go as an hour has") {
    limits.service_per_hour = 7;
    race_for(harness, limits, 7, BudgetVerdict::service_full,
             [](std::size_t i) { return Wish{.user = 1 + i, .number = i, .network = i}; });
  }
}

}  // namespace coffeeauth::sms::contract
