#pragma once
/// PasswordJudge: rejects new passwords that are easy to guess.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/password.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A new password, and what an attacker would know about its owner.
///
/// PasswordService has already checked its length and its similarity to the owner's address and
/// name. All members are views, valid during the call only.
struct PasswordCandidate {
  /// The password in NFKC, at most 128 code points.
  const Password& password;
  /// The password with its letter case folded, to look it up in a list. As secret as the password.
  std::string_view folded;
  /// Words of the owner and the service, most relevant first, unique and at least 3 octets long:
  /// address, local part, names, the service's name, and their parts. Letter case folded, in NFKC.
  /// At most a few hundred.
  std::span<const std::string> own_words;
};

/// Why a password is rejected, for its owner: a FieldError of the field `password`.
struct PasswordWeakness {
  /// A stable snake_case word. `too_common`: many people use this password. `too_similar`: it
  /// consists mostly of `own_words`. `too_weak`: it is easy to guess for another reason, given in
  /// `message`. A judge may define words of its own.
  std::string code;
  /// An English sentence that says what is wrong and quotes no part of the password.
  std::string message;

  /// Compares all members.
  bool operator==(const PasswordWeakness&) const = default;
};

/// Decides which passwords are too easy to guess; called whenever one is set, never at login.
///
/// Thread-safe; called on the thread of the request, before the password is hashed. Implementations
/// must bound the cost of a call, because strangers choose the passwords; a few milliseconds are
/// little compared with a hash.
class PasswordJudge {
 public:
  virtual ~PasswordJudge() = default;
  PasswordJudge(const PasswordJudge&) = delete;
  PasswordJudge& operator=(const PasswordJudge&) = delete;

  /// Returns why the password must not be set, or nothing if it may. Must keep no copy of it.
  /// Throws Unavailable when it cannot decide; the request is then answered with 503.
  [[nodiscard]] virtual std::optional<PasswordWeakness> weakness(
      const PasswordCandidate& candidate) = 0;

 protected:
  PasswordJudge() = default;
};

/// Returns the judge that accepts every password, for programs that check passwords elsewhere or
/// not at all: it allows "password" and "12345678". PasswordService's own rules (minimum length,
/// the owner's address or name) still apply. Lives as long as the program.
[[nodiscard]] PasswordJudge& accept_any_password() noexcept;

}  // namespace coffeeauth
