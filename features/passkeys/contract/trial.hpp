#pragma once
/// Trial: what each promise of the rows is tried with. Private to the contract.

#include "coffeeauth/testing/doctest.hpp"

#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/passkeys/contract.hpp"
#include "lib/testing/contract/patient.hpp"
#include "lib/testing/contract/race.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::passkeys::contract {

using namespace std::chrono_literals;
using testing::noon;
using testing::nth;

inline const UserId ada = nth<UserId>(1);
inline const UserId bob = nth<UserId>(2);

inline PasskeyId passkey_id(std::uint64_t n) { return nth<PasskeyId>(n); }
inline CredentialDigest credential(std::uint64_t n) {
  return testing::nth_digest<CredentialDigest>(n);
}
inline ChallengeDigest challenge(std::uint64_t n) {
  return testing::nth_digest<ChallengeDigest>(n);
}
inline UserHandle handle(std::uint64_t n) { return challenge(n).bytes(); }

/// The n-th passkey, with the n-th credential.
inline Passkey passkey(std::uint64_t n, const UserId& user = ada, UtcTime now = noon) {
  return {.id = passkey_id(n),
          .user = user,
          .rp_id = "example.org",
          .credential_digest = credential(n),
          .credential_id = "credential " + std::to_string(n),
          .public_key = "key " + std::to_string(n),
          .created_at = now};
}

/// A Store with two users, and the rows over it.
struct Trial {
  explicit Trial(PasskeyHarness& harness)
      : store(harness.fresh()), passkeys(harness.passkeys_over(*store)) {
    for (const std::uint64_t n : {1, 2}) {
      store->transact(
          [&](Transaction& tx) { static_cast<void>(tx.users().create_user(testing::user(n))); });
    }
  }

  template <class Work>
  auto alone(Work work) const {
    return testing::patiently(*store, [&](Transaction& tx) { return work(*passkeys->in(tx)); });
  }

  [[nodiscard]] CreateOutcome create(const Passkey& made, std::size_t max = 100) const {
    return alone([&](Passkeys& rows) { return rows.create(made, max); });
  }
  [[nodiscard]] std::optional<Passkey> find(std::uint64_t n) const {
    return alone([&](Passkeys& rows) { return rows.find(credential(n)); });
  }
  /// One that has to be there.
  [[nodiscard]] Passkey found(std::uint64_t n) const {
    auto one = find(n);
    REQUIRE(one);
    return *std::move(one);
  }
  [[nodiscard]] std::vector<Passkey> list(const UserId& user = ada) const {
    return alone([&](Passkeys& rows) { return rows.list(user); });
  }
  [[nodiscard]] std::size_t count(const UserId& user = ada) const {
    return alone([&](Passkeys& rows) { return rows.count(user); });
  }
  [[nodiscard]] bool remove(std::uint64_t n, const UserId& user = ada) const {
    return alone([&](Passkeys& rows) { return rows.remove(user, passkey_id(n)); });
  }
  [[nodiscard]] std::size_t remove_all(UtcTime since = UtcTime{}, const UserId& user = ada) const {
    return alone([&](Passkeys& rows) { return rows.remove_all(user, since); });
  }
  [[nodiscard]] UseOutcome use(std::uint64_t n, std::uint32_t sign_count,
                               CounterPolicy policy = CounterPolicy::all) const {
    return alone([&](Passkeys& rows) {
      return rows.use(passkey_id(n), {.sign_count = sign_count}, policy, noon + 1min);
    });
  }
  [[nodiscard]] UserHandle handle_of(const UserId& user, std::uint64_t n) const {
    return alone([&](Passkeys& rows) { return rows.handle_of(user, handle(n)); });
  }
  [[nodiscard]] std::optional<UserHandle> find_handle(const UserId& user = ada) const {
    return alone([&](Passkeys& rows) { return rows.find_handle(user); });
  }
  [[nodiscard]] std::optional<UserId> user_of(std::uint64_t n) const {
    return alone([&](Passkeys& rows) { return rows.user_of(handle(n)); });
  }
  [[nodiscard]] bool spend(std::uint64_t n, UtcTime expires_at = noon + 10min) const {
    return alone([&](Passkeys& rows) { return rows.spend_challenge(challenge(n), expires_at); });
  }
  [[nodiscard]] std::size_t clean(std::size_t limit, UtcTime now) const {
    return alone([&](Passkeys& rows) { return rows.delete_expired(limit, now); });
  }

  std::unique_ptr<Store> store;
  std::unique_ptr<PasskeyStore> passkeys;
};

/// What many threads at once may do once, or so many times.
void races(PasskeyHarness& harness);

}  // namespace coffeeauth::passkeys::contract
