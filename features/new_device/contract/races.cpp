// What many threads do to the devices of one account at the same moment.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>

#include "features/new_device/contract/trial.hpp"

namespace coffeeauth::new_device::contract {
namespace {

using testing::race;

std::size_t count(const std::vector<Sighting>& seen, Sighting what) {
  return static_cast<std::size_t>(std::count(seen.begin(), seen.end(), what));
}

/// Rounds of one race, each over rows of its own: `round(trial, threads)`.
template <class Round>
void rounds_of(DeviceHarness& harness, const NewDeviceOptions& rules, Round round) {
  for (testing::Rounds rounds{harness}; rounds.next();) {
    const Trial t{harness, rules};
    round(t, harness.threads());
  }
}

void one_device(DeviceHarness& harness) {
  rounds_of(harness, {}, [](const Trial& t, std::size_t threads) {
    const auto first = race(threads, [&](std::size_t) { return t.see(1); });
    CHECK(count(first, Sighting::first) == 1);
    CHECK(count(first, Sighting::known) == threads - 1);
    const auto second = race(threads, [&](std::size_t) { return t.see(2); });
    CHECK(count(second, Sighting::fresh) == 1);
    CHECK(count(second, Sighting::known) == threads - 1);
  });
}

void one_device_elsewhere(DeviceHarness& harness) {
  rounds_of(harness, {}, [](const Trial& t, std::size_t threads) {
    const auto seen = race(threads, [&](std::size_t) { return t.see_elsewhere(1); });
    CHECK(count(seen, Sighting::fresh) == 1);
    CHECK(count(seen, Sighting::known) == threads - 1);
  });
}

void many_devices(DeviceHarness& harness) {
  rounds_of(harness, {.notices_per_day = 4}, [](const Trial& t, std::size_t threads) {
    const auto seen = race(threads, [&](std::size_t i) { return t.see(100 + i); });
    CHECK(count(seen, Sighting::first) == 1);
    CHECK(count(seen, Sighting::fresh) == 4);
    CHECK(count(seen, Sighting::paced) == threads - 5);
    const auto others =
        race(threads, [&](std::size_t i) { return t.see_elsewhere(100 + i, noon, bob); });
    CHECK(count(others, Sighting::fresh) == 4);
    CHECK(count(others, Sighting::paced) == threads - 4);
  });
}

/// One device, seen and forgotten at once: it is new once more for each time that it was forgotten,
/// at most.
void forgetting(DeviceHarness& harness) {
  const NewDeviceOptions free_notices{.notices_per_day = 1'000};
  rounds_of(harness, free_notices, [](const Trial& t, std::size_t threads) {
    CHECK(t.see(1) == Sighting::first);
    CHECK(t.see(2, noon, bob) == Sighting::first);
    const auto seen = race(threads, [&](std::size_t i) {
      if (i % 2 == 0) return t.see(1);
      t.forget();
      return Sighting::first;
    });
    const auto forgotten = threads / 2;
    CHECK(count(seen, Sighting::first) == forgotten);
    CHECK(count(seen, Sighting::fresh) <= forgotten);
    CHECK(count(seen, Sighting::paced) == 0);
    CHECK(t.see(2, noon, bob) == Sighting::known);
    t.forget();
    CHECK(t.see(1) == Sighting::fresh);
    CHECK(t.see(1) == Sighting::known);
  });
}

/// Some devices are seen again by transactions that take their time, while all others are deleted.
void cleaning(DeviceHarness& harness) {
  constexpr std::size_t seers = 8;
  const NewDeviceOptions free_notices{.devices = 1'000, .notices_per_day = 1'000};
  rounds_of(harness, free_notices, [](const Trial& t, std::size_t threads) {
    // At once, so that a Store has opened its connections by the time they matter.
    const auto before = race(threads, [&](std::size_t i) { return t.see(i); });
    CHECK(count(before, Sighting::known) == 0);
    std::atomic<bool> one_is_seen = false;
    const auto go = [&] {
      one_is_seen = true;
      one_is_seen.notify_all();
    };
    const auto see_slowly = [&](std::size_t i) {
      t.alone([&](Devices& rows) {
        static_cast<void>(rows.see(ada, {digest(i)}, FirstDevice::accepted, t.options, noon + 1h));
        go();
        std::this_thread::sleep_for(10ms);
      });
    };
    const auto deleted = race(threads, [&](std::size_t i) -> std::size_t {
      if (i >= seers) {
        one_is_seen.wait(false);
        return t.clean(noon, 1'000);
      }
      try {
        see_slowly(i);
      } catch (...) {
        go();
        throw;
      }
      return 0;
    });
    const auto in_all = std::accumulate(deleted.begin(), deleted.end(), std::size_t{0});
    // None of them twice. One that is seen again may have gone before.
    CHECK(in_all >= threads - seers);
    CHECK(in_all < threads);
    for (std::size_t i = 0; i < threads; ++i) {
      CAPTURE(i);
      CHECK(t.see(i, noon + 1h) == (i < seers ? Sighting::known : Sighting::fresh));
    }
  });
}

}  // namespace

void races(DeviceHarness& harness) {
  SUBCASE("of many logins from one device at once, one is told of") { one_device(harness); }
  SUBCASE("of many logins from one device at once, one is told of, also if it is the first") {
    one_device_elsewhere(harness);
  }
  SUBCASE("of many logins from many devices at once, as many are told of as a day has") {
    many_devices(harness);
  }
  SUBCASE("a device that is seen and forgotten at once is new as often as it was forgotten") {
    forgetting(harness);
  }
  SUBCASE("a device that is seen while others are deleted stays") { cleaning(harness); }
}

}  // namespace coffeeauth::new_device::contract
