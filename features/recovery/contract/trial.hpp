#pragma once
/// Trial: what each promise of the tickets is tried with. Private to the contract.

#include "coffeeauth/testing/doctest.hpp"

#include <memory>

#include "coffeeauth/recovery/contract.hpp"
#include "lib/testing/contract/patient.hpp"
#include "lib/testing/contract/race.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::recovery::contract {

using namespace std::chrono_literals;
using testing::address;
using testing::noon;
using testing::nth;

inline const UserId ada = nth<UserId>(1);
inline const UserId bob = nth<UserId>(2);

inline FeatureDigest digest(std::uint64_t n) { return testing::nth_digest<FeatureDigest>(n); }

inline Ticket ticket(TicketKind kind, std::uint64_t n, const UserId& user = ada) {
  return {.digest = digest(n),
          .kind = kind,
          .user = user,
          .security_version = 7,
          .created_at = noon,
          .expires_at = noon + 30min};
}

/// One with a code beside the link.
inline Ticket coded_ticket(TicketKind kind, std::uint64_t n, const UserId& user = ada) {
  auto made = ticket(kind, n, user);
  made.code = digest(n + 1'000);
  return made;
}

inline constexpr MailPace pace{.pause = 60s, .per_hour = 3, .per_day = 5};

/// A mail about a change to the n-th mailbox, which gets `most` in a day.
inline MailRequest to_mailbox(std::uint64_t n, std::size_t most = 2) {
  return {.purpose = MailPurpose::email_change, .target = MailTarget{digest(n), {most, 24h}}};
}

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
  void put(const Ticket& ticket) const {
    alone([&](Tickets& rows) { rows.put(ticket); });
  }
  [[nodiscard]] bool has(TicketKind kind, std::uint64_t n, UtcTime now = noon) const {
    return alone([&](Tickets& rows) { return rows.find(kind, {digest(n)}, now).has_value(); });
  }
  [[nodiscard]] bool redeem(TicketKind kind, std::uint64_t n, UtcTime now = noon) const {
    return alone([&](Tickets& rows) { return rows.redeem(kind, digest(n), now); });
  }
  [[nodiscard]] bool take(const MailRequest& request, UtcTime now, const UserId& user = ada,
                          const MailPace& at = pace) const {
    return alone([&](Tickets& rows) { return rows.take_slot(user, request, at, now); });
  }
  /// Whether the guess may be compared.
  [[nodiscard]] bool guess(TicketKind kind, const GuessLimits& limits, const UserId& user = ada,
                           UtcTime now = noon) const {
    return alone(
        [&](Tickets& rows) { return rows.count_guess(user, kind, limits, now).has_value(); });
  }

  std::unique_ptr<Store> store;
  std::unique_ptr<TicketStore> tickets;
};

/// What many threads at once may do once, or so many times.
void races(TicketHarness& harness);

}  // namespace coffeeauth::recovery::contract
