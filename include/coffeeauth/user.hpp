#pragma once
/// User: an account, and the queries and changes that apply to accounts.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/language.hpp"
#include "coffeeauth/password.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The role of an account. An administrator manages users.
enum class Role { user, admin };

/// Returns `user` or `admin`.
[[nodiscard]] std::string_view wire_name(Role role) noexcept;
/// Parses what wire_name() returns; nothing for anything else.
[[nodiscard]] std::optional<Role> parse_role(std::string_view text) noexcept;

/// An account as services and Stores exchange it. Contains no secret.
struct User {
  /// Permanent; kept when the email address changes.
  UserId id;
  /// Unique among accounts, by canonical form.
  EmailAddress email;
  /// From parse_name(); may be empty.
  std::string first_name;
  /// From parse_name(); may be empty.
  std::string last_name;
  /// The language of all mails to the account; empty if unknown.
  Language language{};
  /// The role of the account.
  Role role = Role::user;
  /// Whether the mailbox is verified. Required to log in.
  bool is_verified = false;
  /// False when an administrator disabled the account: no login, no verification, and all its
  /// tokens are invalid.
  bool is_active = true;
  /// Whether logins of this account need a second factor. An account that has it on and for which
  /// no feature asks for a second factor cannot log in.
  bool second_factor = false;
  /// The time of the first sign-up.
  UtcTime date_joined{};
  /// Empty before the first login.
  std::optional<UtcTime> last_login{};
  /// Increases by one with every change of the account but logins: the basis of ETag and If-Match.
  std::int64_t version = 1;
  /// Increases when earlier access tokens must stop (role, password, activation): the `ver` claim.
  std::int64_t security_version = 1;

  /// Compares all members.
  bool operator==(const User&) const = default;
};

/// A user with the data needed to check a password.
struct Credentials {
  /// The account.
  User user;
  /// Chosen by the person who proved the mailbox, or by an operator. Empty without a password.
  PasswordHash password_hash;
  /// Hashes of the pending sign-ups for the address, oldest first. None of them logs in; a login
  /// with one of these passwords is answered with email_not_verified.
  std::vector<PasswordHash> sign_ups{};
};

/// A user to be created by create_user().
struct NewUser {
  /// Chosen by the caller.
  UserId id;
  /// May be taken: create_user() checks that.
  EmailAddress email;
  /// From parse_name(), or empty.
  std::string first_name;
  /// From parse_name(), or empty.
  std::string last_name;
  /// The language of mails to the account; empty if unknown.
  Language language{};
  /// The role of the new account. An administrator's account must be verified and have a password.
  Role role = Role::user;
  /// False for a sign-up; true when an operator vouches for the address.
  bool is_verified = false;
  /// Hash of a password that passed the rules. Empty for an account whose owner is to choose one
  /// with a mailed code.
  PasswordHash password_hash;
  /// Becomes date_joined.
  UtcTime now{};
};

/// The changes of an update; an empty member leaves its field unchanged.
struct UserPatch {
  /// From parse_name().
  std::optional<std::string> first_name{};
  /// From parse_name().
  std::optional<std::string> last_name{};
  /// An empty Language clears the stored one.
  std::optional<Language> language{};
  /// A new address is not verified: an administrator vouches for it.
  std::optional<EmailAddress> email{};
  /// Invalidates earlier access tokens.
  std::optional<Role> role{};
  /// Setting it to false ends the user's sessions. Setting it to true gives no password: an account
  /// whose mailbox was never proved has none until its owner sets one with a mailed code.
  std::optional<bool> is_verified{};
  /// Setting it to false ends the user's sessions.
  std::optional<bool> is_active{};
  /// Invalidates earlier access tokens, so that a login which read the account before cannot end
  /// without the second factor. Setting it to true ends the user's sessions.
  std::optional<bool> second_factor{};
  /// Ends the user's sessions. Set it only to a password chosen by the person who has just proved
  /// the mailbox, or by an operator.
  std::optional<PasswordHash> password_hash{};
  /// Refuses the update if the account would still await its owner (awaits_owner()).
  bool needs_owner = false;
  /// The one session that survives when the change ends the user's sessions: the session that makes
  /// the change.
  std::optional<SessionId> keeps_session{};
  /// Preconditions: the update changes nothing (UserWriteOutcome::version_conflict) unless the
  /// stored values equal these, so that a decision based on them is applied only once.
  std::optional<PasswordHash> expects_password_hash{};
  /// The email address expected, compared by canonical form.
  std::optional<EmailAddress> expects_email{};
  /// The User::security_version expected.
  std::optional<std::int64_t> expects_security_version{};
};

/// The sort key of a list of users. Ties are broken by id, in the same direction.
enum class UserOrder { date_joined, email, last_login };
/// The sort direction.
enum class Direction { ascending, descending };

/// Returns the text that searches look into; one function, so that all Stores agree: the canonical
/// address, the address as typed where it differs, and the full name, each on its own line, folded
/// for compatibility forms and letter case (NFKC). It contains `ada love`, and `Zoë` typed as
/// `ZOË`. Thread-safe.
[[nodiscard]] std::string search_text(const EmailAddress& email, std::string_view first_name,
                                      std::string_view last_name);
/// Returns the text to look for in a search_text(): `search` folded in the same way, trimmed,
/// without control characters. Thread-safe.
[[nodiscard]] std::string fold_search(std::string_view search);

/// Selects the users of a list.
struct UserFilter {
  /// Matches users whose search_text() contains fold_search() of this. Empty matches all.
  std::string search{};
  /// Empty matches all.
  std::optional<Role> role{};
  /// Empty matches all.
  std::optional<bool> is_verified{};
  /// Empty matches all.
  std::optional<bool> is_active{};
};

/// The sort key and id of the last row that a client saw, after which the next page begins. The key
/// is `email` for UserOrder::email, else `millis` (empty: never logged in; such users sort before
/// all others in ascending order).
struct UserPosition {
  /// Canonical form; for UserOrder::email.
  std::string email{};
  /// Milliseconds since 1970; for the orders by time.
  std::optional<std::int64_t> millis{};
  /// Breaks ties.
  UserId id;
};

/// One page to read: by keyset after a position, or by `offset` when `after` is not set.
struct UserListQuery {
  /// Selects the users.
  UserFilter filter{};
  /// The sort key.
  UserOrder order = UserOrder::date_joined;
  /// The sort direction.
  Direction direction = Direction::ascending;
  /// The maximum number of rows.
  std::size_t limit = 10;
  /// Rows to skip; ignored when `after` is set.
  std::size_t offset = 0;
  /// The row after which the page begins.
  std::optional<UserPosition> after{};
};

}  // namespace coffeeauth
