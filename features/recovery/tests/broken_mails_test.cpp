// Rows of the room that count mails wrongly, in one way each. The contract must reject them all.

#include "features/recovery/tests/broken_tickets.hpp"

namespace coffeeauth::recovery {
namespace {

struct RacySlot : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    return look_then_leap([&] { return rows->take_slot(user, request, pace, now); });
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
struct RacyTarget : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    if (!request.target) return rows->take_slot(user, request, pace, now);
    return look_then_leap([&] { return rows->take_slot(user, request, pace, now); });
  }
};
struct EndlessTarget : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto other = request;
    if (other.target) other.target->limit.count = no_end;
    return rows->take_slot(user, other, pace, now);
  }
};
/// Counts for the mailbox what is not sent, beside a slot that has a pace without an end.
struct CountsWhatIsNotSent : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    if (rows->take_slot(user, request, pace, now)) return true;
    auto other = request;
    other.purpose = MailPurpose::reset;
    if (request.target) static_cast<void>(rows->take_slot(user, other, {0s, no_end, no_end}, now));
    return false;
  }
};
/// Counts for the account what is not sent to a mailbox that has had all.
struct SpendsThePace : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    if (rows->take_slot(user, request, pace, now)) return true;
    auto other = request;
    other.target.reset();
    if (request.target) static_cast<void>(rows->take_slot(user, other, pace, now));
    return false;
  }
};

REJECTED("of which a mail is looked at first and counted later", RacySlot)
REJECTED("whose mails have no pause", NoPause)
REJECTED("whose mails have no end in an hour", EndlessHour)
REJECTED("whose mails have no end in a day", EndlessMails)
REJECTED("whose resets share one pace, whoever sends them", OnePaceForResets)
REJECTED("whose mails of all purposes share one pace", OnePaceForAllPurposes)
REJECTED("of which a share is looked at first and counted later", RacyShares)
REJECTED("whose mails have one share for all networks", OneShareForAll)
REJECTED("whose mails have a share for every network", EndlessShares)
REJECTED("of which a mail to a mailbox is looked at first and counted later", RacyTarget)
REJECTED("whose mails to one mailbox have no end", EndlessTarget)
REJECTED("that count mails to a mailbox that are not sent", CountsWhatIsNotSent)
REJECTED("that spend the pace on a mailbox that has had all", SpendsThePace)

}  // namespace
}  // namespace coffeeauth::recovery
