#pragma once
/// Permission: what a caller is allowed to do, by name, so that roles can share it.

#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/open_word.hpp"
#include "coffeeauth/session_service.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// An action that a user may be allowed to perform: a stable word of the form `things.verb`.
///
/// An open set: a feature defines its own permissions beside the code that checks them: `inline
/// constexpr Permission audit_read{"audit.read"};`. Permissions are compared by word.
class Permission : public OpenWord<Permission> {
 public:
  using OpenWord::OpenWord;

  /// List users and show one.
  static const Permission users_read;
  /// Change users.
  static const Permission users_write;
  /// Delete users.
  static const Permission users_delete;
};

inline constexpr Permission Permission::users_read{"users.read"};
inline constexpr Permission Permission::users_write{"users.write"};
inline constexpr Permission Permission::users_delete{"users.delete"};

/// Whether the caller has the permission: administrators have all, other users none. Thread-safe.
[[nodiscard]] bool may(const Principal& principal, const Permission& permission) noexcept;

}  // namespace coffeeauth
