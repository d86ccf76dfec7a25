// What one thread after the other may expect of devices.

#include "features/new_device/contract/trial.hpp"

namespace coffeeauth::new_device {
namespace contract {
namespace {

void first_and_others(DeviceHarness& harness) {
  const Trial t{harness};
  CHECK(t.see(1) == Sighting::first);
  CHECK(t.see(1) == Sighting::known);
  CHECK(t.see(2) == Sighting::fresh);
  CHECK(t.see(2) == Sighting::known);
  CHECK(t.see(1) == Sighting::known);
  CHECK_MESSAGE(t.see(2, noon, bob) == Sighting::first, "what one account is known by is its own");
}

void first_that_is_reported(DeviceHarness& harness) {
  const Trial t{harness, {.notices_per_day = 2}};
  CHECK(t.see_elsewhere(1) == Sighting::fresh);
  CHECK(t.see_elsewhere(1) == Sighting::known);
  CHECK(t.see(1) == Sighting::known);
  CHECK_MESSAGE(t.see(2) == Sighting::fresh, "no first one any more");
  CHECK_MESSAGE(t.see(3) == Sighting::paced, "the first was told of, and counts");
  CHECK(t.see(4, noon, bob) == Sighting::first);
  CHECK_MESSAGE(t.see_elsewhere(4, noon, bob) == Sighting::known, "it says nothing of later ones");
  CHECK(t.see_elsewhere(5, noon, bob) == Sighting::fresh);
}

void known_for_a_time(DeviceHarness& harness) {
  const Trial t{harness, {.lifetime = 48h}};
  CHECK(t.see(1) == Sighting::first);
  CHECK_MESSAGE(t.see(1, noon + 48h - 1ms) == Sighting::known, "a moment before the end");
  CHECK_MESSAGE(t.see(1, noon + 95h) == Sighting::known, "each login makes it longer");
  CHECK_MESSAGE(t.see(1, noon + 95h + 48h) == Sighting::fresh, "over, and no first one again");
  CHECK(t.see(1, noon + 95h + 49h) == Sighting::known);
}

void several_digests(DeviceHarness& harness) {
  const Trial t{harness, {.lifetime = 48h}};
  const auto older = digest(1);
  const auto newer = digest(2);
  CHECK(t.see({older}) == Sighting::first);
  CHECK_MESSAGE(t.see({newer, older}) == Sighting::known, "known by the digest of before");
  CHECK_MESSAGE(t.see({newer}) == Sighting::known, "and from then on by the new one");
  CHECK_MESSAGE(t.see({older}) == Sighting::known, "whoever has the key of before knows it, too");
  CHECK_MESSAGE(t.see({newer}, noon + 47h) == Sighting::known, "a device is seen by one digest");
  CHECK_MESSAGE(t.see({older}, noon + 49h) == Sighting::fresh, "the other is not, and ends");
  CHECK(t.see({digest(3), digest(4)}) == Sighting::fresh);
}

void capped(DeviceHarness& harness) {
  const Trial t{harness, {.devices = 3}};
  CHECK(t.see(1) == Sighting::first);
  CHECK(t.see(2, noon + 1s) == Sighting::fresh);
  CHECK(t.see(3, noon + 2s) == Sighting::fresh);
  CHECK(t.see(9, noon + 2s, bob) == Sighting::first);
  CHECK(t.see(1, noon + 3s) == Sighting::known);
  CHECK_MESSAGE(t.see(4, noon + 4s) == Sighting::fresh, "the second makes room");
  for (const std::uint64_t n : {1, 3, 4}) CHECK(t.see(n, noon + 5s) == Sighting::known);
  CHECK(t.see(9, noon + 5s, bob) == Sighting::known);
  // Seen at one moment: the one that comes is never the one that goes.
  CHECK(t.see(2, noon + 5s) == Sighting::fresh);
  CHECK(t.see(2, noon + 5s) == Sighting::known);
}

void paced(DeviceHarness& harness) {
  const Trial t{harness, {.notices_per_day = 2}};
  CHECK_MESSAGE(t.see(1) == Sighting::first, "is told to nobody, and counts for nothing");
  CHECK(t.see(2) == Sighting::fresh);
  CHECK(t.see(3, noon + 1h) == Sighting::fresh);
  CHECK(t.see(4, noon + 2h) == Sighting::paced);
  CHECK_MESSAGE(t.see(4, noon + 3h) == Sighting::paced, "what was not told of is not known");
  CHECK(t.see(3, noon + 3h) == Sighting::known);
  CHECK(t.see(4, noon + 24h - 1ms) == Sighting::paced);
  CHECK_MESSAGE(t.see(4, noon + 24h) == Sighting::fresh, "a day after the first notice");
  CHECK(t.see(5, noon + 24h) == Sighting::fresh);
  CHECK(t.see(6, noon + 24h) == Sighting::paced);
  CHECK(t.see(7, noon + 24h, bob) == Sighting::first);
  CHECK_MESSAGE(t.see(8, noon + 24h, bob) == Sighting::fresh, "each account has a count");
}

void cleaned(DeviceHarness& harness) {
  const Trial t{harness};
  for (const std::uint64_t n : {1, 2, 3}) CHECK(t.see(n) != Sighting::known);
  CHECK(t.see(4, noon + 1ms) == Sighting::fresh);
  CHECK(t.see(1, noon + 1ms) == Sighting::known);
  CHECK(t.clean(noon - 1ms) == 0);
  CHECK(t.clean(noon, 1) == 1);
  CHECK(t.clean(noon) == 1);
  CHECK(t.clean(noon) == 0);
  for (const std::uint64_t n : {1, 4}) CHECK(t.see(n, noon + 1ms) == Sighting::known);
  CHECK(t.clean(noon + 1h) == 2);
  CHECK_MESSAGE(t.see(1, noon + 1h) == Sighting::fresh,
                "an account whose devices are all forgotten was seen before");
}

void forgotten(DeviceHarness& harness) {
  const Trial t{harness, {.notices_per_day = 4}};
  t.forget(bob);
  CHECK_MESSAGE(t.see(1, noon, bob) == Sighting::first, "there was nothing to forget");
  CHECK(t.see(1) == Sighting::first);
  CHECK(t.see(2) == Sighting::fresh);
  CHECK(t.see({digest(3), digest(2)}) == Sighting::known);
  t.forget();
  CHECK_MESSAGE(t.see(1) == Sighting::fresh, "known no more, and no first one again");
  CHECK(t.see(1) == Sighting::known);
  CHECK_MESSAGE(t.see({digest(4), digest(3), digest(2)}) == Sighting::fresh,
                "by none of its digests");
  CHECK_MESSAGE(t.see(1, noon, bob) == Sighting::known, "what another account is known by");
  CHECK(t.see(5) == Sighting::fresh);
  t.forget();
  CHECK_MESSAGE(t.see(1) == Sighting::paced, "the count of the day goes on");
}

void belong_to_users(DeviceHarness& harness) {
  const Trial t{harness};
  CHECK(t.see(1) == Sighting::first);
  CHECK(t.see(1, noon, bob) == Sighting::first);
  const auto erase = [&](bool commits) {
    static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
      CHECK(tx.users().delete_user(ada, std::nullopt) == UserWriteOutcome::written);
      if (!commits) return ErrorCode::internal;
      return {};
    }));
  };
  erase(false);
  CHECK(t.see(1) == Sighting::known);
  erase(true);
  CHECK_MESSAGE(t.clean(noon) == 1, "one is left, which is another's");
}

void undone_with_their_transaction(DeviceHarness& harness) {
  const Trial t{harness, {.notices_per_day = 1}};
  const auto and_fail = [&](std::uint64_t n, Sighting expected) {
    static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
      CHECK(t.devices->in(tx)->see(ada, {digest(n)}, FirstDevice::accepted, t.options, noon) ==
            expected);
      return ErrorCode::internal;
    }));
  };
  and_fail(1, Sighting::first);
  CHECK(t.see(1) == Sighting::first);
  static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
    t.devices->in(tx)->forget(ada);
    return ErrorCode::internal;
  }));
  CHECK(t.see(1) == Sighting::known);
  and_fail(2, Sighting::fresh);
  CHECK(t.see(3) == Sighting::fresh);
  CHECK(t.see(2) == Sighting::paced);
}

}  // namespace
}  // namespace contract

void device_contract(DeviceHarness& harness) {
  using namespace contract;
  SUBCASE("the first device is told from others, and all from those that are known") {
    first_and_others(harness);
  }
  SUBCASE("the first device of an account that was used elsewhere is told of like any other") {
    first_that_is_reported(harness);
  }
  SUBCASE("a device is known for a time after its last login") { known_for_a_time(harness); }
  SUBCASE("a device is known by each of its digests, and kept by the first") {
    several_digests(harness);
  }
  SUBCASE("the device that was not seen for longest makes room") { capped(harness); }
  SUBCASE("so many are told of in a day, and others are not remembered") { paced(harness); }
  SUBCASE("what was not seen for long is deleted in batches") { cleaned(harness); }
  SUBCASE("all devices of an account are forgotten, and it was seen before") { forgotten(harness); }
  SUBCASE("all rows go with their user") { belong_to_users(harness); }
  SUBCASE("what is seen or forgotten is undone with its transaction") {
    undone_with_their_transaction(harness);
  }
  races(harness);
}

}  // namespace coffeeauth::new_device
