#pragma once
/// PasswordService: which passwords are good enough, and how they are checked without telling
/// anything.

#include <memory>
#include <optional>
#include <string_view>

#include "coffeeauth/config.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/password_hasher.hpp"
#include "coffeeauth/ports/password_judge.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

class Vault;

/// What a new password must not resemble.
struct PasswordOwner {
  /// Neither it nor its local part may be the password.
  const EmailAddress& email;
  /// May be empty.
  std::string_view first_name;
  /// May be empty.
  std::string_view last_name;
};

/// What the password of a login matches.
enum class LoginPassword {
  matches_none,
  /// One that the address was signed up with, and that was never confirmed by code.
  matches_sign_up,
  matches_account,
  /// The account's, whose hash was made with other settings than today's.
  matches_account_needs_rehash,
};

/// Callable from any thread.
class PasswordService {
 public:
  /// Borrows everything.
  PasswordService(const PasswordConfig& config, const Vault& vault, PasswordJudge& judge,
                  PasswordHasher& hasher, RandomSource& random);

  /// Checks whether the password may be set: long enough; not the owner's address, its local part,
  /// a name or the service's name (letter case aside); good enough for the PasswordJudge. Errors:
  /// validation_failed on `password` with code `invisible`, `too_short`, `too_similar` or that of
  /// the judge (`too_common`, `too_weak`, ...). Throws Unavailable when the judge does.
  [[nodiscard]] Result<void> check_strength(const Password& password,
                                            const PasswordOwner& owner) const;

  /// Hashes with a random salt.
  [[nodiscard]] PasswordHash hash(const Password& password);
  /// Hashes like the account with this address does, `account` as find_credentials(email) gave it,
  /// or with the salt that belongs to `email` (keyed, so it cannot be computed elsewhere) where
  /// there is nothing to hash like. Equal passwords for one address give equal hashes, by which
  /// sign-ups are told apart at the price of one hash, whoever asks.
  [[nodiscard]] PasswordHash hash_for_sign_up(const Password& password, const EmailAddress& email,
                                              const std::optional<Credentials>& account);
  /// Compares one hash with the account's and with those of all sign-ups for it: the same price
  /// whether there is an account, a password or a sign-up.
  [[nodiscard]] LoginPassword check_login(const Password& password, const EmailAddress& email,
                                          const std::optional<Credentials>& account);
  /// Checks; a missing or empty `stored` costs the same and never matches.
  [[nodiscard]] PasswordVerdict verify(const Password& password, const PasswordHash* stored);

 private:
  PasswordConfig config_;
  const Vault& vault_;
  PasswordJudge& judge_;
  PasswordHasher& hasher_;
  RandomSource& random_;
};

/// Argon2id through libsodium with the parameters of `config`, on the calling thread; 32 bytes in a
/// PHC string. Verifies hashes of other parameters too, up to 256 MiB (or its own, if more) and 20
/// passes. Throws std::invalid_argument for parameters out of their range. `random` is used here
/// only.
[[nodiscard]] std::unique_ptr<PasswordHasher> make_argon2_hasher(const PasswordConfig& config,
                                                                 RandomSource& random);

/// Runs `inner` on a pool of threads of its own, with a bounded queue: a login storm takes neither
/// memory without end nor the processor from other requests. Calls wait for their turn; when the
/// queue is full they throw Unavailable at once. `inner` is taken over.
[[nodiscard]] std::unique_ptr<PasswordHasher> make_hashing_pool(
    const PasswordConfig& config, std::unique_ptr<PasswordHasher> inner);

}  // namespace coffeeauth
