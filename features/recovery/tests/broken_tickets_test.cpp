// Rows of the room that are wrong in one way each. The contract must reject them all.

#include <algorithm>

#include "features/recovery/tests/broken_tickets.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::recovery {
namespace {

constexpr TicketKind all_kinds[]{TicketKind::reset, TicketKind::email_change, TicketKind::undo};
/// Before any ticket is over.
constexpr UtcTime long_ago{};

struct RacyRedeem : Sound {
  using Sound::Sound;
  bool redeem(TicketKind kind, const FeatureDigest& digest, UtcTime now) override {
    return look_then_leap([&] { return rows->redeem(kind, digest, now); });
  }
};
struct RacyGuess : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const UserId& user, TicketKind kind, const GuessLimits& limits,
                                    UtcTime now) override {
    return look_then_leap([&] { return rows->count_guess(user, kind, limits, now); });
  }
};

struct RedeemsTwice : Sound {
  using Sound::Sound;
  bool redeem(TicketKind kind, const FeatureDigest& digest, UtcTime now) override {
    return rows->find(kind, {digest}, now).has_value();
  }
};
struct RedeemsTheOver : Sound {
  using Sound::Sound;
  bool redeem(TicketKind kind, const FeatureDigest& digest, UtcTime) override {
    return rows->redeem(kind, digest, long_ago);
  }
};
struct FindsTheOver : Sound {
  using Sound::Sound;
  std::optional<Ticket> find(TicketKind kind, const std::vector<FeatureDigest>& digests,
                             UtcTime) override {
    return rows->find(kind, digests, long_ago);
  }
};
struct ListsTheOver : Sound {
  using Sound::Sound;
  std::vector<Ticket> list(const UserId& user, TicketKind kind, UtcTime) override {
    return rows->list(user, kind, long_ago);
  }
};
struct GuessesAtTheOver : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const UserId& user, TicketKind kind, const GuessLimits& limits,
                                    UtcTime now) override {
    const auto listed = rows->list(user, kind, long_ago);
    const bool is_over = !listed.empty() && listed.front().expires_at <= now;
    return is_over ? std::optional{listed.front()} : rows->count_guess(user, kind, limits, now);
  }
};
struct RedeemsAnyKind : Sound {
  using Sound::Sound;
  bool redeem(TicketKind, const FeatureDigest& digest, UtcTime now) override {
    for (const auto kind : all_kinds) {
      if (rows->redeem(kind, digest, now)) return true;
    }
    return false;
  }
};
struct FindsAnyKind : Sound {
  using Sound::Sound;
  std::optional<Ticket> find(TicketKind, const std::vector<FeatureDigest>& digests,
                             UtcTime now) override {
    for (const auto kind : all_kinds) {
      if (auto found = rows->find(kind, digests, now)) return found;
    }
    return std::nullopt;
  }
};
struct GuessesAtAnyKind : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const UserId& user, TicketKind, const GuessLimits& limits,
                                    UtcTime now) override {
    for (const auto kind : all_kinds) {
      if (auto found = rows->count_guess(user, kind, limits, now)) return found;
    }
    return std::nullopt;
  }
};
struct LooksAtOneDigest : Sound {
  using Sound::Sound;
  std::optional<Ticket> find(TicketKind kind, const std::vector<FeatureDigest>& digests,
                             UtcTime now) override {
    return rows->find(kind, {digests.front()}, now);
  }
};
struct ForgetsTheSession : Sound {
  using Sound::Sound;
  void put(const Ticket& ticket) override {
    auto kept = ticket;
    kept.session.reset();
    rows->put(kept);
  }
};
struct ForgetsTheSecondFactor : Sound {
  using Sound::Sound;
  void put(const Ticket& ticket) override {
    auto kept = ticket;
    kept.second_factor_done = false;
    rows->put(kept);
  }
};
struct ForgetsWhenAsked : Sound {
  using Sound::Sound;
  void put(const Ticket& ticket) override {
    auto kept = ticket;
    kept.asked_at.reset();
    rows->put(kept);
  }
};
/// As a row that is written over, of which one column is left out.
struct KeepsTheSecondFactor : Sound {
  using Sound::Sound;
  void put(const Ticket& ticket) override {
    auto kept = ticket;
    for (const auto& before : rows->list(ticket.user, ticket.kind, ticket.created_at)) {
      kept.second_factor_done |= before.second_factor_done;
    }
    rows->put(kept);
  }
};
struct KeepsTheFirst : Sound {
  using Sound::Sound;
  void put(const Ticket& ticket) override {
    const bool waits = !rows->list(ticket.user, ticket.kind, ticket.created_at).empty();
    if (ticket.kind == TicketKind::undo || !waits) rows->put(ticket);
  }
};
struct OneUndoAtATime : Sound {
  using Sound::Sound;
  void put(const Ticket& ticket) override {
    if (ticket.kind == TicketKind::undo) rows->drop(ticket.user, ticket.kind, 0);
    rows->put(ticket);
  }
};
struct ReplacesEveryKind : Sound {
  using Sound::Sound;
  void put(const Ticket& ticket) override {
    for (const auto kind : all_kinds) {
      if (kind != ticket.kind) rows->drop(ticket.user, kind, 0);
    }
    rows->put(ticket);
  }
};
struct EndlessGuesses : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const UserId& user, TicketKind kind, const GuessLimits& limits,
                                    UtcTime now) override {
    return rows->count_guess(user, kind, {.per_code = no_end, .per_day = limits.per_day}, now);
  }
};
struct EndlessDay : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const UserId& user, TicketKind kind, const GuessLimits& limits,
                                    UtcTime now) override {
    return rows->count_guess(user, kind, {.per_code = limits.per_code, .per_day = no_end}, now);
  }
};
/// As if each ticket began a day.
struct RefillsTheDay : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const UserId& user, TicketKind kind, const GuessLimits& limits,
                                    UtcTime now) override {
    const GuessLimits of_code{std::min(limits.per_code, limits.per_day), no_end};
    return rows->count_guess(user, kind, of_code, now);
  }
};
struct DropsWhateverVersion : Sound {
  using Sound::Sound;
  std::size_t drop(const UserId& user, TicketKind kind, std::int64_t) override {
    return rows->drop(user, kind, 0);
  }
};
struct ListsTheOldestFirst : Sound {
  using Sound::Sound;
  std::vector<Ticket> list(const UserId& user, TicketKind kind, UtcTime now) override {
    auto listed = rows->list(user, kind, now);
    return {listed.rbegin(), listed.rend()};
  }
};
struct ReservesForTheFirst : Sound {
  using Sound::Sound;
  void reserve(const EmailAddress& email, const UserId& user, UtcTime until) override {
    const auto holder = rows->holder_of(email, long_ago);
    rows->reserve(email, holder.value_or(user), until);
  }
};
struct ReservesForEver : Sound {
  using Sound::Sound;
  std::optional<UserId> holder_of(const EmailAddress& email, UtcTime) override {
    return rows->holder_of(email, long_ago);
  }
};
struct CountsTheOver : Sound {
  using Sound::Sound;
  std::size_t count_live(TicketKind kind, UtcTime) override {
    return rows->count_live(kind, UtcTime{});
  }
};
struct CountsAllKinds : Sound {
  using Sound::Sound;
  std::size_t count_live(TicketKind, UtcTime now) override {
    return rows->count_live(TicketKind::undo, now);
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
/// Cleans up tickets alone, which are over sooner than any count.
struct KeepsCounts : Sound {
  using Sound::Sound;
  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    return rows->delete_expired(limit, std::min<UtcTime>(now, testing::noon + 12h));
  }
};
struct WritesApart : Sound {
  using Sound::Sound;
  bool redeem(TicketKind kind, const FeatureDigest& digest, UtcTime now) override {
    const bool done = rows->redeem(kind, digest, now);
    work.commit();
    work.begin_again();
    return done;
  }
};

TEST_CASE("the tickets that the broken ones are made from are sound") {
  BrokenHarness<Sound> harness;
  ticket_contract(harness);
}

REJECTED("that are looked for first and redeemed later", RacyRedeem)
REJECTED("of which a guess is looked at first and counted later", RacyGuess)
REJECTED("that stay when they are redeemed", RedeemsTwice)
REJECTED("that are redeemed when they are over", RedeemsTheOver)
REJECTED("that are found when they are over", FindsTheOver)
REJECTED("that are listed when they are over", ListsTheOver)
REJECTED("that are guessed at when they are over", GuessesAtTheOver)
REJECTED("that are redeemed as any kind", RedeemsAnyKind)
REJECTED("that are found as any kind", FindsAnyKind)
REJECTED("that are guessed at as any kind", GuessesAtAnyKind)
REJECTED("of which one digest is looked at", LooksAtOneDigest)
REJECTED("that forget who asked", ForgetsTheSession)
REJECTED("that forget a second factor", ForgetsTheSecondFactor)
REJECTED("that forget when a change was asked for", ForgetsWhenAsked)
REJECTED("that keep the second factor of the ticket before", KeepsTheSecondFactor)
REJECTED("that no newer one replaces", KeepsTheFirst)
REJECTED("of which one change at a time can be undone", OneUndoAtATime)
REJECTED("that replace those of other kinds", ReplacesEveryKind)
REJECTED("whose codes are guessed at without end", EndlessGuesses)
REJECTED("whose codes are guessed at all day", EndlessDay)
REJECTED("that refill the guesses of a day", RefillsTheDay)
REJECTED("that are dropped whatever their security version", DropsWhateverVersion)
REJECTED("that are listed in another order", ListsTheOldestFirst)
REJECTED("that keep their counts", KeepsCounts)
REJECTED("that reserve an address for whoever had it first", ReservesForTheFirst)
REJECTED("that reserve an address for ever", ReservesForEver)
REJECTED("that are counted when they are over", CountsTheOver)
REJECTED("that are counted for any kind", CountsAllKinds)
REJECTED("that are cleaned up all at once", CleansTooMuch)
REJECTED("that are cleaned up too early", CleansTooEarly)
REJECTED("that are redeemed whatever becomes of the transaction", WritesApart)

}  // namespace
}  // namespace coffeeauth::recovery
