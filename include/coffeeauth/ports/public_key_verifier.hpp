#pragma once
/// PublicKeyVerifier: verifies signatures with public keys that clients register.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The algorithms of registered keys, by their numbers in the COSE registry (RFC 9053, RFC 8812).
enum class CoseAlgorithm { es256 = -7, eddsa = -8, rs256 = -257 };

/// A point on P-256 for ECDSA with SHA-256. Nothing is checked before valid_key().
struct Es256PublicKey {
  /// The x coordinate, big-endian.
  std::array<std::uint8_t, 32> x{};
  /// The y coordinate, big-endian.
  std::array<std::uint8_t, 32> y{};

  /// Compares both coordinates.
  bool operator==(const Es256PublicKey&) const = default;
};

/// An Ed25519 key (RFC 8032).
struct EddsaPublicKey {
  /// The encoded point.
  std::array<std::uint8_t, 32> point{};

  /// Compares the encoded points.
  bool operator==(const EddsaPublicKey&) const = default;
};

/// An RSA key for RSASSA-PKCS1-v1_5 with SHA-256.
struct Rs256PublicKey {
  /// Big-endian, without leading zeros.
  std::string modulus;
  /// Big-endian, without leading zeros.
  std::string exponent;

  /// Compares both numbers.
  bool operator==(const Rs256PublicKey&) const = default;
};

/// A public key with its algorithm, which no signature can change.
using CosePublicKey = std::variant<Es256PublicKey, EddsaPublicKey, Rs256PublicKey>;

/// Returns the algorithm of the key.
[[nodiscard]] CoseAlgorithm algorithm_of(const CosePublicKey& key) noexcept;

/// Verifies signatures of keys whose private half is elsewhere, such as in a passkey. Must be
/// thread-safe.
class PublicKeyVerifier {
 public:
  virtual ~PublicKeyVerifier() = default;
  PublicKeyVerifier(const PublicKeyVerifier&) = delete;
  PublicKeyVerifier& operator=(const PublicKeyVerifier&) = delete;

  /// Whether signatures can be verified with the key: a point on P-256; a canonical Ed25519 point
  /// of the prime-order subgroup; an odd RSA modulus of 2048 to 4096 bits with an odd exponent from
  /// 3 to 64 bits. False for an algorithm that the implementation lacks.
  [[nodiscard]] virtual bool valid_key(const CosePublicKey& key) const noexcept = 0;
  /// Whether `signature` is valid for `message`. ES256: in DER (RFC 3279 2.2.3), as WebAuthn has
  /// it; EdDSA: 64 bytes; RS256: as long as the modulus. False for a malformed signature or key.
  [[nodiscard]] virtual bool verify(const CosePublicKey& key, std::string_view message,
                                    std::string_view signature) const noexcept = 0;

 protected:
  PublicKeyVerifier() = default;
};

/// Makes a verifier for EdDSA alone through libsodium, which the core needs anyway. Throws
/// Unavailable when libsodium cannot be initialised.
[[nodiscard]] std::unique_ptr<PublicKeyVerifier> make_sodium_public_keys();

}  // namespace coffeeauth
