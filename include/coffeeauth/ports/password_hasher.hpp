#pragma once
/// PasswordHasher: deliberately slow.

#include <optional>

#include "coffeeauth/export.hpp"
#include "coffeeauth/password.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Whether a password matches, and whether its hash should be renewed.
enum class PasswordVerdict { no_match, match, match_needs_rehash };

/// Thread-safe; each call takes tens of milliseconds and tens of megabytes by design.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  PasswordHasher(const PasswordHasher&) = delete;
  PasswordHasher& operator=(const PasswordHasher&) = delete;

  /// Hashes with `salt` and current parameters. Throws Unavailable when memory or a queue is full.
  [[nodiscard]] virtual PasswordHash hash(const Password& password, const PasswordSalt& salt) = 0;

  /// Verifies a password against a stored hash.
  ///
  /// Returns `match_needs_rehash` for a correct password whose hash was made with other settings
  /// than the current ones: log the user in and store a new hash. Returns `no_match` for a
  /// malformed, empty or oversized hash: an attacker must not learn which accounts have one, and
  /// excessive parameters must not exhaust the machine. Throws Unavailable like hash().
  [[nodiscard]] virtual PasswordVerdict verify(const Password& password,
                                               const PasswordHash& stored) = 0;

  /// Hashes with the salt and parameters of `stored`: the result equals it exactly when the
  /// password does, so that one hash can be compared with several made alike. Returns nothing, at
  /// no cost, for a malformed, empty or oversized hash. Throws Unavailable like hash().
  [[nodiscard]] virtual std::optional<PasswordHash> hash_like(const Password& password,
                                                              const PasswordHash& stored) = 0;
  /// Whether a hash was made with other settings than the current ones, weaker or stronger: a
  /// difference in time would reveal which accounts exist.
  [[nodiscard]] virtual bool needs_rehash(const PasswordHash& stored) const noexcept = 0;

  /// Returns a hash with the current parameters that no password matches. It is verified when an
  /// account does not exist, so that the answer costs the same.
  [[nodiscard]] virtual const PasswordHash& decoy() const noexcept = 0;

 protected:
  PasswordHasher() = default;
};

}  // namespace coffeeauth
