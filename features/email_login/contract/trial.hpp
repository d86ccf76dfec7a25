#pragma once
/// Trial: what each promise of the tickets is tried with. Private to the contract.

#include "coffeeauth/testing/doctest.hpp"

#include <memory>

#include "coffeeauth/email_login/contract.hpp"
#include "lib/testing/contract/patient.hpp"
#include "lib/testing/contract/race.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::email_login::contract {

using namespace std::chrono_literals;
using testing::noon;
using testing::nth;

inline const UserId ada = nth<UserId>(1);
inline const UserId bob = nth<UserId>(2);

inline FeatureDigest digest(std::uint64_t n) { return testing::nth_digest<FeatureDigest>(n); }
/// Of the n-th ticket's `login`.
inline FeatureDigest login_digest(std::uint64_t n) { return digest(n + 1'000); }

inline Ticket ticket(std::uint64_t n, const UserId& user = ada) {
  return {.user = user,
          .link = digest(n),
          .login = login_digest(n),
          .code = digest(n + 2'000),
          .security_version = 7,
          .created_at = noon,
          .expires_at = noon + 10min};
}

inline constexpr MailPace pace{.pause = 60s, .per_hour = 3, .per_day = 5};
inline constexpr GuessLimits three_a_code{.per_code = 3, .per_day = 50};
inline constexpr GuessLimits three_a_day{.per_code = 50, .per_day = 3};

/// A mail that is requested from the n-th network; two have a share of their own.
inline MailRequest from(std::uint64_t n) { return {.network = digest(n), .max_networks = 2}; }

/// A Store with two users, and the rows over it.
struct Trial {
  explicit Trial(TicketHarness& harness)
      : store(harness.fresh()), tickets(harness.tickets_over(*store)) {
    for (const std::uint64_t n : {1, 2}) {
      store->transact(
          [&](Transaction& tx) { static_cast<void>(tx.users().create_user(testing::user(n))); });
    }
  }

  template <class Work>
  auto alone(Work work) const {
    return testing::patiently(*store, [&](Transaction& tx) { return work(*tickets->in(tx)); });
  }
  void put(const Ticket& one) const {
    alone([&](Tickets& rows) { rows.put(one); });
  }
  [[nodiscard]] bool has(std::uint64_t n, UtcTime now = noon) const {
    return alone([&](Tickets& rows) { return rows.find({digest(n)}, now).has_value(); });
  }
  [[nodiscard]] bool redeem(std::uint64_t n, UtcTime now = noon) const {
    return alone([&](Tickets& rows) { return rows.redeem(digest(n), now); });
  }
  [[nodiscard]] bool take(const MailRequest& request, UtcTime now, const UserId& user = ada,
                          const MailPace& at = pace) const {
    return alone([&](Tickets& rows) { return rows.take_slot(user, request, at, now); });
  }
  /// Whether the guess may be compared.
  [[nodiscard]] bool guess(std::uint64_t n, const GuessLimits& limits, UtcTime now = noon) const {
    return alone([&](Tickets& rows) {
      return rows.count_guess({login_digest(n)}, limits, now).has_value();
    });
  }

  std::unique_ptr<Store> store;
  std::unique_ptr<TicketStore> tickets;
};

/// What many threads at once may do once, or so many times.
void races(TicketHarness& harness);

}  // namespace coffeeauth::email_login::contract
