// Rows of the room that count mails wrongly, in one way each. The contract must reject them all.

#include "features/recovery/tests/broken_tickets.hpp"

namespace coffeeauth::recovery {
namespace {

/// Looked at first and counted later, where `can_race` says so.
template <bool (*can_race)(const MailRequest&)>
struct Racy : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    if (!can_race(request)) return rows->take_slot(user, request, pace, now);
    return look_then_leap([&] { return rows->take_slot(user, request, pace, now); });
  }
};
bool always(const MailRequest&) { return true; }
bool for_networks(const MailRequest& request) { return request.network.has_value(); }
bool for_targets(const MailRequest& request) { return request.target.has_value(); }

/// Counted as something else than was asked for.
template <void (*alter)(MailRequest&, MailPace&)>
struct Altered : Sound {
  using Sound::Sound;
  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    auto other = request;
    auto other_pace = pace;
    alter(other, other_pace);
    return rows->take_slot(user, other, other_pace, now);
  }
};
void no_pause(MailRequest&, MailPace& pace) { pace.pause = {}; }
void endless_hour(MailRequest&, MailPace& pace) { pace.per_hour = no_end; }
void endless_day(MailRequest&, MailPace& pace) { pace.per_day = no_end; }
/// As if what an administrator sends were what somebody asked for.
void one_pace_for_resets(MailRequest& request, MailPace&) {
  if (request.purpose != MailPurpose::email_change) request.purpose = MailPurpose::reset;
}
void one_pace_for_all_purposes(MailRequest& request, MailPace&) {
  request.purpose = MailPurpose::reset;
}
void one_share_for_all(MailRequest& request, MailPace&) { request = {request.purpose}; }
void endless_shares(MailRequest& request, MailPace&) { request.max_networks = no_end; }
void endless_target(MailRequest& request, MailPace&) {
  if (request.target) request.target->limit.count = no_end;
}

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

REJECTED("of which a mail is looked at first and counted later", Racy<always>)
REJECTED("whose mails have no pause", Altered<no_pause>)
REJECTED("whose mails have no end in an hour", Altered<endless_hour>)
REJECTED("whose mails have no end in a day", Altered<endless_day>)
REJECTED("whose resets share one pace, whoever sends them", Altered<one_pace_for_resets>)
REJECTED("whose mails of all purposes share one pace", Altered<one_pace_for_all_purposes>)
REJECTED("of which a share is looked at first and counted later", Racy<for_networks>)
REJECTED("whose mails have one share for all networks", Altered<one_share_for_all>)
REJECTED("whose mails have a share for every network", Altered<endless_shares>)
REJECTED("of which a mail to a mailbox is looked at first and counted later", Racy<for_targets>)
REJECTED("whose mails to one mailbox have no end", Altered<endless_target>)
REJECTED("that count mails to a mailbox that are not sent", CountsWhatIsNotSent)
REJECTED("that spend the pace on a mailbox that has had all", SpendsThePace)

}  // namespace
}  // namespace coffeeauth::recovery
