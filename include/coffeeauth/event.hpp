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
  /// A sign-up for an address that already belongs to a verified account.
  sign_up_for_existing,
  code_sent,
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
  mail_delayed,
  mail_given_up,
  signing_key_rotated,
  signing_key_revoked,
  /// A login code was asked for and a mail with it was written.
  login_code_sent,
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
};

}  // namespace coffeeauth
