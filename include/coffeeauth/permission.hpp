#pragma once
/// Permission: what a caller must be allowed to do, by name, so that more than one role can be.

#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/session_service.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// One thing that somebody may be allowed to do: a stable word of the form `things.verb`.
///
/// An open set: a feature defines its own beside the code that asks for them, on one line:
/// `inline constexpr Permission audit_read{"audit.read"};`. Two are equal when their words are.
class Permission {
 public:
  /// `word` must live as long as the program, as literals do.
  constexpr explicit Permission(std::string_view word) noexcept : word_(word) {}

  /// Lists users and shows one.
  static const Permission users_read;
  /// Changes users.
  static const Permission users_write;
  /// Deletes users.
  static const Permission users_delete;

  /// As the OpenAPI document shows it: `users.read`.
  [[nodiscard]] constexpr std::string_view word() const noexcept { return word_; }

  /// Whether both have the same word.
  [[nodiscard]] friend constexpr bool operator==(const Permission& a,
                                                 const Permission& b) noexcept {
    return a.word_ == b.word_;
  }

 private:
  std::string_view word_;
};

inline constexpr Permission Permission::users_read{"users.read"};
inline constexpr Permission Permission::users_write{"users.write"};
inline constexpr Permission Permission::users_delete{"users.delete"};

/// Whether the caller has that permission: administrators have each, other users have none.
[[nodiscard]] bool may(const Principal& principal, const Permission& permission) noexcept;

}  // namespace coffeeauth
