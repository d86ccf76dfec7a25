// Rows of the room that are wrong in one way each. The contract must reject them all.

#include <algorithm>
#include <chrono>
#include <memory>

#include "coffeeauth/email_login/contract.hpp"
#include "coffeeauth/email_login/memory.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "lib/testing/contract/samples.hpp"
#include "tests/broken/work_store.hpp"

namespace coffeeauth::email_login {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t no_end = 1'000'000;
/// Before any ticket is over.
constexpr UtcTime long_ago{};

/// Right rows, of which each broken one below changes a verb.
struct Sound : Tickets {
  Sound(TicketStore& store, broken::Work& inner) : rows(store.in(inner)), work(inner) {}

  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    return rows->take_slot(user, request, pace, now);
  }
  void put(const Ticket& ticket) override { rows->put(ticket); }
  std::optional<Ticket> find(const std::vector<FeatureDigest>& links, UtcTime now) override {
    return rows->find(links, now);
  }
  bool redeem(const FeatureDigest& link, UtcTime now) override { return rows->redeem(link, now); }
  std::optional<Ticket> count_guess(const std::vector<FeatureDigest>& logins,
                                    const GuessLimits& limits, UtcTime now) override {
    return rows->count_guess(logins, limits, now);
  }
  std::size_t count_live(UtcTime now) override { return rows->count_live(now); }
  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    return rows->delete_expired(limit, now);
  }

  template <class Verb>
  auto look_then_leap(Verb verb) {
    return broken::look_then_leap(work, verb);
  }

  std::unique_ptr<Tickets> rows;
  broken::Work& work;
};

template <class Broken>
class BrokenTickets final : public TicketStore {
 public:
  explicit BrokenTickets(Store& store) : inner_(make_memory_tickets(store)) {}
  std::unique_ptr<Tickets> in(Transaction& transaction) override {
    return std::make_unique<Broken>(*inner_, dynamic_cast<broken::Work&>(transaction));
  }

 private:
  std::unique_ptr<TicketStore> inner_;
};

template <class Broken>
class BrokenHarness final : public TicketHarness {
 public:
  std::unique_ptr<Store> fresh() override { return std::make_unique<broken::WorkStore>(); }
  std::unique_ptr<TicketStore> tickets_over(Store& store) override {
    return std::make_unique<BrokenTickets<Broken>>(store);
  }
};

struct RacyRedeem : Sound {
  using Sound::Sound;
  bool redeem(const FeatureDigest& link, UtcTime now) override {
    return look_then_leap([&] { return rows->redeem(link, now); });
  }
};
struct RacyGuess : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const std::vector<FeatureDigest>& logins,
                                    const GuessLimits& limits, UtcTime now) override {
    return look_then_leap([&] { return rows->count_guess(logins, limits, now); });
  }
};
struct RacyMail : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    return look_then_leap([&] { return rows->take_slot(user, request, pace, now); });
  }
};
struct RedeemsTwice : Sound {
  using Sound::Sound;
  bool redeem(const FeatureDigest& link, UtcTime now) override {
    return rows->find({link}, now).has_value();
  }
};
struct RedeemsTheOver : Sound {
  using Sound::Sound;
  bool redeem(const FeatureDigest& link, UtcTime) override { return rows->redeem(link, long_ago); }
};
struct FindsTheOver : Sound {
  using Sound::Sound;
  std::optional<Ticket> find(const std::vector<FeatureDigest>& links, UtcTime) override {
    return rows->find(links, long_ago);
  }
};
struct GuessesAtTheOver : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const std::vector<FeatureDigest>& logins,
                                    const GuessLimits& limits, UtcTime now) override {
    return rows->count_guess(logins, limits, std::min<UtcTime>(now, testing::noon + 9min));
  }
};
struct LooksAtOneLink : Sound {
  using Sound::Sound;
  std::optional<Ticket> find(const std::vector<FeatureDigest>& links, UtcTime now) override {
    return rows->find({links.front()}, now);
  }
};
struct LooksAtOneLogin : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const std::vector<FeatureDigest>& logins,
                                    const GuessLimits& limits, UtcTime now) override {
    return rows->count_guess({logins.front()}, limits, now);
  }
};
struct ForgetsTheVersion : Sound {
  using Sound::Sound;
  void put(const Ticket& ticket) override {
    auto kept = ticket;
    kept.security_version = 0;
    rows->put(kept);
  }
};
/// By the links of the contract, of which Ada's are 1 to 3.
struct KeepsTheFirst : Sound {
  using Sound::Sound;
  void put(const Ticket& ticket) override {
    for (const std::uint64_t n : {1, 2, 3}) {
      const auto before = rows->find({testing::nth_digest<FeatureDigest>(n)}, ticket.created_at);
      if (before && before->user == ticket.user) return;
    }
    rows->put(ticket);
  }
};
struct EndlessGuesses : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const std::vector<FeatureDigest>& logins,
                                    const GuessLimits& limits, UtcTime now) override {
    return rows->count_guess(logins, {.per_code = no_end, .per_day = limits.per_day}, now);
  }
};
struct EndlessDay : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const std::vector<FeatureDigest>& logins,
                                    const GuessLimits& limits, UtcTime now) override {
    return rows->count_guess(logins, {.per_code = limits.per_code, .per_day = no_end}, now);
  }
};
/// As if each ticket began a day.
struct RefillsTheDay : Sound {
  using Sound::Sound;
  std::optional<Ticket> count_guess(const std::vector<FeatureDigest>& logins,
                                    const GuessLimits& limits, UtcTime now) override {
    const GuessLimits of_code{std::min(limits.per_code, limits.per_day), no_end};
    return rows->count_guess(logins, of_code, now);
  }
};
struct NoPause : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto other = pace;
    other.pause = 0s;
    return rows->take_slot(user, request, other, now);
  }
};
struct EndlessHour : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto other = pace;
    other.per_hour = no_end;
    return rows->take_slot(user, request, other, now);
  }
};
struct EndlessMails : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto other = pace;
    other.per_day = no_end;
    return rows->take_slot(user, request, other, now);
  }
};
struct OneShare : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    return rows->take_slot(user, {.network = request.network, .max_networks = 0}, pace, now);
  }
};
struct OwnersAreStrangers : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto like_any = request;
    like_any.by_owner = false;
    return rows->take_slot(user, like_any, pace, now);
  }
};
struct AShareForEach : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    return rows->take_slot(user, {.network = request.network, .max_networks = no_end}, pace, now);
  }
};
struct CountsTheOver : Sound {
  using Sound::Sound;
  std::size_t count_live(UtcTime) override { return rows->count_live(UtcTime{}); }
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
  bool redeem(const FeatureDigest& link, UtcTime now) override {
    const bool done = rows->redeem(link, now);
    work.commit();
    work.begin_again();
    return done;
  }
};

TEST_CASE("the tickets that the broken ones are made from are sound") {
  BrokenHarness<Sound> harness;
  ticket_contract(harness);
}

#define REJECTED(name, Broken)                                           \
  TEST_CASE("the suite rejects tickets " name* doctest::should_fail()) { \
    BrokenHarness<Broken> harness;                                       \
    ticket_contract(harness);                                            \
  }

REJECTED("that are looked for first and redeemed later", RacyRedeem)
REJECTED("of which a guess is looked at first and counted later", RacyGuess)
REJECTED("of which a mail is looked at first and counted later", RacyMail)
REJECTED("that stay when they are redeemed", RedeemsTwice)
REJECTED("that are redeemed when they are over", RedeemsTheOver)
REJECTED("that are found when they are over", FindsTheOver)
REJECTED("that are guessed at when they are over", GuessesAtTheOver)
REJECTED("of which one link is looked at", LooksAtOneLink)
REJECTED("of which one login token is looked at", LooksAtOneLogin)
REJECTED("that forget the version of the account", ForgetsTheVersion)
REJECTED("that no newer one replaces", KeepsTheFirst)
REJECTED("whose codes are guessed at without end", EndlessGuesses)
REJECTED("whose codes are guessed at all day", EndlessDay)
REJECTED("that refill the guesses of a day", RefillsTheDay)
REJECTED("whose mails have no pause", NoPause)
REJECTED("whose mails have no end in an hour", EndlessHour)
REJECTED("whose mails have no end in a day", EndlessMails)
REJECTED("whose mails have one share for all networks", OneShare)
REJECTED("whose mails have a share for every network", AShareForEach)
REJECTED("whose mails have no share for the account itself", OwnersAreStrangers)
REJECTED("that are counted when they are over", CountsTheOver)
REJECTED("that are cleaned up all at once", CleansTooMuch)
REJECTED("that are cleaned up too early", CleansTooEarly)
REJECTED("that keep their counts", KeepsCounts)
REJECTED("that are redeemed whatever becomes of the transaction", WritesApart)

}  // namespace
}  // namespace coffeeauth::email_login
