#pragma once
/// User: an account, and the queries and changes that make sense for one.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/password.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// What an account may do. An administrator manages users.
enum class Role { user, admin };

/// `user` or `admin`, and back; anything else is nothing.
[[nodiscard]] std::string_view wire_name(Role role) noexcept;
/// Reads what wire_name() writes; anything else is nothing.
[[nodiscard]] std::optional<Role> parse_role(std::string_view text) noexcept;

/// An account as services and Stores exchange it. Holds no secret.
struct User {
  /// For good; survives a change of address.
  UserId id;
  /// Unique among accounts, compared canonically.
  EmailAddress email;
  /// From parse_name(); may be empty.
  std::string first_name;
  /// From parse_name(); may be empty.
  std::string last_name;
  /// What the account may do.
  Role role = Role::user;
  /// Whether the mailbox is proved. Nobody logs in without.
  bool is_verified = false;
  /// False for one that an administrator disabled: no login, no verification, and no token of it is
  /// good.
  bool is_active = true;
  /// The first sign-up.
  UtcTime date_joined{};
  /// Nothing for one that never did.
  std::optional<UtcTime> last_login{};
  /// Grows by one with every change of the account, logins apart: the basis of ETag and If-Match.
  std::int64_t version = 1;
  /// Grows whenever earlier access tokens must stop (role, password, activity): the `ver` claim.
  std::int64_t security_version = 1;

  /// Equal in every member.
  bool operator==(const User&) const = default;
};

/// A user with what is needed to check a password.
struct Credentials {
  /// The account.
  User user;
  /// Chosen by whoever proved the mailbox, or by an operator. Empty for an account without one.
  PasswordHash password_hash;
  /// Those of the sign-ups that are kept for the address, the oldest first. None of them logs in;
  /// who knows one is told that the address is not verified.
  std::vector<PasswordHash> sign_ups{};
};

/// A user to be written for the first time, by create_user().
struct NewUser {
  /// Made by the caller.
  UserId id;
  /// Not yet known to be free: create_user() decides that.
  EmailAddress email;
  /// From parse_name(), or empty.
  std::string first_name;
  /// From parse_name(), or empty.
  std::string last_name;
  /// Of the new account. An administrator's has to be verified and to have a password.
  Role role = Role::user;
  /// False for a sign-up; true for one an operator vouches for.
  bool is_verified = false;
  /// Of a password that was found good enough. Empty for an account whose owner is to choose one,
  /// with a code from the mailbox.
  PasswordHash password_hash;
  /// Becomes date_joined.
  UtcTime now{};
};

/// What an update changes; an empty member leaves the field as it is.
struct UserPatch {
  /// From parse_name().
  std::optional<std::string> first_name{};
  /// From parse_name().
  std::optional<std::string> last_name{};
  /// A new one needs no proof here: an administrator vouches for it.
  std::optional<EmailAddress> email{};
  /// Stops earlier access tokens.
  std::optional<Role> role{};
  /// Taking it away ends the user's sessions. Setting it gives no password: an account whose
  /// mailbox was never proved has none until its owner sets one with a mailed code.
  std::optional<bool> is_verified{};
  /// Taking it away ends the user's sessions.
  std::optional<bool> is_active{};
  /// Ends the user's sessions. To be set only to a password of whoever has just proved the mailbox
  /// or of an operator.
  std::optional<PasswordHash> password_hash{};
  /// Whether nothing is changed of an account that would still await its owner (awaits_owner()).
  bool needs_owner = false;
  /// The one session that stays when the change ends the user's sessions: that of the owner who
  /// makes it.
  std::optional<SessionId> keeps_session{};
  /// Changes nothing (UserWriteOutcome::version_conflict) unless the row is still as these say:
  /// what somebody decided on, and must not be decided on twice.
  std::optional<PasswordHash> expects_password_hash{};
  /// What the address must still be, compared canonically.
  std::optional<EmailAddress> expects_email{};
  /// What User::security_version must still be.
  std::optional<std::int64_t> expects_security_version{};
};

/// How a list of users is ordered. Ties are broken by id, in the same direction.
enum class UserOrder { date_joined, email, last_login };
/// Which end of the order comes first.
enum class Direction { ascending, descending };

/// The text that a search looks into, made by one function so that every Store agrees: the
/// canonical address, the address as it was typed where that differs, and the full name, each on a
/// line, compatibility forms and letter case folded (NFKC). `ada love` and `Zoë` typed as `ZOË` are
/// in it.
[[nodiscard]] std::string search_text(const EmailAddress& email, std::string_view first_name,
                                      std::string_view last_name);
/// What is looked for in a search_text(): `search` folded in the same way, without the blanks
/// around it and without control characters.
[[nodiscard]] std::string fold_search(std::string_view search);

/// Which users a list holds.
struct UserFilter {
  /// A user matches whose search_text() contains fold_search() of this. Empty for any.
  std::string search{};
  /// Nothing for any.
  std::optional<Role> role{};
  /// Nothing for any.
  std::optional<bool> is_verified{};
  /// Nothing for any.
  std::optional<bool> is_active{};
};

/// The sort key and id of the last row a client saw: where the next page begins.
/// `key` is the canonical address for UserOrder::email, else milliseconds (absent: never logged in;
/// such users sort before all others in ascending order).
struct UserPosition {
  /// Canonical; for UserOrder::email.
  std::string email{};
  /// Since 1970; for the orders by time.
  std::optional<std::int64_t> millis{};
  /// Breaks ties.
  UserId id;
};

/// One page to read: by keyset after (or before) `position`, or by `offset` where there is none.
struct UserListQuery {
  /// Which users count.
  UserFilter filter{};
  /// Their order.
  UserOrder order = UserOrder::date_joined;
  /// Which end comes first.
  Direction direction = Direction::ascending;
  /// The most rows to read.
  std::size_t limit = 10;
  /// Rows to skip, where `after` is not set.
  std::size_t offset = 0;
  /// The row to start behind.
  std::optional<UserPosition> after{};
};

}  // namespace coffeeauth
