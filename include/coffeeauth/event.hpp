#pragma once
/// Event: a security-relevant event.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/open_word.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The kind of an Event: a stable snake_case word, by which audits and metrics select.
///
/// An open set: a feature defines its own kinds beside the code that records them: `inline
/// constexpr EventKind reset_asked{"password_reset_asked"};`. Kinds are compared by word. The set
/// must be finite, since its words become labels of metrics.
class EventKind : public OpenWord<EventKind> {
 public:
  using OpenWord::OpenWord;

  /// A sign-up for an address without an owner; the detail `account` is `created` for the first
  /// sign-up.
  static const EventKind signed_up;
  /// A sign-up for an address whose account has an owner.
  static const EventKind sign_up_for_existing;
  /// A code was written to the outbox; `mail_delivered` tells when a worker has sent it.
  static const EventKind code_queued;
  /// A wrong, invalidated or unknown verification code.
  static const EventKind code_rejected;
  /// A correct code: the account now has an owner who can log in.
  static const EventKind user_verified;
  /// A session was created. The detail `network` is `new` if the account has logged in before, but
  /// never from this network, as far as it is still known.
  static const EventKind logged_in;
  /// A login was refused: wrong password, or an account that may not log in.
  static const EventKind login_failed;
  /// A login was refused because of earlier failures.
  static const EventKind login_throttled;
  /// A refresh token was exchanged for a new pair.
  static const EventKind session_refreshed;
  /// A used refresh token was presented after the grace period; the session was ended.
  static const EventKind refresh_token_reused;
  /// One session, or `count` sessions, ended: by logout, on request, or to make room for a new one.
  static const EventKind session_ended;
  /// The user changed the password; the other sessions ended.
  static const EventKind password_changed;
  /// A logged-in user re-authenticated.
  static const EventKind reauthenticated;
  /// Names, email address, role, activation or verification of an account changed. The detail
  /// `verification` is `given` or `taken` if an administrator or operator changed that.
  static const EventKind user_updated;
  /// An account was deleted, or an unverified sign-up was displaced.
  static const EventKind user_deleted;
  /// An account became an administrator's, or stopped being one.
  static const EventKind role_changed;
  /// An administrator disabled the account.
  static const EventKind user_disabled;
  /// An administrator enabled the account again.
  static const EventKind user_enabled;
  /// The clean-up deleted `count` accounts that were not verified in time.
  static const EventKind unverified_users_deleted;
  /// The mail server accepted the mail.
  static const EventKind mail_delivered;
  /// An attempt failed and another will follow: `mail` and `reason` say which mail and why.
  static const EventKind mail_delayed;
  /// No further attempt will be made unless an administrator requests one.
  static const EventKind mail_given_up;
  /// The code in a mail expired before the mail could be sent.
  static const EventKind mail_expired;
  /// The mail server cannot be reached or used, or refuses to send for this service (`sender`,
  /// `policy`, `quota`). Reported once, until `mail_server_recovered`.
  static const EventKind mail_server_failing;
  /// The mail server accepts mails again.
  static const EventKind mail_server_recovered;
  /// A JobHandler delivered a job of a feature. The detail `channel` of this and of the following
  /// kinds is the job's channel; `mail` is its kind.
  static const EventKind job_delivered;
  /// An attempt failed and another will follow.
  static const EventKind job_delayed;
  /// A job was refused, or failed too often: an administrator can inspect and retry it.
  static const EventKind job_given_up;
  /// A job expired before it could be delivered.
  static const EventKind job_expired;
  /// Like `mail_server_failing`, for the receiver of the jobs of a channel.
  static const EventKind job_server_failing;
  /// Like `mail_server_recovered`.
  static const EventKind job_server_recovered;
  /// A background part (`part`) failed; `repeated` is set while it keeps failing.
  static const EventKind background_failed;
  /// The background part works again.
  static const EventKind background_recovered;
  /// A new signing key was created.
  static const EventKind signing_key_rotated;
  /// A signing key was deleted; tokens signed with it are invalid.
  static const EventKind signing_key_revoked;
  /// A login code was written to the outbox, like `code_queued`.
  static const EventKind login_code_queued;
  /// A wrong login code was given together with the correct password.
  static const EventKind login_code_rejected;
  /// Logins of the account no longer need a second factor: the last one was removed.
  static const EventKind second_factor_off;
};

inline constexpr EventKind EventKind::signed_up{"signed_up"};
inline constexpr EventKind EventKind::sign_up_for_existing{"sign_up_for_existing"};
inline constexpr EventKind EventKind::code_queued{"code_queued"};
inline constexpr EventKind EventKind::code_rejected{"code_rejected"};
inline constexpr EventKind EventKind::user_verified{"user_verified"};
inline constexpr EventKind EventKind::logged_in{"logged_in"};
inline constexpr EventKind EventKind::login_failed{"login_failed"};
inline constexpr EventKind EventKind::login_throttled{"login_throttled"};
inline constexpr EventKind EventKind::session_refreshed{"session_refreshed"};
inline constexpr EventKind EventKind::refresh_token_reused{"refresh_token_reused"};
inline constexpr EventKind EventKind::session_ended{"session_ended"};
inline constexpr EventKind EventKind::password_changed{"password_changed"};
inline constexpr EventKind EventKind::reauthenticated{"reauthenticated"};
inline constexpr EventKind EventKind::user_updated{"user_updated"};
inline constexpr EventKind EventKind::user_deleted{"user_deleted"};
inline constexpr EventKind EventKind::role_changed{"role_changed"};
inline constexpr EventKind EventKind::user_disabled{"user_disabled"};
inline constexpr EventKind EventKind::user_enabled{"user_enabled"};
inline constexpr EventKind EventKind::unverified_users_deleted{"unverified_users_deleted"};
inline constexpr EventKind EventKind::mail_delivered{"mail_delivered"};
inline constexpr EventKind EventKind::mail_delayed{"mail_delayed"};
inline constexpr EventKind EventKind::mail_given_up{"mail_given_up"};
inline constexpr EventKind EventKind::mail_expired{"mail_expired"};
inline constexpr EventKind EventKind::mail_server_failing{"mail_server_failing"};
inline constexpr EventKind EventKind::mail_server_recovered{"mail_server_recovered"};
inline constexpr EventKind EventKind::job_delivered{"job_delivered"};
inline constexpr EventKind EventKind::job_delayed{"job_delayed"};
inline constexpr EventKind EventKind::job_given_up{"job_given_up"};
inline constexpr EventKind EventKind::job_expired{"job_expired"};
inline constexpr EventKind EventKind::job_server_failing{"job_server_failing"};
inline constexpr EventKind EventKind::job_server_recovered{"job_server_recovered"};
inline constexpr EventKind EventKind::background_failed{"background_failed"};
inline constexpr EventKind EventKind::background_recovered{"background_recovered"};
inline constexpr EventKind EventKind::signing_key_rotated{"signing_key_rotated"};
inline constexpr EventKind EventKind::signing_key_revoked{"signing_key_revoked"};
inline constexpr EventKind EventKind::login_code_queued{"login_code_queued"};
inline constexpr EventKind EventKind::login_code_rejected{"login_code_rejected"};
inline constexpr EventKind EventKind::second_factor_off{"second_factor_off"};

/// Returns EventKind::word().
[[nodiscard]] constexpr std::string_view wire_name(const EventKind& kind) noexcept {
  return kind.word();
}

/// A further detail of an Event, in stable words: `{"from", "user"}`.
struct EventDetail {
  /// A snake_case word.
  std::string name;
  /// A word of a closed set, or a number: never text typed by a person.
  std::string value;

  /// Compares both members.
  bool operator==(const EventDetail&) const = default;
};

/// A detail of events of any kind: the account has a new password that was not set by one of its
/// sessions (a reset), or that nobody knows (an undone change of address); all sessions ended. A
/// Recorder that knows what the account has trusted so far, such as devices, must forget it.
inline const EventDetail account_recovered{"account", "recovered"};
/// A detail of events of any kind: what the account can log in with changed. A Recorder that knows
/// devices which the account has trusted must forget them.
inline const EventDetail credential_changed{"credential", "changed"};
/// A detail of events of any kind: every second factor of the account is to go, because an
/// administrator vouches for its owner.
inline const EventDetail second_factors_removed{"second_factors", "removed"};
/// A detail of events of any kind: the owner proved a second factor that cannot be guessed, such as
/// a passkey. A Recorder that counts guesses at the account's codes must forget them.
inline const EventDetail guesses_forgiven{"guesses", "forgiven"};
/// A detail of `logged_in`: the account has logged in before, but never from this network.
inline const EventDetail network_is_new{"network", "new"};

/// One event. Contains no secret and no email address: accounts are named by id.
struct Event {
  /// What happened.
  EventKind kind;
  /// The time, from the Clock of the Auth.
  UtcTime at{};
  /// The account concerned.
  std::optional<UserId> user{};
  /// The user who caused it, if it is another one (an administrator).
  std::optional<UserId> actor{};
  /// The session concerned.
  std::optional<SessionId> session{};
  /// The client that sent the request; empty for background work.
  ClientContext client{};
  /// The number of things, for events about several at once.
  std::size_t count = 1;
  /// The kind of the mail (mail_kind) or of the job of a feature; empty for other events.
  std::string mail{};
  /// The id of the mail or job, as OutboxReads::list_jobs() and `coffeeauth outbox list` show it.
  /// Empty for events about several mails.
  std::optional<JobId> job{};
  /// The background part: `worker`, `scheduler`, the channel of a JobWorker and `_worker`, or a
  /// step of the clean-up.
  std::string part{};
  /// The reason, from a closed set: wire_name(DeliveryProblem), `refused`, `not_said`, `expired`,
  /// `abandoned`, `unreadable`, `template`, `mailer`, `handler`, `store_unavailable`, `failed`.
  /// Never the text of a server, an exception or a person.
  std::string reason{};
  /// Whether the same condition was reported before and still lasts: count it, but do not log it.
  bool repeated = false;
  /// Further details, such as account_recovered; empty for most kinds.
  std::vector<EventDetail> details{};
  /// Set when a change of the account is undone that may have been a thief's: what was added to the
  /// account since then, such as a second factor, must go as well.
  std::optional<UtcTime> undone_since{};

  /// Whether `detail` is among the details.
  [[nodiscard]] bool has(const EventDetail& detail) const {
    return std::find(details.begin(), details.end(), detail) != details.end();
  }
};

}  // namespace coffeeauth
