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
[[nodiscard]] std::optional<Role> parse_role(std::string_view text) noexcept;

/// An account as services and Stores exchange it. Holds no secret.
struct User {
  UserId id;
  EmailAddress email;
  std::string first_name;
  std::string last_name;
  Role role = Role::user;
  bool is_verified = false;
  bool is_active = true;
  UtcTime date_joined{};
  std::optional<UtcTime> last_login{};
  /// Grows by one with every change of the row: the basis of ETag and If-Match.
  std::int64_t version = 1;
  /// Grows whenever earlier access tokens must stop (role, password, activity): the `ver` claim.
  std::int64_t security_version = 1;

  bool operator==(const User&) const = default;
};

/// A user with what is needed to check a password.
struct Credentials {
  User user;
  PasswordHash password_hash;
};

/// A user to be written for the first time, by create_user().
struct NewUser {
  UserId id;
  EmailAddress email;
  std::string first_name;
  std::string last_name;
  Role role = Role::user;
  bool is_verified = false;
  PasswordHash password_hash;
  UtcTime now{};
};

/// What an update changes; an empty member leaves the field as it is.
struct UserPatch {
  std::optional<std::string> first_name{};
  std::optional<std::string> last_name{};
  std::optional<EmailAddress> email{};
  std::optional<Role> role{};
  std::optional<bool> is_verified{};
  std::optional<bool> is_active{};
  std::optional<PasswordHash> password_hash{};
};

/// How a list of users is ordered. Ties are broken by id, in the same direction.
enum class UserOrder { date_joined, email, last_login };
enum class Direction { ascending, descending };

/// Which users a list holds. `search` is a part of the address or of a name, letter case aside.
struct UserFilter {
  std::string search{};
  std::optional<Role> role{};
  std::optional<bool> is_verified{};
  std::optional<bool> is_active{};
};

/// The sort key and id of the last row a client saw: where the next page begins.
/// `key` is the canonical address for UserOrder::email, else milliseconds (absent: never logged in;
/// such users sort before all others in ascending order).
struct UserPosition {
  std::string email{};
  std::optional<std::int64_t> millis{};
  UserId id;
};

/// One page to read: by keyset after (or before) `position`, or by `offset` where there is none.
struct UserListQuery {
  UserFilter filter{};
  UserOrder order = UserOrder::date_joined;
  Direction direction = Direction::ascending;
  std::size_t limit = 10;
  std::size_t offset = 0;
  std::optional<UserPosition> after{};
};

}  // namespace coffeeauth
