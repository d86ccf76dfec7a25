// Factors, recovery codes and devices that are wrong in one way each. The contract must reject them
// all.

#include <algorithm>

#include "features/second_factor/tests/broken_factors.hpp"

namespace coffeeauth::second_factor {
namespace {

struct RacyConfirm : Sound {
  using Sound::Sound;
  bool confirm_factor(const UserId& user, const FactorId& id, std::int64_t step,
                      UtcTime now) override {
    return look_then_leap([&] { return rows->confirm_factor(user, id, step, now); });
  }
};
struct RacyStep : Sound {
  using Sound::Sound;
  bool accept_step(const UserId& user, const FactorId& id, std::int64_t step,
                   UtcTime now) override {
    return look_then_leap([&] { return rows->accept_step(user, id, step, now); });
  }
};
struct RacySpend : Sound {
  using Sound::Sound;
  std::optional<std::size_t> spend_recovery_code(
      const UserId& user, const std::vector<FeatureDigest>& digests) override {
    return look_then_leap([&] { return rows->spend_recovery_code(user, digests); });
  }
};
/// Says whether it was the last by what it saw before others were let in.
struct RacyRemove : Sound {
  using Sound::Sound;
  std::vector<Factor> list_factors(const UserId& user, UtcTime now) override {
    return removed_ ? seen_ : rows->list_factors(user, now);
  }
  bool remove_factor(const UserId& user, const FactorId& id) override {
    const bool done = rows->remove_factor(user, id);
    seen_ = rows->list_factors(user, testing::noon);
    removed_ = done;
    broken::let_others_in(work);
    return rows->remove_factor(user, id) || done;
  }

 private:
  bool removed_ = false;
  std::vector<Factor> seen_;
};

struct ForgetsTheTarget : Sound {
  using Sound::Sound;
  AddOutcome add_factor(const Factor& factor, std::size_t max) override {
    auto kept = factor;
    kept.target_digest.reset();
    return rows->add_factor(kept, max);
  }
};
struct ListsTheOver : Sound {
  using Sound::Sound;
  std::vector<Factor> list_factors(const UserId& user, UtcTime) override {
    return rows->list_factors(user, long_ago);
  }
};
struct FindsTheOver : Sound {
  using Sound::Sound;
  std::optional<Factor> find_factor(const UserId& user, const FactorId& id, UtcTime) override {
    return rows->find_factor(user, id, long_ago);
  }
};
struct FindsAnybodys : Sound {
  using Sound::Sound;
  std::optional<Factor> find_factor(const UserId&, const FactorId& id, UtcTime now) override {
    for (const auto& user : everybody) {
      if (auto found = rows->find_factor(user, id, now)) return found;
    }
    return std::nullopt;
  }
};
struct RoomForAllFactors : Sound {
  using Sound::Sound;
  AddOutcome add_factor(const Factor& factor, std::size_t) override {
    return rows->add_factor(factor, no_end);
  }
};
struct CountsThePending : Sound {
  using Sound::Sound;
  AddOutcome add_factor(const Factor& factor, std::size_t max) override {
    const auto all = rows->list_factors(factor.user, factor.created_at);
    const auto alike = std::count_if(all.begin(), all.end(),
                                     [&](const Factor& f) { return f.kind == factor.kind; });
    return static_cast<std::size_t>(alike) >= max ? AddOutcome::full
                                                  : rows->add_factor(factor, max);
  }
};
struct ConfirmsTwice : Sound {
  using Sound::Sound;
  bool confirm_factor(const UserId& user, const FactorId& id, std::int64_t step,
                      UtcTime now) override {
    return rows->confirm_factor(user, id, step, now) || rows->find_factor(user, id, now);
  }
};
struct ConfirmsTheOver : Sound {
  using Sound::Sound;
  bool confirm_factor(const UserId& user, const FactorId& id, std::int64_t step, UtcTime) override {
    return rows->confirm_factor(user, id, step, testing::noon);
  }
};
struct ForgetsTheStep : Sound {
  using Sound::Sound;
  bool confirm_factor(const UserId& user, const FactorId& id, std::int64_t, UtcTime now) override {
    return rows->confirm_factor(user, id, 0, now);
  }
};
/// Without looking at the last one.
struct AcceptsAnyStep : Sound {
  using Sound::Sound;
  bool accept_step(const UserId& user, const FactorId& id, std::int64_t step,
                   UtcTime now) override {
    return rows->accept_step(user, id, step, now) || rows->mark_used(user, id, now);
  }
};
/// Every step but the last one.
struct AcceptsEarlierSteps : Sound {
  using Sound::Sound;
  bool accept_step(const UserId& user, const FactorId& id, std::int64_t step,
                   UtcTime now) override {
    const auto found = rows->find_factor(user, id, now);
    const bool is_earlier = found && found->confirmed_at && step < found->last_step;
    return is_earlier || rows->accept_step(user, id, step, now);
  }
};
struct UsesThePending : Sound {
  using Sound::Sound;
  bool mark_used(const UserId& user, const FactorId& id, UtcTime now) override {
    return rows->mark_used(user, id, now) || rows->find_factor(user, id, now);
  }
};
struct RenamesAnybodys : Sound {
  using Sound::Sound;
  bool rename_factor(const UserId&, const FactorId& id, std::string_view label) override {
    return std::any_of(everybody.begin(), everybody.end(),
                       [&](const UserId& user) { return rows->rename_factor(user, id, label); });
  }
};
struct RemovesAnybodys : Sound {
  using Sound::Sound;
  bool remove_factor(const UserId&, const FactorId& id) override {
    return std::any_of(everybody.begin(), everybody.end(),
                       [&](const UserId& user) { return rows->remove_factor(user, id); });
  }
};
struct RemovesAll : Sound {
  using Sound::Sound;
  std::size_t remove_factors(const UserId& user, UtcTime) override {
    return rows->remove_factors(user, long_ago);
  }
};
struct ResealsAnything : Sound {
  using Sound::Sound;
  bool reseal(const FactorId& id, const std::string& from, const std::string& to) override {
    for (const auto& row : rows->list_sealed({}, no_end)) {
      if (row.id == id) return rows->reseal(id, row.sealed_secret, to);
    }
    return rows->reseal(id, from, to);
  }
};
struct ListsAllAtOnce : Sound {
  using Sound::Sound;
  std::vector<SealedFactor> list_sealed(const FactorId& after, std::size_t) override {
    return rows->list_sealed(after, no_end);
  }
};
struct ListsFromTheBeginning : Sound {
  using Sound::Sound;
  std::vector<SealedFactor> list_sealed(const FactorId&, std::size_t limit) override {
    return rows->list_sealed({}, limit);
  }
};

struct SpendsAnything : Sound {
  using Sound::Sound;
  std::optional<std::size_t> spend_recovery_code(
      const UserId& user, const std::vector<FeatureDigest>& digests) override {
    const auto left = rows->spend_recovery_code(user, digests);
    return left ? left : rows->count_recovery_codes(user);
  }
};
struct KeepsTheFormerCodes : Sound {
  using Sound::Sound;
  void replace_recovery_codes(const UserId& user, const std::vector<FeatureDigest>& digests,
                              UtcTime now) override {
    if (rows->count_recovery_codes(user) == 0) rows->replace_recovery_codes(user, digests, now);
  }
};
struct DropsAllCodes : Sound {
  using Sound::Sound;
  std::size_t drop_recovery_codes(const UserId& user, UtcTime) override {
    return rows->drop_recovery_codes(user, long_ago);
  }
};
struct DropsEverybodysCodes : Sound {
  using Sound::Sound;
  std::size_t drop_recovery_codes(const UserId&, UtcTime since) override {
    std::size_t dropped = 0;
    for (const auto& user : everybody) dropped += rows->drop_recovery_codes(user, since);
    return dropped;
  }
};
struct SpendsByOneDigest : Sound {
  using Sound::Sound;
  std::optional<std::size_t> spend_recovery_code(
      const UserId& user, const std::vector<FeatureDigest>& digests) override {
    return rows->spend_recovery_code(user, {digests.front()});
  }
};

struct RoomForAllDevices : Sound {
  using Sound::Sound;
  void trust(const Device& device, std::size_t) override { rows->trust(device, no_end); }
};
struct KnowsForEver : Sound {
  using Sound::Sound;
  bool use_device(const UserId& user, const std::vector<FeatureDigest>& digests,
                  std::int64_t security_version, UtcTime) override {
    return rows->use_device(user, digests, security_version, testing::noon);
  }
};
struct KnowsAtAnyVersion : Sound {
  using Sound::Sound;
  bool use_device(const UserId& user, const std::vector<FeatureDigest>& digests, std::int64_t,
                  UtcTime now) override {
    for (std::int64_t version = 0; version < 10; ++version) {
      if (rows->use_device(user, digests, version, now)) return true;
    }
    return false;
  }
};
struct KnowsAnybodys : Sound {
  using Sound::Sound;
  bool use_device(const UserId&, const std::vector<FeatureDigest>& digests,
                  std::int64_t security_version, UtcTime now) override {
    return std::any_of(everybody.begin(), everybody.end(), [&](const UserId& user) {
      return rows->use_device(user, digests, security_version, now);
    });
  }
};
struct ProlongsDevices : Sound {
  using Sound::Sound;
  bool use_device(const UserId& user, const std::vector<FeatureDigest>& digests,
                  std::int64_t security_version, UtcTime now) override {
    const auto all = rows->list_devices(user, security_version, now);
    for (auto device : all) {
      if (std::find(digests.begin(), digests.end(), device.digest) == digests.end()) continue;
      device.expires_at += 24h;
      device.last_used_at = now;
      rows->trust(device, no_end);
      return true;
    }
    return false;
  }
};
struct ForgetsAnybodys : Sound {
  using Sound::Sound;
  bool forget_device(const UserId&, const DeviceId& id) override {
    return std::any_of(everybody.begin(), everybody.end(),
                       [&](const UserId& user) { return rows->forget_device(user, id); });
  }
};
struct ForgetsEverybodys : Sound {
  using Sound::Sound;
  std::size_t forget_devices(const UserId&) override {
    std::size_t forgotten = 0;
    for (const auto& user : everybody) forgotten += rows->forget_devices(user);
    return forgotten;
  }
};
struct CountsTheOver : Sound {
  using Sound::Sound;
  LiveRows count_live(UtcTime) override { return rows->count_live(UtcTime{}); }
};
struct CleansTooMuch : Sound {
  using Sound::Sound;
  std::size_t delete_expired(std::size_t, UtcTime now) override {
    return rows->delete_expired(no_end, now);
  }
};
struct CleansTooEarly : Sound {
  using Sound::Sound;
  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    return rows->delete_expired(limit, now + 1ms);
  }
};
struct SpendsApart : Sound {
  using Sound::Sound;
  std::optional<std::size_t> spend_recovery_code(
      const UserId& user, const std::vector<FeatureDigest>& digests) override {
    const auto left = rows->spend_recovery_code(user, digests);
    work.commit();
    work.begin_again();
    return left;
  }
};

REJECTED("factors that are looked for first and confirmed later", RacyConfirm)
REJECTED("steps that are looked at first and accepted later", RacyStep)
REJECTED("recovery codes that are looked for first and spent later", RacySpend)
REJECTED("factors that are counted first and removed later", RacyRemove)
REJECTED("factors that forget their target", ForgetsTheTarget)
REJECTED("factors that are listed when they are over", ListsTheOver)
REJECTED("factors that are found when they are over", FindsTheOver)
REJECTED("factors that are found for every account", FindsAnybodys)
REJECTED("factors for which there is always room", RoomForAllFactors)
REJECTED("factors for which those that are pending leave no room", CountsThePending)
REJECTED("factors that are confirmed again", ConfirmsTwice)
REJECTED("factors that are confirmed when they are over", ConfirmsTheOver)
REJECTED("steps of which the one that confirmed is forgotten", ForgetsTheStep)
REJECTED("steps that are accepted again", AcceptsAnyStep)
REJECTED("steps that are accepted after a later one", AcceptsEarlierSteps)
REJECTED("factors that are used while they are pending", UsesThePending)
REJECTED("factors that are renamed by anybody", RenamesAnybodys)
REJECTED("factors that are removed by anybody", RemovesAnybodys)
REJECTED("factors that are removed whenever they were confirmed", RemovesAll)
REJECTED("secrets that are replaced when they have changed", ResealsAnything)
REJECTED("secrets that are listed all at once", ListsAllAtOnce)
REJECTED("secrets that are listed from the beginning", ListsFromTheBeginning)
REJECTED("recovery codes that are spent whatever they are", SpendsAnything)
REJECTED("recovery codes that stay when there are new ones", KeepsTheFormerCodes)
REJECTED("recovery codes of which one digest is looked at", SpendsByOneDigest)
REJECTED("recovery codes that are dropped whenever they were made", DropsAllCodes)
REJECTED("recovery codes that are dropped for every account", DropsEverybodysCodes)
REJECTED("devices for which there is always room", RoomForAllDevices)
REJECTED("devices that are known for ever", KnowsForEver)
REJECTED("devices that are known at any version", KnowsAtAnyVersion)
REJECTED("devices that are known for every account", KnowsAnybodys)
REJECTED("devices that are prolonged by use", ProlongsDevices)
REJECTED("devices that are forgotten by anybody", ForgetsAnybodys)
REJECTED("devices that are forgotten for every account", ForgetsEverybodys)
REJECTED("rows that are counted when they are over", CountsTheOver)
REJECTED("rows that are cleaned up all at once", CleansTooMuch)
REJECTED("rows that are cleaned up too early", CleansTooEarly)
REJECTED("recovery codes that are spent whatever becomes of the transaction", SpendsApart)

}  // namespace
}  // namespace coffeeauth::second_factor
