#pragma once
/// PasswordService: password rules, and password checks that reveal nothing about accounts.

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

/// The owner's data, which a new password must not resemble.
struct PasswordOwner {
  /// Neither the address nor its local part may be the password.
  const EmailAddress& email;
  /// May be empty.
  std::string_view first_name;
  /// May be empty.
  std::string_view last_name;
};

/// What the password given at a login matches.
enum class LoginPassword {
  matches_none,
  /// A password of a sign-up for the address that was never confirmed by code.
  matches_sign_up,
  matches_account,
  /// The account's password, but its hash was made with other settings than the current ones.
  matches_account_needs_rehash,
};

/// Thread-safe. Hashing throws Unavailable when the hasher does.
class PasswordService {
 public:
  /// Borrows everything but `config`. Auth creates it: use Auth::passwords().
  PasswordService(const PasswordConfig& config, const Vault& vault, PasswordJudge& judge,
                  PasswordHasher& hasher, RandomSource& random);

  /// Checks whether the password may be set: long enough; not the owner's address, its local part,
  /// a name or the service's name (ignoring case); accepted by the PasswordJudge. Errors:
  /// validation_failed on `password` with code `invisible`, `too_short`, `too_similar` or the
  /// judge's code (`too_common`, `too_weak`, ...). Throws Unavailable when the judge does.
  [[nodiscard]] Result<void> check_strength(const Password& password,
                                            const PasswordOwner& owner) const;

  /// Hashes `password` with a random salt.
  [[nodiscard]] PasswordHash hash(const Password& password);
  /// Hashes with the parameters and salt of `account`, which find_credentials(email) returned, or
  /// with a salt derived from `email` under the secret key when there is no hash to follow. Equal
  /// passwords for one address give equal hashes, so that sign-ups can be compared at the cost of
  /// one hash.
  [[nodiscard]] PasswordHash hash_for_sign_up(const Password& password, const EmailAddress& email,
                                              const std::optional<Credentials>& account);
  /// Compares one hash with those of the account and of all its sign-ups: costs the same whether or
  /// not there is an account, a password or a sign-up.
  [[nodiscard]] LoginPassword check_login(const Password& password, const EmailAddress& email,
                                          const std::optional<Credentials>& account);
  /// Verifies `password`; a missing or empty `stored` costs the same and never matches.
  [[nodiscard]] PasswordVerdict verify(const Password& password, const PasswordHash* stored);

 private:
  PasswordConfig config_;
  const Vault& vault_;
  PasswordJudge& judge_;
  PasswordHasher& hasher_;
  RandomSource& random_;
};

/// Makes an Argon2id hasher (libsodium) with the parameters of `config`, which runs on the calling
/// thread; 32 bytes in a PHC string. Also verifies hashes with other parameters, up to 256 MiB (or
/// its own, if more) and 20 passes. Throws std::invalid_argument for parameters out of range.
/// `random` is used during the call only.
[[nodiscard]] std::unique_ptr<PasswordHasher> make_argon2_hasher(const PasswordConfig& config,
                                                                 RandomSource& random);

/// Runs `inner`, which it takes over, on its own threads with a bounded queue, so that a burst of
/// logins exhausts neither memory nor the processor. Calls block until their turn; they throw
/// Unavailable at once when the queue is full.
[[nodiscard]] std::unique_ptr<PasswordHasher> make_hashing_pool(
    const PasswordConfig& config, std::unique_ptr<PasswordHasher> inner);

}  // namespace coffeeauth
