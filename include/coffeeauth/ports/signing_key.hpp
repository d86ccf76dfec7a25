#pragma once
/// SigningKey: makes and checks the signatures of tokens.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// JSON Web Algorithms (RFC 7518, RFC 8037) that tokens can be signed with.
enum class SigningAlgorithm { es256, eddsa, rs256, hs256 };

/// `ES256`, `EdDSA`, `RS256`, `HS256`; case-sensitive, as RFC 7515 wants it.
[[nodiscard]] std::string_view wire_name(SigningAlgorithm algorithm) noexcept;
/// Reads what wire_name() writes, letter case and all; anything else is nothing.
[[nodiscard]] std::optional<SigningAlgorithm> parse_signing_algorithm(
    std::string_view name) noexcept;

/// One key with one algorithm, which no token can change (RFC 8725 3.1). Immutable; callable from
/// any thread.
class SigningKey {
 public:
  virtual ~SigningKey() = default;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  /// Fixed when the key was made.
  [[nodiscard]] virtual SigningAlgorithm algorithm() const noexcept = 0;
  /// The raw JWS signature over `input` (RFC 7518 3: for ES256 the 64 bytes r || s).
  [[nodiscard]] virtual std::string sign(std::string_view input) const = 0;
  /// Whether `signature` is this key's over `input`. False for any malformed one; never throws.
  [[nodiscard]] virtual bool verify(std::string_view input,
                                    std::string_view signature) const noexcept = 0;
  /// The public key as a JWK (RFC 7517) JSON object with `kty` and its parameters only, members in
  /// lexicographic order as RFC 7638 wants; nothing for a symmetric key, which is never published.
  [[nodiscard]] virtual std::optional<std::string> public_jwk() const = 0;
  /// The private key in the form that SigningKeyFactory::load reads.
  [[nodiscard]] virtual Secret export_private() const = 0;

 protected:
  SigningKey() = default;
};

/// Makes keys, and brings stored ones back. Callable from any thread.
class SigningKeyFactory {
 public:
  virtual ~SigningKeyFactory() = default;
  SigningKeyFactory(const SigningKeyFactory&) = delete;
  SigningKeyFactory& operator=(const SigningKeyFactory&) = delete;

  /// Whether generate() and load() can make keys of it.
  [[nodiscard]] virtual bool supports(SigningAlgorithm algorithm) const noexcept = 0;
  /// A new random key. Precondition: supports(algorithm). RS256: 2048 bits at least; HS256: 32
  /// bytes.
  [[nodiscard]] virtual std::unique_ptr<SigningKey> generate(SigningAlgorithm algorithm) = 0;
  /// The key that export_private() wrote; throws std::invalid_argument when it is not one, is too
  /// short (HS256 under 32 bytes, RS256 under 2048 bits), or is of another algorithm.
  [[nodiscard]] virtual std::unique_ptr<SigningKey> load(SigningAlgorithm algorithm,
                                                         const Secret& exported) = 0;

 protected:
  SigningKeyFactory() = default;
};

/// EdDSA (Ed25519) and HS256 through libsodium: all that the core needs by itself.
[[nodiscard]] std::unique_ptr<SigningKeyFactory> make_sodium_keys();

}  // namespace coffeeauth
