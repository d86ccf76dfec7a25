#pragma once
/// PasswordHasher: slow on purpose.

#include <optional>

#include "coffeeauth/export.hpp"
#include "coffeeauth/password.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Whether a password is the one, and whether its hash is due for renewal.
enum class PasswordVerdict { no_match, match, match_needs_rehash };

/// Callable from any thread; each call takes tens of milliseconds and tens of megabytes by design.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  PasswordHasher(const PasswordHasher&) = delete;
  PasswordHasher& operator=(const PasswordHasher&) = delete;

  /// Hashes with today's parameters and `salt`. Throws Unavailable when memory or a queue is full.
  [[nodiscard]] virtual PasswordHash hash(const Password& password, const PasswordSalt& salt) = 0;

  /// Checks a password against a stored hash.
  ///
  /// `match_needs_rehash`: right, but the hash was made with other settings than today's: log the
  /// user in and store a new one. Never throws for a malformed, empty or outrageous stored hash:
  /// that is `no_match`, because an attacker must not learn which accounts have one, and parameters
  /// out of bounds must not eat the machine. Throws Unavailable as hash() does.
  [[nodiscard]] virtual PasswordVerdict verify(const Password& password,
                                               const PasswordHash& stored) = 0;

  /// Hashes with the salt and the parameters of `stored`: the result equals it exactly when the
  /// password does, and one hash can be compared with several that were made alike. Nothing, at no
  /// cost, for a malformed, empty or outrageous one. Throws Unavailable as hash() does.
  [[nodiscard]] virtual std::optional<PasswordHash> hash_like(const Password& password,
                                                              const PasswordHash& stored) = 0;
  /// Whether a hash that matched was made with other settings than today's: weaker, or stronger, as
  /// the time that it takes tells who has an account.
  [[nodiscard]] virtual bool needs_rehash(const PasswordHash& stored) const noexcept = 0;

  /// A hash that no password matches, with today's parameters: verified against when an account
  /// does not exist, so that the answer costs the same.
  [[nodiscard]] virtual const PasswordHash& decoy() const noexcept = 0;

 protected:
  PasswordHasher() = default;
};

}  // namespace coffeeauth
