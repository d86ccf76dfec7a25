// Rows that are wrong in one way each. The contract must reject them all.

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "coffeeauth/passkeys/contract.hpp"
#include "coffeeauth/passkeys/memory.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "lib/testing/contract/samples.hpp"
#include "tests/broken/work_store.hpp"

namespace coffeeauth::passkeys {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t no_end = 1'000'000;
/// The users of the contract.
const std::vector<UserId> everybody{testing::nth<UserId>(1), testing::nth<UserId>(2)};

/// Right rows, of which each broken one below changes a verb.
class Sound : public Passkeys {
 public:
  Sound(PasskeyStore& store, broken::Work& inner) : rows(store.in(inner)), work(inner) {}

  void hold(const UserId& user) override { rows->hold(user); }
  CreateOutcome create(const Passkey& passkey, std::size_t max) override {
    return rows->create(passkey, max);
  }
  std::optional<Passkey> find(const CredentialDigest& credential) override {
    return rows->find(credential);
  }
  std::optional<Passkey> find(const UserId& user, const PasskeyId& id) override {
    return rows->find(user, id);
  }
  std::vector<Passkey> list(const UserId& user) override { return rows->list(user); }
  std::size_t count(const UserId& user) override { return rows->count(user); }
  bool rename(const UserId& user, const PasskeyId& id, std::string_view name) override {
    return rows->rename(user, id, name);
  }
  bool remove(const UserId& user, const PasskeyId& id) override { return rows->remove(user, id); }
  std::size_t remove_all(const UserId& user, UtcTime since) override {
    return rows->remove_all(user, since);
  }
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    return rows->use(id, seen, policy, now);
  }
  UserHandle handle_of(const UserId& user, const UserHandle& candidate) override {
    return rows->handle_of(user, candidate);
  }
  std::optional<UserHandle> find_handle(const UserId& user) override {
    return rows->find_handle(user);
  }
  std::optional<UserId> user_of(const UserHandle& handle) override { return rows->user_of(handle); }
  bool spend_challenge(const ChallengeDigest& digest, UtcTime expires_at) override {
    return rows->spend_challenge(digest, expires_at);
  }
  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    return rows->delete_expired(limit, now);
  }

 protected:
  template <class Verb>
  auto look_then_leap(Verb verb) {
    return broken::look_then_leap(work, verb);
  }
  /// The passkey of that id, whoever has it.
  std::optional<Passkey> anybodys(const PasskeyId& id) {
    for (const auto& user : everybody) {
      if (auto found = rows->find(user, id)) return found;
    }
    return std::nullopt;
  }

  std::unique_ptr<Passkeys> rows;
  broken::Work& work;
};

template <class Broken>
class BrokenPasskeys final : public PasskeyStore {
 public:
  explicit BrokenPasskeys(Store& store) : inner_(make_memory_passkeys(store)) {}
  std::unique_ptr<Passkeys> in(Transaction& transaction) override {
    return std::make_unique<Broken>(*inner_, dynamic_cast<broken::Work&>(transaction));
  }

 private:
  std::unique_ptr<PasskeyStore> inner_;
};

template <class Broken>
class BrokenHarness final : public PasskeyHarness {
 public:
  std::unique_ptr<Store> fresh() override { return std::make_unique<broken::WorkStore>(); }
  std::unique_ptr<PasskeyStore> passkeys_over(Store& store) override {
    return std::make_unique<BrokenPasskeys<Broken>>(store);
  }
};

struct RacyChallenge : Sound {
  using Sound::Sound;
  bool spend_challenge(const ChallengeDigest& digest, UtcTime expires_at) override {
    return look_then_leap([&] { return rows->spend_challenge(digest, expires_at); });
  }
};
struct RacyCounter : Sound {
  using Sound::Sound;
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    return look_then_leap([&] { return rows->use(id, seen, policy, now); });
  }
};
struct RacyCredential : Sound {
  using Sound::Sound;
  CreateOutcome create(const Passkey& passkey, std::size_t max) override {
    return look_then_leap([&] { return rows->create(passkey, max); });
  }
};
/// Counts first, lets others in, and creates whatever they did.
struct RacyRoom : Sound {
  using Sound::Sound;
  CreateOutcome create(const Passkey& passkey, std::size_t max) override {
    if (rows->count(passkey.user) >= max) return CreateOutcome::full;
    broken::let_others_in(work);
    return rows->create(passkey, no_end);
  }
};
struct RacyHandle : Sound {
  using Sound::Sound;
  UserHandle handle_of(const UserId& user, const UserHandle& candidate) override {
    return look_then_leap([&] { return rows->handle_of(user, candidate); });
  }
};
/// Says whether it was the last by what it saw before others were let in.
struct RacyRemove : Sound {
  using Sound::Sound;
  std::size_t count(const UserId& user) override { return seen_ ? *seen_ : rows->count(user); }
  bool remove(const UserId& user, const PasskeyId& id) override {
    const bool done = rows->remove(user, id);
    if (done) seen_ = rows->count(user);
    broken::let_others_in(work);
    return rows->remove(user, id) || done;
  }

 private:
  std::optional<std::size_t> seen_;
};

struct ForgetsTransports : Sound {
  using Sound::Sound;
  CreateOutcome create(const Passkey& passkey, std::size_t max) override {
    auto kept = passkey;
    kept.transports.clear();
    return rows->create(kept, max);
  }
};
/// As a column of 31 bits would.
struct CutsTheCounter : Sound {
  using Sound::Sound;
  CreateOutcome create(const Passkey& passkey, std::size_t max) override {
    auto kept = passkey;
    kept.sign_count = std::min(kept.sign_count, 0x7FFF'FFFFU);
    return rows->create(kept, max);
  }
};
struct FindsAnybodys : Sound {
  using Sound::Sound;
  std::optional<Passkey> find(const CredentialDigest& credential) override {
    return rows->find(credential);
  }
  std::optional<Passkey> find(const UserId&, const PasskeyId& id) override { return anybodys(id); }
};
/// Takes the credential from whoever has it.
struct TakesCredentials : Sound {
  using Sound::Sound;
  CreateOutcome create(const Passkey& passkey, std::size_t max) override {
    const auto known = rows->find(passkey.credential_digest);
    if (known && known->user != passkey.user) {
      static_cast<void>(rows->remove(known->user, known->id));
    }
    return rows->create(passkey, max);
  }
};
struct AlwaysHasRoom : Sound {
  using Sound::Sound;
  CreateOutcome create(const Passkey& passkey, std::size_t) override {
    return rows->create(passkey, no_end);
  }
};
/// Of all accounts together.
struct OneRoomForAll : Sound {
  using Sound::Sound;
  CreateOutcome create(const Passkey& passkey, std::size_t max) override {
    std::size_t all = 0;
    for (const auto& user : everybody) all += rows->count(user);
    return all >= max ? CreateOutcome::full : rows->create(passkey, max);
  }
};
struct RenamesAnybodys : Sound {
  using Sound::Sound;
  bool rename(const UserId&, const PasskeyId& id, std::string_view name) override {
    return std::any_of(everybody.begin(), everybody.end(),
                       [&](const UserId& user) { return rows->rename(user, id, name); });
  }
};
struct RemovesAnybodys : Sound {
  using Sound::Sound;
  bool remove(const UserId&, const PasskeyId& id) override {
    return std::any_of(everybody.begin(), everybody.end(),
                       [&](const UserId& user) { return rows->remove(user, id); });
  }
};
struct RemovesAll : Sound {
  using Sound::Sound;
  std::size_t remove_all(const UserId& user, UtcTime) override {
    return rows->remove_all(user, UtcTime{});
  }
};
struct RemovesTheLater : Sound {
  using Sound::Sound;
  std::size_t remove_all(const UserId& user, UtcTime since) override {
    return rows->remove_all(user, since == UtcTime{} ? since : since + 1ms);
  }
};
struct AcceptsTheSameCounter : Sound {
  using Sound::Sound;
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    const auto kept = anybodys(id);
    const bool is_same = kept && kept->sign_count == seen.sign_count && seen.sign_count != 0;
    return is_same ? UseOutcome::used : rows->use(id, seen, policy, now);
  }
};
/// Takes one that counts no longer for one that never did.
struct AcceptsZero : Sound {
  using Sound::Sound;
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    return rows->use(id, seen, seen.sign_count == 0 ? CounterPolicy::ignore : policy, now);
  }
};
struct RefusesTwoZeros : Sound {
  using Sound::Sound;
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    const auto kept = anybodys(id);
    const bool is_zero = kept && kept->sign_count == 0 && seen.sign_count == 0;
    return is_zero ? UseOutcome::regressed : rows->use(id, seen, policy, now);
  }
};
struct BindsAll : Sound {
  using Sound::Sound;
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    const bool binds = policy == CounterPolicy::device_bound;
    return rows->use(id, seen, binds ? CounterPolicy::all : policy, now);
  }
};
struct BindsNone : Sound {
  using Sound::Sound;
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    const bool binds = policy == CounterPolicy::device_bound;
    return rows->use(id, seen, binds ? CounterPolicy::ignore : policy, now);
  }
};
struct HidesWhatItTolerates : Sound {
  using Sound::Sound;
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    const auto outcome = rows->use(id, seen, policy, now);
    return outcome == UseOutcome::tolerated ? UseOutcome::used : outcome;
  }
};
/// Stores what was seen last, not what was highest.
struct LetsCountersFall : Sound {
  using Sound::Sound;
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    const auto outcome = rows->use(id, seen, policy, now);
    if (outcome != UseOutcome::tolerated) return outcome;
    auto fallen = *anybodys(id);
    fallen.sign_count = seen.sign_count;
    static_cast<void>(rows->remove(fallen.user, id));
    static_cast<void>(rows->create(fallen, no_end));
    return outcome;
  }
};
struct RecordsTheRefused : Sound {
  using Sound::Sound;
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    const auto outcome = rows->use(id, seen, policy, now);
    if (outcome == UseOutcome::regressed) {
      static_cast<void>(rows->use(id, seen, CounterPolicy::ignore, now));
    }
    return outcome;
  }
};
struct ForgetsTheBackup : Sound {
  using Sound::Sound;
  UseOutcome use(const PasskeyId& id, const PasskeyUse& seen, CounterPolicy policy,
                 UtcTime now) override {
    return rows->use(id, {.sign_count = seen.sign_count}, policy, now);
  }
};
struct ReturnsTheCandidate : Sound {
  using Sound::Sound;
  UserHandle handle_of(const UserId& user, const UserHandle& candidate) override {
    static_cast<void>(rows->handle_of(user, candidate));
    return candidate;
  }
};
struct KnowsNoHandle : Sound {
  using Sound::Sound;
  std::optional<UserId> user_of(const UserHandle& handle) override {
    return rows->user_of(handle) ? std::optional{everybody.front()} : std::nullopt;
  }
};
/// Until the end that is said with the second try.
struct SpendsAgainLater : Sound {
  using Sound::Sound;
  bool spend_challenge(const ChallengeDigest& digest, UtcTime expires_at) override {
    return rows->spend_challenge(digest, expires_at) || expires_at > testing::noon + 10min + 1ms;
  }
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
  bool spend_challenge(const ChallengeDigest& digest, UtcTime expires_at) override {
    const bool spent = rows->spend_challenge(digest, expires_at);
    work.commit();
    work.begin_again();
    return spent;
  }
};

#define REJECTED(name, Broken)                                   \
  TEST_CASE("the suite rejects " name* doctest::should_fail()) { \
    BrokenHarness<Broken> harness;                               \
    passkey_contract(harness);                                   \
  }

REJECTED("challenges that are looked for first and spent later", RacyChallenge)
REJECTED("counters that are read first and written later", RacyCounter)
REJECTED("credentials that are looked for first and registered later", RacyCredential)
REJECTED("passkeys that are counted first and created later", RacyRoom)
REJECTED("handles that are looked for first and made later", RacyHandle)
REJECTED("passkeys that are counted first and removed later", RacyRemove)
REJECTED("passkeys that forget their transports", ForgetsTransports)
REJECTED("counters of 31 bits", CutsTheCounter)
REJECTED("passkeys that are found for every account", FindsAnybodys)
REJECTED("credentials that are taken from another account", TakesCredentials)
REJECTED("passkeys for which there is always room", AlwaysHasRoom)
REJECTED("passkeys for which all accounts have one room", OneRoomForAll)
REJECTED("passkeys that are renamed by anybody", RenamesAnybodys)
REJECTED("passkeys that are removed by anybody", RemovesAnybodys)
REJECTED("passkeys that are removed whenever they were created", RemovesAll)
REJECTED("passkeys that stay when they were created at that time", RemovesTheLater)
REJECTED("counters that are accepted again", AcceptsTheSameCounter)
REJECTED("counters that may become 0", AcceptsZero)
REJECTED("counters that must grow where nothing is counted", RefusesTwoZeros)
REJECTED("counters that must grow although there are copies", BindsAll)
REJECTED("counters that need not grow on the only device", BindsNone)
REJECTED("counters of which nobody hears that they have not grown", HidesWhatItTolerates)
REJECTED("counters that fall", LetsCountersFall)
REJECTED("uses that are recorded when they are refused", RecordsTheRefused)
REJECTED("uses that forget whether there is a backup", ForgetsTheBackup)
REJECTED("handles that are made anew each time", ReturnsTheCandidate)
REJECTED("handles that are always the first account's", KnowsNoHandle)
REJECTED("challenges that are spent again", SpendsAgainLater)
REJECTED("challenges that are cleaned up all at once", CleansTooMuch)
REJECTED("challenges that are cleaned up too early", CleansTooEarly)
REJECTED("challenges that are spent whatever becomes of the transaction", SpendsApart)

}  // namespace
}  // namespace coffeeauth::passkeys
