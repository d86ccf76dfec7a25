#pragma once
/// Trial: what each promise of the rows is tried with. Private to the contract.

#include "coffeeauth/testing/doctest.hpp"

#include <memory>
#include <vector>

#include "coffeeauth/second_factor/contract.hpp"
#include "lib/testing/contract/patient.hpp"
#include "lib/testing/contract/race.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::second_factor::contract {

using namespace std::chrono_literals;
using testing::noon;
using testing::nth;

inline const UserId ada = nth<UserId>(1);
inline const UserId bob = nth<UserId>(2);
inline const UserId nobody = nth<UserId>(77);

inline FeatureDigest digest(std::uint64_t n) { return testing::nth_digest<FeatureDigest>(n); }
inline FactorId factor_id(std::uint64_t n) { return nth<FactorId>(n); }
inline DeviceId device_id(std::uint64_t n) { return nth<DeviceId>(n); }

inline Ticket ticket(std::uint64_t n, const UserId& user = ada, UtcTime now = noon) {
  return {.digest = digest(n),
          .user = user,
          .security_version = 7,
          .methods = "password",
          .promise = "login",
          .created_at = now,
          .expires_at = now + 10min};
}

/// A code that was sent to the n-th factor.
inline TicketCode sent_code(std::uint64_t n, UtcTime expires_at = noon + 5min) {
  return {.digest = digest(n + 1'000), .factor = factor_id(n), .expires_at = expires_at};
}

inline Factor factor(std::uint64_t n, const UserId& user = ada, const std::string& kind = "totp",
                     UtcTime now = noon) {
  return {.id = factor_id(n),
          .user = user,
          .kind = kind,
          .sealed_secret = "sealed " + std::to_string(n),
          .created_at = now,
          .pending_until = now + 10min};
}

inline Device device(std::uint64_t n, const UserId& user = ada, UtcTime now = noon) {
  return {.id = device_id(n),
          .user = user,
          .digest = digest(n),
          .security_version = 7,
          .created_at = now,
          .expires_at = now + 24h * 30,
          .last_used_at = now};
}

/// Few are free, so that a test is short.
inline constexpr FailurePolicy policy{
    .free = 3, .first_wait = 60s, .longest_wait = 200s, .stop = 7};

/// A Store with two users, and the rows over it.
struct Trial {
  explicit Trial(FactorHarness& harness)
      : store(harness.fresh()), factors(harness.factors_over(*store)) {
    for (const std::uint64_t n : {1, 2}) {
      store->transact(
          [&](Transaction& tx) { static_cast<void>(tx.users().create_user(testing::user(n))); });
    }
  }

  template <class Work>
  auto alone(Work work) const {
    return testing::patiently(*store, [&](Transaction& tx) { return work(*factors->in(tx)); });
  }

  void put(const Ticket& ticket, std::size_t max_live = 10) const {
    alone([&](Factors& rows) { rows.put_ticket(ticket, max_live); });
  }
  [[nodiscard]] std::optional<Ticket> find(std::uint64_t n, UtcTime now = noon) const {
    return alone([&](Factors& rows) { return rows.find_ticket({digest(n)}, now); });
  }
  /// The attempts of the ticket, that one included; 0 if it is dead.
  [[nodiscard]] std::size_t spend(std::uint64_t n, std::size_t max, UtcTime now = noon) const {
    const auto spent =
        alone([&](Factors& rows) { return rows.spend_attempt(digest(n), max, now); });
    return spent ? spent->attempts : 0;
  }
  [[nodiscard]] std::optional<Ticket> redeem(std::uint64_t n, UtcTime now = noon) const {
    return alone([&](Factors& rows) { return rows.redeem(digest(n), now); });
  }
  [[nodiscard]] bool put_code(std::uint64_t n, const TicketCode& code, UtcTime now = noon) const {
    return alone([&](Factors& rows) { return rows.put_code(digest(n), code, now); });
  }
  /// Whether the guess at the code of a ticket may be compared.
  [[nodiscard]] bool guess(std::uint64_t n, std::uint64_t factor, const GuessLimits& limits,
                           UtcTime now = noon) const {
    return alone([&](Factors& rows) {
      return rows.try_code(digest(n), factor_id(factor), limits, now).has_value();
    });
  }
  [[nodiscard]] Attempt attempt(UtcTime now = noon, bool known = false, const UserId& user = ada,
                                const FailurePolicy& rules = policy) const {
    return alone([&](Factors& rows) { return rows.begin_attempt(user, known, rules, now); });
  }

  [[nodiscard]] AddOutcome add(const Factor& factor, std::size_t max = 3) const {
    return alone([&](Factors& rows) { return rows.add_factor(factor, max); });
  }
  [[nodiscard]] bool confirm(std::uint64_t n, UtcTime now = noon, const UserId& user = ada,
                             std::int64_t step = 100) const {
    return alone([&](Factors& rows) { return rows.confirm_factor(user, factor_id(n), step, now); });
  }
  /// One that is confirmed.
  void enrol(const Factor& factor, UtcTime now = noon) const {
    REQUIRE(add(factor, 100) == AddOutcome::added);
    REQUIRE(alone(
        [&](Factors& rows) { return rows.confirm_factor(factor.user, factor.id, 100, now); }));
  }
  [[nodiscard]] bool accept(std::uint64_t n, std::int64_t step, const UserId& user = ada) const {
    return alone([&](Factors& rows) { return rows.accept_step(user, factor_id(n), step, noon); });
  }
  /// The ids of the user's factors.
  [[nodiscard]] std::vector<FactorId> ids(const UserId& user = ada, UtcTime now = noon) const {
    std::vector<FactorId> listed;
    for (const auto& factor : alone([&](Factors& rows) { return rows.list_factors(user, now); })) {
      listed.push_back(factor.id);
    }
    return listed;
  }

  void set_codes(const std::vector<FeatureDigest>& digests, const UserId& user = ada) const {
    alone([&](Factors& rows) { rows.replace_recovery_codes(user, digests, noon); });
  }
  [[nodiscard]] std::optional<std::size_t> spend_code(const std::vector<FeatureDigest>& digests,
                                                      const UserId& user = ada) const {
    return alone([&](Factors& rows) { return rows.spend_recovery_code(user, digests); });
  }
  [[nodiscard]] std::size_t codes_left(const UserId& user = ada) const {
    return alone([&](Factors& rows) { return rows.count_recovery_codes(user); });
  }

  void trust(const Device& device, std::size_t max = 20) const {
    alone([&](Factors& rows) { rows.trust(device, max); });
  }
  [[nodiscard]] bool knows(std::uint64_t n, UtcTime now = noon, const UserId& user = ada,
                           std::int64_t security_version = 7) const {
    return alone([&](Factors& rows) {
      return rows.use_device(user, {digest(999), digest(n)}, security_version, now);
    });
  }
  [[nodiscard]] std::vector<Device> devices(UtcTime now = noon, const UserId& user = ada) const {
    return alone([&](Factors& rows) { return rows.list_devices(user, 7, now); });
  }
  [[nodiscard]] std::size_t clean(std::size_t limit, UtcTime now) const {
    return alone([&](Factors& rows) { return rows.delete_expired(limit, now); });
  }

  std::unique_ptr<Store> store;
  std::unique_ptr<FactorStore> factors;
};

/// Tickets, codes that were sent, and counters.
void ticket_promises(FactorHarness& harness);
/// Factors, recovery codes and devices.
void factor_promises(FactorHarness& harness);
/// What many threads at once may do once, or so many times.
void races(FactorHarness& harness);

}  // namespace coffeeauth::second_factor::contract
