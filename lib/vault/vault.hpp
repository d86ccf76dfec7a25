#pragma once
/// Vault: everything that is derived from the service's secret key. Private to the library.

#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/password.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/secret_keys.hpp"
#include "coffeeauth/verification_code.hpp"

namespace coffeeauth {

/// A sealed value as the current key would have it.
struct Resealed {
  enum class State {
    /// It is sealed with the current key already.
    current,
    /// It was sealed with a previous one; `sealed` replaces it.
    resealed,
    /// No key of the ring opens it.
    unreadable
  };
  State state = State::unreadable;
  std::string sealed{};
};

/// Keyed hashes and authenticated encryption under keys of their own for each purpose (HKDF-like:
/// HMAC-SHA-256 of the purpose under the secret key), so that what is made for one purpose means
/// nothing for another. Made under the current key of a ring, read under each. Immutable; callable
/// from any thread.
class Vault {
 public:
  /// The place of the current key in the ring; the previous ones follow.
  static constexpr std::size_t current = 0;

  explicit Vault(const SecretKeys& secret_keys);

  /// How many keys there are.
  [[nodiscard]] std::size_t key_count() const noexcept { return roots_.all().size(); }

  /// Keyed hash (HMAC-SHA-256) of the parts, each framed by its length so that no two lists of
  /// parts collide.
  [[nodiscard]] std::array<std::uint8_t, 32> mac(std::string_view purpose,
                                                 std::initializer_list<std::string_view> parts,
                                                 std::size_t key = current) const;

  /// Bound to the address, so that a code is worth nothing after the address changed.
  [[nodiscard]] CodeDigest code_digest(const UserId& user, const EmailAddress& email,
                                       const VerificationCode& code) const;
  /// Of a login code: worth nothing where an address is to be verified, nor the reverse.
  [[nodiscard]] CodeDigest login_code_digest(const UserId& user, const EmailAddress& email,
                                             const VerificationCode& code) const;
  /// The same as it was kept under any key, for what somebody enters.
  [[nodiscard]] CodeGuess code_guess(const UserId& user, const EmailAddress& email,
                                     const VerificationCode& code) const;
  [[nodiscard]] CodeGuess login_code_guess(const UserId& user, const EmailAddress& email,
                                           const VerificationCode& code) const;
  [[nodiscard]] RefreshTokenDigest refresh_digest(std::string_view refresh_token,
                                                  std::size_t key = current) const;
  /// `network` as rate_limit_network() gives it.
  [[nodiscard]] AddressDigest address_digest(std::string_view network,
                                             std::size_t key = current) const;
  [[nodiscard]] PasswordSalt sign_up_salt(const EmailAddress& email) const;

  /// Encrypts (XChaCha20-Poly1305, random nonce in front) and binds to `purpose` and `context`.
  [[nodiscard]] std::string seal(std::string_view purpose, std::string_view context,
                                 std::string_view plain, RandomSource& random) const;
  /// Nothing when it was not sealed with a key of the ring for this purpose and context.
  [[nodiscard]] std::optional<Secret> open(std::string_view purpose, std::string_view context,
                                           std::string_view sealed) const;
  /// For when a previous key is to go.
  [[nodiscard]] Resealed reseal(std::string_view purpose, std::string_view context,
                                std::string_view sealed, RandomSource& random) const;

 private:
  [[nodiscard]] Secret key_for(std::string_view purpose, std::size_t key) const;
  [[nodiscard]] CodeDigest digest_of_code(std::string_view purpose, const UserId& user,
                                          const EmailAddress& email, const VerificationCode& code,
                                          std::size_t key) const;
  [[nodiscard]] CodeGuess guess_at_code(std::string_view purpose, const UserId& user,
                                        const EmailAddress& email,
                                        const VerificationCode& code) const;
  SecretKeys roots_;
};

/// As Vault::seal and open, under a key made from `key_material` alone (for the successor of a
/// refresh token, which only the holder of the spent one may read).
[[nodiscard]] std::string seal_with(std::string_view key_material, std::string_view plain,
                                    RandomSource& random);
[[nodiscard]] std::optional<Secret> open_with(std::string_view key_material,
                                              std::string_view sealed);

}  // namespace coffeeauth
