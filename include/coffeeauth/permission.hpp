#pragma once
/// Permission: what a caller must be allowed to do, by name, so that more than one role can be.

#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/open_word.hpp"
#include "coffeeauth/session_service.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// One thing that somebody may be allowed to do: a stable word of the form `things.verb`.
///
/// An open set: a feature defines its own beside the code that asks for them, on one line:
/// `inline constexpr Permission audit_read{"audit.read"};`. Two are equal when their words are.
class Permission : public OpenWord<Permission> {
 public:
  using OpenWord::OpenWord;

  /// Lists users and shows one.
  static const Permission users_read;
  /// Changes users.
  static const Permission users_write;
  /// Deletes users.
  static const Permission users_delete;
};

inline constexpr Permission Permission::users_read{"users.read"};
inline constexpr Permission Permission::users_write{"users.write"};
inline constexpr Permission Permission::users_delete{"users.delete"};

/// Whether the caller has that permission: administrators have each, other users have none.
[[nodiscard]] bool may(const Principal& principal, const Permission& permission) noexcept;

}  // namespace coffeeauth
