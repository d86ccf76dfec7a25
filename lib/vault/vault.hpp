#pragma once
/// Vault: everything that is derived from the service's secret key. Private to the library.

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/password.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/verification_code.hpp"

namespace coffeeauth {

/// Keyed hashes and authenticated encryption under keys of their own for each purpose (HKDF-like:
/// HMAC-SHA-256 of the purpose under the secret key), so that what is made for one purpose means
/// nothing for another. Immutable; callable from any thread.
class Vault {
 public:
  static constexpr std::size_t min_secret_size = 32;

  /// Throws std::invalid_argument when `secret_key` is shorter than min_secret_size.
  explicit Vault(const Secret& secret_key);

  /// Keyed hash (HMAC-SHA-256) of the parts, each framed by its length so that no two lists of
  /// parts collide.
  [[nodiscard]] std::array<std::uint8_t, 32> mac(
      std::string_view purpose, std::initializer_list<std::string_view> parts) const;

  /// Bound to the address, so that a code is worth nothing after the address changed.
  [[nodiscard]] CodeDigest code_digest(const UserId& user, const EmailAddress& email,
                                       const VerificationCode& code) const;
  /// Of a login code: worth nothing where an address is to be verified, nor the reverse.
  [[nodiscard]] CodeDigest login_code_digest(const UserId& user, const EmailAddress& email,
                                             const VerificationCode& code) const;
  [[nodiscard]] RefreshTokenDigest refresh_digest(std::string_view refresh_token) const;
  /// `network` as rate_limit_network() gives it.
  [[nodiscard]] AddressDigest address_digest(std::string_view network) const;
  [[nodiscard]] PasswordSalt sign_up_salt(const EmailAddress& email) const;

  /// Encrypts (XChaCha20-Poly1305, random nonce in front) and binds to `purpose` and `context`.
  [[nodiscard]] std::string seal(std::string_view purpose, std::string_view context,
                                 std::string_view plain, RandomSource& random) const;
  /// Nothing when it was not sealed with this key for this purpose and context.
  [[nodiscard]] std::optional<Secret> open(std::string_view purpose, std::string_view context,
                                           std::string_view sealed) const;

 private:
  [[nodiscard]] Secret key_for(std::string_view purpose) const;
  Secret root_;
};

/// As Vault::seal and open, under a key made from `key_material` alone (for the successor of a
/// refresh token, which only the holder of the spent one may read).
[[nodiscard]] std::string seal_with(std::string_view key_material, std::string_view plain,
                                    RandomSource& random);
[[nodiscard]] std::optional<Secret> open_with(std::string_view key_material,
                                              std::string_view sealed);

}  // namespace coffeeauth
