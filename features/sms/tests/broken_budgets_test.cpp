// Rows of the room that are wrong in one way each. The contract must reject them all.

#include <atomic>

#include "coffeeauth/sms/contract.hpp"
#include "coffeeauth/sms/memory.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "lib/testing/contract/samples.hpp"
#include "tests/broken/work_store.hpp"

namespace coffeeauth::sms {
namespace {

using namespace std::chrono_literals;
using broken::Work;
using broken::WorkStore;
using testing::nth;
using testing::nth_digest;

constexpr std::size_t no_end = 1'000'000;
constexpr SmsPace no_pace{.pause = 0s, .per_hour = no_end, .per_day = no_end};

/// A number that was never one before.
std::uint64_t another() {
  static std::atomic<std::uint64_t> last{5'000'000};
  return ++last;
}

/// Right rows, of which each broken one below changes a verb.
class Sound : public Budgets {
 public:
  Sound(BudgetStore& store, Work& inner) : work(inner), rows(store.in(inner)) {}

  BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    return rows->take(request, limits, now);
  }
  std::size_t delete_old(UtcTime cutoff, std::size_t limit) override {
    return rows->delete_old(cutoff, limit);
  }

 protected:
  Work& work;
  std::unique_ptr<Budgets> rows;
};

struct RacyTake : Sound {
  using Sound::Sound;
  BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    const auto seen = rows->take(request, limits, now);
    if (seen.verdict != BudgetVerdict::taken) return seen;
    broken::let_others_in(work);
    SmsLimits free{.number = no_pace,
                   .user = no_pace,
                   .numbers_per_network = no_end,
                   .enrolments_per_day = no_end,
                   .service_per_hour = no_end,
                   .others_percent = 100};
    return rows->take(request, free, now);
  }
};

/// Takes something other than what was asked for.
template <void (*change)(BudgetRequest&, SmsLimits&)>
struct Changed : Sound {
  using Sound::Sound;
  BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    auto other = request;
    auto other_limits = limits;
    change(other, other_limits);
    return rows->take(other, other_limits, now);
  }
};
using NoUserPace = Changed<[](BudgetRequest&, SmsLimits& limits) { limits.user = no_pace; }>;
using NoNumberPace = Changed<[](BudgetRequest&, SmsLimits& limits) { limits.number = no_pace; }>;
using NoPause = Changed<[](BudgetRequest&, SmsLimits& limits) { limits.number.pause = 0s; }>;
using NoHour = Changed<[](BudgetRequest&, SmsLimits& limits) { limits.user.per_hour = no_end; }>;
using NoDay = Changed<[](BudgetRequest&, SmsLimits& limits) { limits.user.per_day = no_end; }>;
using NoNetworkLimit =
    Changed<[](BudgetRequest&, SmsLimits& limits) { limits.numbers_per_network = no_end; }>;
using NoEnrolmentLimit =
    Changed<[](BudgetRequest& request, SmsLimits&) { request.share = BudgetShare::login; }>;
using AllEnrol =
    Changed<[](BudgetRequest& request, SmsLimits&) { request.share = BudgetShare::enrolment; }>;
using AllKnown = Changed<[](BudgetRequest& request, SmsLimits&) {
  if (request.share == BudgetShare::login_elsewhere) request.share = BudgetShare::login;
}>;
using NoServiceLimit =
    Changed<[](BudgetRequest&, SmsLimits& limits) { limits.service_per_hour = no_end; }>;
using NothingKeptForLogins =
    Changed<[](BudgetRequest&, SmsLimits& limits) { limits.others_percent = 100; }>;
using OneNumberDigest =
    Changed<[](BudgetRequest& request, SmsLimits&) { request.number = {request.number.front()}; }>;
using OneNetworkDigest = Changed<[](BudgetRequest& request, SmsLimits&) {
  request.network = {request.network.front()};
}>;
using KeptUnderTheLast = Changed<[](BudgetRequest& request, SmsLimits&) {
  std::swap(request.number.front(), request.number.back());
}>;
using OneNetworkForAll = Changed<[](BudgetRequest& request, SmsLimits&) {
  request.network = {nth_digest<FeatureDigest>(7'000'000)};
}>;
using UsersApart =
    Changed<[](BudgetRequest& request, SmsLimits&) { request.user = nth<UserId>(another()); }>;

struct CountsRefused : Sound {
  using Sound::Sound;
  BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    const auto seen = rows->take(request, limits, now);
    if (seen.verdict == BudgetVerdict::taken) return seen;
    SmsLimits free{.number = no_pace,
                   .user = no_pace,
                   .numbers_per_network = no_end,
                   .enrolments_per_day = no_end,
                   .service_per_hour = no_end,
                   .others_percent = 100};
    static_cast<void>(rows->take(request, free, now));
    return seen;
  }
};
/// Counts what enrols a number among the codes of logins, too.
struct CountsTogether : Sound {
  using Sound::Sound;
  BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    const auto seen = rows->take(request, limits, now);
    if (seen.verdict != BudgetVerdict::taken || request.share != BudgetShare::enrolment ||
        limits.number.per_day == no_end) {
      return seen;
    }
    auto also = request;
    also.share = BudgetShare::login;
    static_cast<void>(rows->take(also, limits, now));
    return seen;
  }
};
struct FullBeforePaced : Sound {
  using Sound::Sound;
  BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    const auto seen = rows->take(request, limits, now);
    if (seen.verdict != BudgetVerdict::paced || limits.service_per_hour == no_end) return seen;
    return {BudgetVerdict::service_full, seen.free_at};
  }
};
struct AlwaysInAMinute : Sound {
  using Sound::Sound;
  BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    return {rows->take(request, limits, now).verdict, now + 60s};
  }
};
struct WritesApart : Sound {
  using Sound::Sound;
  BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    const auto seen = rows->take(request, limits, now);
    work.commit();
    work.begin_again();
    return seen;
  }
};
struct CleansTooMuch : Sound {
  using Sound::Sound;
  std::size_t delete_old(UtcTime cutoff, std::size_t) override {
    return rows->delete_old(cutoff, no_end);
  }
};
struct CleansTooEarly : Sound {
  using Sound::Sound;
  std::size_t delete_old(UtcTime cutoff, std::size_t limit) override {
    return rows->delete_old(cutoff + 1ms, limit);
  }
};
struct CleansTooLate : Sound {
  using Sound::Sound;
  std::size_t delete_old(UtcTime cutoff, std::size_t limit) override {
    return rows->delete_old(cutoff - 1ms, limit);
  }
};

template <class Broken>
class BrokenBudgets final : public BudgetStore {
 public:
  explicit BrokenBudgets(Store& store) : inner_(make_memory_budgets(store)) {}
  std::unique_ptr<Budgets> in(Transaction& transaction) override {
    return std::make_unique<Broken>(*inner_, dynamic_cast<Work&>(transaction));
  }

 private:
  std::unique_ptr<BudgetStore> inner_;
};

template <class Broken>
class BrokenHarness final : public BudgetHarness {
 public:
  std::unique_ptr<Store> fresh() override { return std::make_unique<WorkStore>(); }
  std::unique_ptr<BudgetStore> budgets_over(Store& store) override {
    return std::make_unique<BrokenBudgets<Broken>>(store);
  }
};

#define REJECTED(name, Broken)                                           \
  TEST_CASE("the suite rejects budgets " name* doctest::should_fail()) { \
    BrokenHarness<Broken> harness;                                       \
    budget_contract(harness);                                            \
  }

TEST_CASE("the budgets that the broken ones are made from are sound") {
  BrokenHarness<Sound> harness;
  budget_contract(harness);
}

REJECTED("that are looked at first and taken later", RacyTake)
REJECTED("without a pace of users", NoUserPace)
REJECTED("without a pace of numbers", NoNumberPace)
REJECTED("without a pause", NoPause)
REJECTED("without an hour", NoHour)
REJECTED("without a day", NoDay)
REJECTED("that forget who took before", UsersApart)
REJECTED("without a limit of networks", NoNetworkLimit)
REJECTED("that take all networks for one", OneNetworkForAll)
REJECTED("without a limit of enrolments", NoEnrolmentLimit)
REJECTED("of which each message enrols", AllEnrol)
REJECTED("without a limit of the service", NoServiceLimit)
REJECTED("of whose hour enrolments leave nothing", NothingKeptForLogins)
REJECTED("of which enrolments count as logins", CountsTogether)
REJECTED("that take every network for a known one", AllKnown)
REJECTED("that say full before paced", FullBeforePaced)
REJECTED("of which one digest of the number is looked at", OneNumberDigest)
REJECTED("of which one digest of the network is looked at", OneNetworkDigest)
REJECTED("that are kept under the digest of before", KeptUnderTheLast)
REJECTED("that may always be taken in a minute", AlwaysInAMinute)
REJECTED("that count what was refused", CountsRefused)
REJECTED("that are taken whatever becomes of the transaction", WritesApart)
REJECTED("that are cleaned up all at once", CleansTooMuch)
REJECTED("that are cleaned up too early", CleansTooEarly)
REJECTED("that are cleaned up too late", CleansTooLate)

}  // namespace
}  // namespace coffeeauth::sms
