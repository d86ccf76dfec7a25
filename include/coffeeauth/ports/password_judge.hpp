#pragma once
/// PasswordJudge: which new passwords are too easy to guess.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/password.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A password that somebody wants to set, and what a guesser would know of that person.
///
/// PasswordService has already found it long enough and unlike the person's address and name. All
/// members are views that are good during the call alone.
struct PasswordCandidate {
  /// The password in NFKC, at most 128 code points of it.
  const Password& password;
  /// The password with its letter case folded: for looking it up in a list. As secret as the
  /// password.
  std::string_view folded;
  /// Words of the person and of the service, most telling first, each once and of 3 octets or more:
  /// address, local part, names, the service's name, and the pieces that these are made of. Letter
  /// case folded, in NFKC. At most a few hundred.
  std::span<const std::string> own_words;
};

/// Why a password is refused, as the person reads it: a FieldError of the field `password`.
struct PasswordWeakness {
  /// A stable snake_case word. `too_common`: the password as a whole is one that many people have.
  /// `too_similar`: it is mostly made of `own_words`. `too_weak`: it is easy to guess for another
  /// reason, which `message` names. A judge may have words of its own.
  std::string code;
  /// An English sentence that says what is wrong and quotes no part of the password.
  std::string message;

  /// Equal in every member.
  bool operator==(const PasswordWeakness&) const = default;
};

/// Decides which passwords are too easy to guess; called wherever one is set, never at a login.
///
/// Callable from any thread, and called on the thread of the request, before the password is
/// hashed. Implementations must bound what a call costs, because strangers choose the passwords; a
/// few milliseconds are little beside a hash.
class PasswordJudge {
 public:
  virtual ~PasswordJudge() = default;
  PasswordJudge(const PasswordJudge&) = delete;
  PasswordJudge& operator=(const PasswordJudge&) = delete;

  /// Returns why the password must not be set, or nothing when it may. Keeps no copy of it. Throws
  /// Unavailable when it cannot tell, for which the request is answered 503.
  [[nodiscard]] virtual std::optional<PasswordWeakness> weakness(
      const PasswordCandidate& candidate) = 0;

 protected:
  PasswordJudge() = default;
};

/// Returns the judge that accepts every password, for a program that judges them elsewhere or not
/// at all: "password" and "12345678" may be set then. What PasswordService itself refuses (too
/// short, the person's own address or name) stays refused. Lives as long as the program.
[[nodiscard]] PasswordJudge& accept_any_password() noexcept;

}  // namespace coffeeauth
