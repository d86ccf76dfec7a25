// Rows of the room that are wrong in one way each. The contract must reject them all.

#include "coffeeauth/new_device/contract.hpp"
#include "coffeeauth/new_device/memory.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "tests/broken/work_store.hpp"

namespace coffeeauth::new_device {
namespace {

using namespace std::chrono_literals;
using broken::Work;
using broken::WorkStore;
using Digests = std::vector<FeatureDigest>;

/// Right rows, of which each broken one below changes a verb.
class Sound : public Devices {
 public:
  Sound(DeviceStore& store, Work& inner) : work(inner), rows(store.in(inner)) {}

  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    return rows->see(user, digests, first, options, now);
  }
  void forget(const UserId& user) override { rows->forget(user); }
  std::size_t delete_unseen(UtcTime cutoff, std::size_t limit) override {
    return rows->delete_unseen(cutoff, limit);
  }

 protected:
  Work& work;
  std::unique_ptr<Devices> rows;
};

constexpr std::size_t no_end = 1'000'000;

struct RacySee : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    return broken::look_then_leap(work,
                                  [&] { return rows->see(user, digests, first, options, now); });
  }
};
/// Deletes as many as it has found, although some were seen again meanwhile.
struct RacyClean : Sound {
  using Sound::Sound;
  std::size_t delete_unseen(UtcTime cutoff, std::size_t limit) override {
    const auto found = rows->delete_unseen(cutoff, limit);
    broken::let_others_in(work);
    return found == 0 ? 0 : rows->delete_unseen(cutoff + 24h, found);
  }
};

struct TellsOfTheFirst : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    const auto seen = rows->see(user, digests, first, options, now);
    return seen == Sighting::first ? Sighting::fresh : seen;
  }
};
struct AcceptsAnyFirst : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice,
               const NewDeviceOptions& options, UtcTime now) override {
    return rows->see(user, digests, FirstDevice::accepted, options, now);
  }
};
/// Tells of it, and does not count it.
struct TellsOfTheFirstBeside : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    const auto seen = rows->see(user, digests, FirstDevice::accepted, options, now);
    return seen == Sighting::first && first == FirstDevice::reported ? Sighting::fresh : seen;
  }
};
struct SharesDevices : Sound {
  using Sound::Sound;
  Sighting see(const UserId&, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    return rows->see(UserId{}, digests, first, options, now);
  }
};
struct KnowsForEver : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    auto longer = options;
    longer.lifetime = 24h * 10'000;
    return rows->see(user, digests, first, longer, now);
  }
};
struct LooksAtOneDigest : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    return rows->see(user, {digests.front()}, first, options, now);
  }
};
struct KeepsTheDigestOfBefore : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    return rows->see(user, {digests.back()}, first, options, now);
  }
};
struct HasRoomForAll : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    auto roomy = options;
    roomy.devices = no_end;
    return rows->see(user, digests, first, roomy, now);
  }
};
struct TellsOfAll : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    auto free = options;
    free.notices_per_day = no_end;
    return rows->see(user, digests, first, free, now);
  }
};
struct RemembersWhatWasNotTold : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    const auto seen = rows->see(user, digests, first, options, now);
    auto free = options;
    free.notices_per_day = no_end;
    if (seen == Sighting::paced) static_cast<void>(rows->see(user, digests, first, free, now));
    return seen;
  }
};
struct ForgetsNothing : Sound {
  using Sound::Sound;
  void forget(const UserId&) override {}
};
struct ForgetsEverybodys : Sound {
  using Sound::Sound;
  void forget(const UserId&) override {
    static_cast<void>(rows->delete_unseen(UtcTime::max(), no_end));
  }
};
struct ForgetsApart : Sound {
  using Sound::Sound;
  void forget(const UserId& user) override {
    rows->forget(user);
    work.commit();
    work.begin_again();
  }
};
struct CleansTooMuch : Sound {
  using Sound::Sound;
  std::size_t delete_unseen(UtcTime cutoff, std::size_t) override {
    return rows->delete_unseen(cutoff, no_end);
  }
};
struct CleansTooEarly : Sound {
  using Sound::Sound;
  std::size_t delete_unseen(UtcTime cutoff, std::size_t limit) override {
    return rows->delete_unseen(cutoff + 1ms, limit);
  }
};
struct CleansTooLate : Sound {
  using Sound::Sound;
  std::size_t delete_unseen(UtcTime cutoff, std::size_t limit) override {
    return rows->delete_unseen(cutoff - 1ms, limit);
  }
};
struct WritesApart : Sound {
  using Sound::Sound;
  Sighting see(const UserId& user, const Digests& digests, FirstDevice first,
               const NewDeviceOptions& options, UtcTime now) override {
    const auto seen = rows->see(user, digests, first, options, now);
    work.commit();
    work.begin_again();
    return seen;
  }
};

template <class Broken>
class BrokenDevices final : public DeviceStore {
 public:
  explicit BrokenDevices(Store& store) : inner_(make_memory_devices(store)) {}
  std::unique_ptr<Devices> in(Transaction& transaction) override {
    return std::make_unique<Broken>(*inner_, dynamic_cast<Work&>(transaction));
  }

 private:
  std::unique_ptr<DeviceStore> inner_;
};

template <class Broken>
class BrokenHarness final : public DeviceHarness {
 public:
  std::unique_ptr<Store> fresh() override { return std::make_unique<WorkStore>(); }
  std::unique_ptr<DeviceStore> devices_over(Store& store) override {
    return std::make_unique<BrokenDevices<Broken>>(store);
  }
};

#define REJECTED(name, Broken)                                           \
  TEST_CASE("the suite rejects devices " name* doctest::should_fail()) { \
    BrokenHarness<Broken> harness;                                       \
    device_contract(harness);                                            \
  }

TEST_CASE("the devices that the broken ones are made from are sound") {
  BrokenHarness<Sound> harness;
  device_contract(harness);
}

REJECTED("that are looked for first and remembered later", RacySee)
REJECTED("that are found to be over first and deleted later", RacyClean)
REJECTED("of which the first is told of, too", TellsOfTheFirst)
REJECTED("of which any first one is accepted", AcceptsAnyFirst)
REJECTED("of which the first is told of beside the day's limit", TellsOfTheFirstBeside)
REJECTED("that accounts share", SharesDevices)
REJECTED("that are known for ever", KnowsForEver)
REJECTED("of which one digest is looked at", LooksAtOneDigest)
REJECTED("that are kept by the digest of before", KeepsTheDigestOfBefore)
REJECTED("for which there is always room", HasRoomForAll)
REJECTED("of which all are told of", TellsOfAll)
REJECTED("that are remembered without being told of", RemembersWhatWasNotTold)
REJECTED("that are cleaned up all at once", CleansTooMuch)
REJECTED("that are cleaned up too early", CleansTooEarly)
REJECTED("that are cleaned up too late", CleansTooLate)
REJECTED("that are seen whatever becomes of the transaction", WritesApart)
REJECTED("that are not forgotten", ForgetsNothing)
REJECTED("that are forgotten for every account", ForgetsEverybodys)
REJECTED("that are forgotten whatever becomes of the transaction", ForgetsApart)

}  // namespace
}  // namespace coffeeauth::new_device
