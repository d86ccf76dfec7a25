// Rows of the room that are wrong in one way each. The contract must reject them all.

#include <chrono>

#include "coffeeauth/recovery/contract.hpp"
#include "coffeeauth/recovery/memory.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "features/recovery/tests/passed_on.hpp"
#include "lib/testing/contract/samples.hpp"
#include "tests/broken/work_store.hpp"

namespace coffeeauth::recovery {
namespace {

using namespace std::chrono_literals;
using broken::Work;
using broken::WorkStore;

/// Right rows, of which each broken one below changes a verb.
class Sound : public PassedOn {
 public:
  Sound(TicketStore& store, Work& inner) : PassedOn(store.in(inner)), work(inner) {}

 protected:
  template <class Verb>
  auto look_then_leap(Verb verb) {
    return broken::look_then_leap(work, verb);
  }

  Work& work;
};

constexpr TicketKind all_kinds[]{TicketKind::reset, TicketKind::email_change, TicketKind::undo};
constexpr std::size_t no_end = 1'000'000;
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
struct RacySlot : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    return look_then_leap([&] { return rows->take_slot(user, request, pace, now); });
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
struct NoPause : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto hasty = pace;
    hasty.pause = {};
    return rows->take_slot(user, request, hasty, now);
  }
};
struct EndlessHour : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto hasty = pace;
    hasty.per_hour = no_end;
    return rows->take_slot(user, request, hasty, now);
  }
};
struct EndlessMails : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto hasty = pace;
    hasty.per_day = no_end;
    return rows->take_slot(user, request, hasty, now);
  }
};
/// As if what an administrator sends were what somebody asked for.
struct OnePaceForResets : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto other = request;
    if (other.purpose != MailPurpose::email_change) other.purpose = MailPurpose::reset;
    return rows->take_slot(user, other, pace, now);
  }
};
struct OnePaceForAllPurposes : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto other = request;
    other.purpose = MailPurpose::reset;
    return rows->take_slot(user, other, pace, now);
  }
};
struct RacyShares : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    if (!request.network) return rows->take_slot(user, request, pace, now);
    return look_then_leap([&] { return rows->take_slot(user, request, pace, now); });
  }
};
struct OneShareForAll : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    return rows->take_slot(user, {request.purpose}, pace, now);
  }
};
struct EndlessShares : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto other = request;
    other.max_networks = no_end;
    return rows->take_slot(user, other, pace, now);
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

template <class Broken>
class BrokenTickets final : public TicketStore {
 public:
  explicit BrokenTickets(Store& store) : inner_(make_memory_tickets(store)) {}
  std::unique_ptr<Tickets> in(Transaction& transaction) override {
    return std::make_unique<Broken>(*inner_, dynamic_cast<Work&>(transaction));
  }

 private:
  std::unique_ptr<TicketStore> inner_;
};

template <class Broken>
class BrokenHarness final : public TicketHarness {
 public:
  std::unique_ptr<Store> fresh() override { return std::make_unique<WorkStore>(); }
  std::unique_ptr<TicketStore> tickets_over(Store& store) override {
    return std::make_unique<BrokenTickets<Broken>>(store);
  }
};

#define REJECTED(name, Broken)                                           \
  TEST_CASE("the suite rejects tickets " name* doctest::should_fail()) { \
    BrokenHarness<Broken> harness;                                       \
    ticket_contract(harness);                                            \
  }

TEST_CASE("the tickets that the broken ones are made from are sound") {
  BrokenHarness<Sound> harness;
  ticket_contract(harness);
}

REJECTED("that are looked for first and redeemed later", RacyRedeem)
REJECTED("of which a guess is looked at first and counted later", RacyGuess)
REJECTED("of which a mail is looked at first and counted later", RacySlot)
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
REJECTED("that no newer one replaces", KeepsTheFirst)
REJECTED("of which one change at a time can be undone", OneUndoAtATime)
REJECTED("that replace those of other kinds", ReplacesEveryKind)
REJECTED("whose codes are guessed at without end", EndlessGuesses)
REJECTED("whose codes are guessed at all day", EndlessDay)
REJECTED("that refill the guesses of a day", RefillsTheDay)
REJECTED("that are dropped whatever their security version", DropsWhateverVersion)
REJECTED("that are listed in another order", ListsTheOldestFirst)
REJECTED("whose mails have no pause", NoPause)
REJECTED("whose mails have no end in an hour", EndlessHour)
REJECTED("whose mails have no end in a day", EndlessMails)
REJECTED("whose mails of all purposes share one pace", OnePaceForAllPurposes)
REJECTED("whose resets share one pace, whoever sends them", OnePaceForResets)
REJECTED("of which a share is looked at first and counted later", RacyShares)
REJECTED("whose mails have one share for all networks", OneShareForAll)
REJECTED("whose mails have a share for every network", EndlessShares)
REJECTED("that keep their counts", KeepsCounts)
REJECTED("that reserve an address for whoever had it first", ReservesForTheFirst)
REJECTED("that reserve an address for ever", ReservesForEver)
REJECTED("that are cleaned up all at once", CleansTooMuch)
REJECTED("that are cleaned up too early", CleansTooEarly)
REJECTED("that are redeemed whatever becomes of the transaction", WritesApart)

}  // namespace
}  // namespace coffeeauth::recovery
