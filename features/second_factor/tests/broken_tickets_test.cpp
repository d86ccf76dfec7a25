// Tickets, codes and counters that are wrong in one way each. The contract must reject them all.

#include <algorithm>

#include "features/second_factor/tests/broken_factors.hpp"

namespace coffeeauth::second_factor {
namespace {

using Digests = std::vector<FeatureDigest>;

struct RacyRedeem : Sound {
  using Sound::Sound;
  std::optional<Ticket> redeem(const FeatureDigest& digest, UtcTime now) override {
    return look_then_leap([&] { return rows->redeem(digest, now); });
  }
};
struct RacyAttempt : Sound {
  using Sound::Sound;
  std::optional<Ticket> spend_attempt(const FeatureDigest& digest, std::size_t max,
                                      UtcTime now) override {
    return look_then_leap([&] { return rows->spend_attempt(digest, max, now); });
  }
};
struct RacyGuess : Sound {
  using Sound::Sound;
  std::optional<Ticket> try_code(const FeatureDigest& ticket, const FactorId& factor,
                                 const GuessLimits& limits, UtcTime now) override {
    return look_then_leap([&] { return rows->try_code(ticket, factor, limits, now); });
  }
};
/// The counter is read, and written later.
struct RacyFailures : Sound {
  using Sound::Sound;
  Attempt begin_attempt(const UserId& user, bool known, const FailurePolicy& policy,
                        UtcTime now) override {
    return look_then_leap([&] { return rows->begin_attempt(user, known, policy, now); });
  }
};
struct RacyNotice : Sound {
  using Sound::Sound;
  bool take_notice(const UserId& user, std::chrono::seconds pause, UtcTime now) override {
    return look_then_leap([&] { return rows->take_notice(user, pause, now); });
  }
};

struct ForgetsTheSession : Sound {
  using Sound::Sound;
  void put_ticket(const Ticket& ticket, std::size_t max_live) override {
    auto kept = ticket;
    kept.session.reset();
    rows->put_ticket(kept, max_live);
  }
};
struct FindsTheOverTicket : Sound {
  using Sound::Sound;
  std::optional<Ticket> find_ticket(const Digests& digests, UtcTime) override {
    return rows->find_ticket(digests, long_ago);
  }
};
struct LooksAtOneDigest : Sound {
  using Sound::Sound;
  std::optional<Ticket> find_ticket(const Digests& digests, UtcTime now) override {
    return rows->find_ticket({digests.front()}, now);
  }
};
struct RoomForAllTickets : Sound {
  using Sound::Sound;
  void put_ticket(const Ticket& ticket, std::size_t) override { rows->put_ticket(ticket, no_end); }
};
/// Takes each promise for the same one, and tells the right one.
struct RoomForOnePromise : Sound {
  using Sound::Sound;
  void put_ticket(const Ticket& ticket, std::size_t max_live) override {
    for (const auto n : {1, 2, 3, 4, 5, 6}) {
      auto other = rows->find_ticket({testing::nth_digest<FeatureDigest>(n)}, long_ago);
      if (!other || !(other->user == ticket.user)) continue;
      other->promise = ticket.promise;
      rows->put_ticket(*other, no_end);
    }
    rows->put_ticket(ticket, max_live);
  }
};
struct EndlessAttempts : Sound {
  using Sound::Sound;
  std::optional<Ticket> spend_attempt(const FeatureDigest& digest, std::size_t,
                                      UtcTime now) override {
    return rows->spend_attempt(digest, no_end, now);
  }
};
struct AttemptsTheOver : Sound {
  using Sound::Sound;
  std::optional<Ticket> spend_attempt(const FeatureDigest& digest, std::size_t max,
                                      UtcTime) override {
    return rows->spend_attempt(digest, max, long_ago);
  }
};
struct RedeemsTwice : Sound {
  using Sound::Sound;
  std::optional<Ticket> redeem(const FeatureDigest& digest, UtcTime now) override {
    return rows->find_ticket({digest}, now);
  }
};
struct RedeemsTheOver : Sound {
  using Sound::Sound;
  std::optional<Ticket> redeem(const FeatureDigest& digest, UtcTime) override {
    return rows->redeem(digest, long_ago);
  }
};
struct DropsEverybodys : Sound {
  using Sound::Sound;
  std::size_t drop_tickets(const UserId&) override {
    std::size_t dropped = 0;
    for (const auto& user : everybody) dropped += rows->drop_tickets(user);
    return dropped;
  }
};

struct EndlessGuesses : Sound {
  using Sound::Sound;
  std::optional<Ticket> try_code(const FeatureDigest& ticket, const FactorId& factor,
                                 const GuessLimits& limits, UtcTime now) override {
    return rows->try_code(ticket, factor, {.per_code = no_end, .per_day = limits.per_day}, now);
  }
};
/// As if each ticket began a day.
struct RefillsTheDay : Sound {
  using Sound::Sound;
  std::optional<Ticket> try_code(const FeatureDigest& ticket, const FactorId& factor,
                                 const GuessLimits& limits, UtcTime now) override {
    const GuessLimits of_code{std::min(limits.per_code, limits.per_day), no_end};
    return rows->try_code(ticket, factor, of_code, now);
  }
};
struct GuessesForAnyFactor : Sound {
  using Sound::Sound;
  std::optional<Ticket> try_code(const FeatureDigest& ticket, const FactorId& factor,
                                 const GuessLimits& limits, UtcTime now) override {
    const auto found = rows->find_ticket({ticket}, now);
    const bool has_code = found && found->code;
    return rows->try_code(ticket, has_code ? found->code->factor : factor, limits, now);
  }
};
struct GuessesForEver : Sound {
  using Sound::Sound;
  bool put_code(const FeatureDigest& ticket, const TicketCode& code, UtcTime now) override {
    auto kept = code;
    kept.expires_at = UtcTime::max();
    return rows->put_code(ticket, kept, now);
  }
  std::optional<Ticket> find_ticket(const Digests& digests, UtcTime now) override {
    auto found = rows->find_ticket(digests, now);
    if (found && found->code) found->code->expires_at = found->created_at + 5min;
    return found;
  }
};

struct EndlessFailures : Sound {
  using Sound::Sound;
  Attempt begin_attempt(const UserId& user, bool known, const FailurePolicy& policy,
                        UtcTime now) override {
    auto other = policy;
    other.stop = no_end;
    return rows->begin_attempt(user, known, other, now);
  }
};
struct WaitsForNothing : Sound {
  using Sound::Sound;
  Attempt begin_attempt(const UserId& user, bool known, const FailurePolicy& policy,
                        UtcTime now) override {
    auto other = policy;
    other.free = no_end;
    return rows->begin_attempt(user, known, other, now);
  }
};
struct WaitsAlike : Sound {
  using Sound::Sound;
  Attempt begin_attempt(const UserId& user, bool known, const FailurePolicy& policy,
                        UtcTime now) override {
    auto other = policy;
    other.longest_wait = policy.first_wait;
    return rows->begin_attempt(user, known, other, now);
  }
};
struct WaitsWithoutEnd : Sound {
  using Sound::Sound;
  Attempt begin_attempt(const UserId& user, bool known, const FailurePolicy& policy,
                        UtcTime now) override {
    auto other = policy;
    other.longest_wait = 24h * 365;
    return rows->begin_attempt(user, known, other, now);
  }
};
struct OneCounter : Sound {
  using Sound::Sound;
  Attempt begin_attempt(const UserId& user, bool, const FailurePolicy& policy,
                        UtcTime now) override {
    return rows->begin_attempt(user, false, policy, now);
  }
};
struct ClearsBoth : Sound {
  using Sound::Sound;
  void passed(const UserId& user, bool) override { rows->unlock(user); }
};
struct ClearsNothing : Sound {
  using Sound::Sound;
  void passed(const UserId&, bool) override {}
};
struct TellsAlways : Sound {
  using Sound::Sound;
  bool take_notice(const UserId& user, std::chrono::seconds, UtcTime now) override {
    return rows->take_notice(user, 0s, now);
  }
};
struct TellsOnce : Sound {
  using Sound::Sound;
  bool take_notice(const UserId& user, std::chrono::seconds, UtcTime now) override {
    return rows->take_notice(user, 24h * 365, now);
  }
};
struct RedeemsApart : Sound {
  using Sound::Sound;
  std::optional<Ticket> redeem(const FeatureDigest& digest, UtcTime now) override {
    auto done = rows->redeem(digest, now);
    work.commit();
    work.begin_again();
    return done;
  }
};

TEST_CASE("the rows that the broken ones are made from are sound") {
  BrokenHarness<Sound> harness;
  factor_contract(harness);
}

REJECTED("tickets that are looked for first and redeemed later", RacyRedeem)
REJECTED("tickets of which an attempt is looked at first and counted later", RacyAttempt)
REJECTED("codes of which a guess is looked at first and counted later", RacyGuess)
REJECTED("failures that are read first and written later", RacyFailures)
REJECTED("notices that are looked for first and noted later", RacyNotice)
REJECTED("tickets that forget who asked", ForgetsTheSession)
REJECTED("tickets that are found when they are over", FindsTheOverTicket)
REJECTED("tickets of which one digest is looked at", LooksAtOneDigest)
REJECTED("tickets for which there is always room", RoomForAllTickets)
REJECTED("tickets that make room for those of any promise", RoomForOnePromise)
REJECTED("tickets whose attempts have no end", EndlessAttempts)
REJECTED("tickets that are tried when they are over", AttemptsTheOver)
REJECTED("tickets that stay when they are redeemed", RedeemsTwice)
REJECTED("tickets that are redeemed when they are over", RedeemsTheOver)
REJECTED("tickets that are dropped for every account", DropsEverybodys)
REJECTED("codes that are guessed at without end", EndlessGuesses)
REJECTED("codes that refill the guesses of a day", RefillsTheDay)
REJECTED("codes that are good for any factor", GuessesForAnyFactor)
REJECTED("codes that are good for ever", GuessesForEver)
REJECTED("failures that never stop", EndlessFailures)
REJECTED("failures that make no wait", WaitsForNothing)
REJECTED("failures that make one wait like the other", WaitsAlike)
REJECTED("failures whose wait has no end", WaitsWithoutEnd)
REJECTED("failures that are counted together from all networks", OneCounter)
REJECTED("failures that are cleared together from all networks", ClearsBoth)
REJECTED("failures that are not cleared", ClearsNothing)
REJECTED("notices that are always due", TellsAlways)
REJECTED("notices that are due once for ever", TellsOnce)
REJECTED("tickets that are redeemed whatever becomes of the transaction", RedeemsApart)

}  // namespace
}  // namespace coffeeauth::second_factor
