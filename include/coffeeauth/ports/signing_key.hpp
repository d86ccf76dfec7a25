#pragma once
/// SigningKey: signs tokens and verifies their signatures.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// JSON Web Algorithms (RFC 7518, RFC 8037) for signing tokens.
enum class SigningAlgorithm { es256, eddsa, rs256, hs256 };

/// Returns `ES256`, `EdDSA`, `RS256` or `HS256`.
[[nodiscard]] std::string_view wire_name(SigningAlgorithm algorithm) noexcept;
/// Parses what wire_name() returns, case-sensitively (RFC 7515); nothing for anything else.
[[nodiscard]] std::optional<SigningAlgorithm> parse_signing_algorithm(
    std::string_view name) noexcept;

/// A key with its algorithm, which no token can change (RFC 8725 3.1). Immutable; must be
/// thread-safe.
class SigningKey {
 public:
  virtual ~SigningKey() = default;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  /// The algorithm, fixed when the key was created.
  [[nodiscard]] virtual SigningAlgorithm algorithm() const noexcept = 0;
  /// Returns the raw JWS signature of `input` (RFC 7518 3; for ES256 the 64 bytes r || s).
  [[nodiscard]] virtual std::string sign(std::string_view input) const = 0;
  /// Whether `signature` is valid for `input`. False for a malformed one; never throws.
  [[nodiscard]] virtual bool verify(std::string_view input,
                                    std::string_view signature) const noexcept = 0;
  /// Returns the public key as a JWK (RFC 7517) with `kty` and its parameters only, members in
  /// lexicographic order (RFC 7638); nothing for a symmetric key, which is never published.
  [[nodiscard]] virtual std::optional<std::string> public_jwk() const = 0;
  /// Returns the private key in the format of SigningKeyFactory::load.
  [[nodiscard]] virtual Secret export_private() const = 0;

 protected:
  SigningKey() = default;
};

/// Creates keys and restores stored ones. Must be thread-safe.
class SigningKeyFactory {
 public:
  virtual ~SigningKeyFactory() = default;
  SigningKeyFactory(const SigningKeyFactory&) = delete;
  SigningKeyFactory& operator=(const SigningKeyFactory&) = delete;

  /// Whether generate() and load() support the algorithm.
  [[nodiscard]] virtual bool supports(SigningAlgorithm algorithm) const noexcept = 0;
  /// Creates a random key. Precondition: supports(algorithm). RS256: at least 2048 bits; HS256: 32
  /// bytes.
  [[nodiscard]] virtual std::unique_ptr<SigningKey> generate(SigningAlgorithm algorithm) = 0;
  /// Restores a key from export_private(). Throws std::invalid_argument when it is malformed, too
  /// short (HS256 below 32 bytes, RS256 below 2048 bits), or for another algorithm.
  [[nodiscard]] virtual std::unique_ptr<SigningKey> load(SigningAlgorithm algorithm,
                                                         const Secret& exported) = 0;

 protected:
  SigningKeyFactory() = default;
};

/// Makes EdDSA (Ed25519) and HS256 keys through libsodium, which the core needs anyway.
[[nodiscard]] std::unique_ptr<SigningKeyFactory> make_sodium_keys();

}  // namespace coffeeauth
