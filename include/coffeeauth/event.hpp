#pragma once
/// Event: one security-relevant thing that happened.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The wire words (wire_name) are stable: they are what audit queries and metrics select by.
enum class EventKind {
  signed_up,
  /// A sign-up for an address whose account has an owner.
  sign_up_for_existing,
  /// A code was written to the outbox; `mail_delivered` tells when a worker has sent it.
  code_queued,
  code_rejected,
  user_verified,
  logged_in,
  login_failed,
  login_throttled,
  session_refreshed,
  /// An old refresh token came back outside the grace period; the session was ended.
  refresh_token_reused,
  session_ended,
  user_updated,
  user_deleted,
  role_changed,
  user_disabled,
  user_enabled,
  unverified_users_deleted,
  mail_delivered,
  /// A try failed and another will be made: `mail` and `reason` say which and why.
  mail_delayed,
  /// No further try will be made unless an administrator asks for it.
  mail_given_up,
  /// A mail's use was over (its code had expired) before it could be sent.
  mail_expired,
  /// The mail server cannot be reached or used, or will not send for this service (`sender`,
  /// `policy`, `quota`). Told once, until `mail_server_recovered`.
  mail_server_failing,
  mail_server_recovered,
  /// A background part (`part`) failed; `repeated` while it goes on failing.
  background_failed,
  background_recovered,
  signing_key_rotated,
  signing_key_revoked,
  /// A login code was written to the outbox, as with `code_queued`.
  login_code_queued,
  /// Somebody with the right password gave a wrong login code.
  login_code_rejected,
};

/// The stable snake_case word of `kind`: `login_failed`.
[[nodiscard]] std::string_view wire_name(EventKind kind) noexcept;

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
};

}  // namespace coffeeauth
