#pragma once
/// Trial: what each promise of the budgets is tried with. Private to the contract.

#include "coffeeauth/testing/doctest.hpp"

#include <memory>
#include <vector>

#include "coffeeauth/sms/contract.hpp"
#include "lib/testing/contract/patient.hpp"
#include "lib/testing/contract/race.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::sms::contract {

using namespace std::chrono_literals;
using testing::noon;
using testing::nth;

/// Users of a Trial.
inline constexpr std::uint64_t trial_users = 80;

inline FeatureDigest digest(std::uint64_t n) { return testing::nth_digest<FeatureDigest>(n); }

/// Limits of which none matters, for a promise to set the one that does.
inline SmsLimits no_limits() {
  constexpr std::size_t no_end = 1'000'000;
  const SmsPace free{.pause = 0s, .per_hour = no_end, .per_day = no_end};
  return {.number = free,
          .user = free,
          .numbers_per_network = no_end,
          .enrolments_per_day = no_end,
          .service_per_hour = no_end,
          .others_percent = 100};
}

/// A request of user, number and network by number; the networks' digests differ from the numbers'.
struct Wish {
  std::uint64_t user = 1;
  std::uint64_t number = 1;
  std::uint64_t network = 1;
  bool enrols = false;
  bool elsewhere = false;

  [[nodiscard]] BudgetShare share() const {
    if (enrols) return BudgetShare::enrolment;
    return elsewhere ? BudgetShare::login_elsewhere : BudgetShare::login;
  }
  [[nodiscard]] BudgetRequest request() const {
    return {.user = nth<UserId>(user),
            .number = {digest(number)},
            .network = {digest(1'000'000 + network)},
            .share = share()};
  }
};

/// A Store with users, and the rows over it.
struct Trial {
  explicit Trial(BudgetHarness& harness, const SmsLimits& rules)
      : limits(rules), store(harness.fresh()), budgets(harness.budgets_over(*store)) {
    store->transact([&](Transaction& tx) {
      for (std::uint64_t n = 1; n <= trial_users; ++n) {
        static_cast<void>(tx.users().create_user(testing::user(n)));
      }
    });
  }

  template <class Work>
  auto alone(Work work) const {
    return testing::patiently(*store, [&](Transaction& tx) { return work(*budgets->in(tx)); });
  }
  [[nodiscard]] BudgetAnswer ask(const BudgetRequest& request, UtcTime now) const {
    return alone([&](Budgets& rows) { return rows.take(request, limits, now); });
  }
  [[nodiscard]] BudgetVerdict take(const BudgetRequest& request, UtcTime now = noon) const {
    return ask(request, now).verdict;
  }
  [[nodiscard]] BudgetVerdict take(const Wish& wish, UtcTime now = noon) const {
    return take(wish.request(), now);
  }
  /// When one that is refused may be sent.
  [[nodiscard]] UtcTime free_at(const Wish& wish, UtcTime now = noon) const {
    const auto answer = ask(wish.request(), now);
    CHECK(answer.verdict != BudgetVerdict::taken);
    return answer.free_at;
  }
  [[nodiscard]] std::size_t clean(UtcTime cutoff, std::size_t limit = 100) const {
    return alone([&](Budgets& rows) { return rows.delete_old(cutoff, limit); });
  }

  const SmsLimits limits;
  std::unique_ptr<Store> store;
  std::unique_ptr<BudgetStore> budgets;
};

/// What many threads at once may take.
void races(BudgetHarness& harness);

}  // namespace coffeeauth::sms::contract
