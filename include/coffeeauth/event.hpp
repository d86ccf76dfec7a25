#pragma once
/// Event: one security-relevant thing that happened.

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

/// What an Event tells of: a stable snake_case word, which audit queries and metrics select by.
///
/// An open set: a feature defines its own beside the code that records them, on one line:
/// `inline constexpr EventKind reset_asked{"password_reset_asked"};`. Two are equal when their
/// words are. The set is known beforehand, since its words become labels of metrics.
class EventKind : public OpenWord<EventKind> {
 public:
  using OpenWord::OpenWord;

  /// A sign-up for an address that has no owner yet; `account` in the details is `created` for
  /// the first one.
  static const EventKind signed_up;
  /// A sign-up for an address whose account has an owner.
  static const EventKind sign_up_for_existing;
  /// A code was written to the outbox; `mail_delivered` tells when a worker has sent it.
  static const EventKind code_queued;
  /// A wrong, dead or unknown verification code.
  static const EventKind code_rejected;
  /// The right code: the account has an owner who can log in.
  static const EventKind user_verified;
  /// A session was opened.
  static const EventKind logged_in;
  /// A login was refused: wrong password, or an account that may not log in.
  static const EventKind login_failed;
  /// A login was refused for the failures before it.
  static const EventKind login_throttled;
  /// A refresh token was spent for a new pair.
  static const EventKind session_refreshed;
  /// An old refresh token came back outside the grace period; the session was ended.
  static const EventKind refresh_token_reused;
  /// One session, or `count` of them, ended by logout, by request, or to make room for a new one.
  static const EventKind session_ended;
  /// The user changed their password; their other sessions ended.
  static const EventKind password_changed;
  /// Somebody who was logged in proved once more who they are.
  static const EventKind reauthenticated;
  /// Names, address, role, activity or verification of an account changed.
  static const EventKind user_updated;
  /// An account was deleted, or a mere sign-up gave way.
  static const EventKind user_deleted;
  /// An account became an administrator, or none.
  static const EventKind role_changed;
  /// An administrator disabled the account.
  static const EventKind user_disabled;
  /// An administrator enabled the account again.
  static const EventKind user_enabled;
  /// The clean-up deleted `count` accounts that were not verified in time.
  static const EventKind unverified_users_deleted;
  /// The mail server took the mail.
  static const EventKind mail_delivered;
  /// A try failed and another will be made: `mail` and `reason` say which and why.
  static const EventKind mail_delayed;
  /// No further try will be made unless an administrator asks for it.
  static const EventKind mail_given_up;
  /// A mail's use was over (its code had expired) before it could be sent.
  static const EventKind mail_expired;
  /// The mail server cannot be reached or used, or will not send for this service (`sender`,
  /// `policy`, `quota`). Told once, until `mail_server_recovered`.
  static const EventKind mail_server_failing;
  /// The mail server takes mails again.
  static const EventKind mail_server_recovered;
  /// A background part (`part`) failed; `repeated` while it goes on failing.
  static const EventKind background_failed;
  /// The background part works again.
  static const EventKind background_recovered;
  /// A new signing key was made.
  static const EventKind signing_key_rotated;
  /// A signing key was deleted; tokens signed with it are void.
  static const EventKind signing_key_revoked;
  /// A login code was written to the outbox, as with `code_queued`.
  static const EventKind login_code_queued;
  /// Somebody with the right password gave a wrong login code.
  static const EventKind login_code_rejected;
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
inline constexpr EventKind EventKind::background_failed{"background_failed"};
inline constexpr EventKind EventKind::background_recovered{"background_recovered"};
inline constexpr EventKind EventKind::signing_key_rotated{"signing_key_rotated"};
inline constexpr EventKind EventKind::signing_key_revoked{"signing_key_revoked"};
inline constexpr EventKind EventKind::login_code_queued{"login_code_queued"};
inline constexpr EventKind EventKind::login_code_rejected{"login_code_rejected"};

/// EventKind::word().
[[nodiscard]] constexpr std::string_view wire_name(const EventKind& kind) noexcept {
  return kind.word();
}

/// One more thing that an Event says, in stable words: `{"from", "user"}`.
struct EventDetail {
  /// A snake_case word.
  std::string name;
  /// Of a closed set, or a number: never a text that a person typed.
  std::string value;

  /// Equal in both.
  bool operator==(const EventDetail&) const = default;
};

/// Holds no secret and no mail address: accounts are named by id.
struct Event {
  /// What happened.
  EventKind kind;
  /// When, by the Clock of the Auth.
  UtcTime at{};
  /// Whom it happened to.
  std::optional<UserId> user{};
  /// Who did it, when that is somebody else (an administrator).
  std::optional<UserId> actor{};
  /// The session that it was about or was done in.
  std::optional<SessionId> session{};
  /// Where the request came from; empty for background work.
  ClientContext client{};
  /// How many, for events about several things at once.
  std::size_t count = 1;
  /// The kind of the mail that it was about (mail_kind); empty for other events.
  std::string mail{};
  /// Which mail: the id that OutboxReads::list_jobs() and `coffeeauth outbox list` show. Empty
  /// where it was about several.
  std::optional<JobId> job{};
  /// The part that worked in the background: `worker`, `scheduler`, or a step of its clean-up.
  std::string part{};
  /// Why, in a word of a closed set: wire_name(DeliveryProblem), `refused`, `not_said`, `expired`,
  /// `abandoned`, `unreadable`, `template`, `mailer`, `store_unavailable`, `failed`. Never the text
  /// of a server, an exception or a person.
  std::string reason{};
  /// Whether the like was told before and has not ended since: to be counted, and not worth a line.
  bool repeated = false;
  /// What else there is to say of it; for most kinds nothing.
  std::vector<EventDetail> details{};
};

}  // namespace coffeeauth
