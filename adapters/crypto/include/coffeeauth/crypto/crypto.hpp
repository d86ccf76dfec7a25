#pragma once
/// Signing keys and public keys of every algorithm, and one-time codes, through OpenSSL's
/// libcrypto.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/one_time_codes.hpp"
#include "coffeeauth/ports/public_key_verifier.hpp"
#include "coffeeauth/ports/signing_key.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace crypto {

/// Makes keys for ES256 (P-256), RS256 (2048 bits when generated, at least that when loaded), EdDSA
/// and HS256.
///
/// export_private() gives PKCS#8 in DER, for HS256 the bytes themselves; EdDSA and HS256 keys are
/// those of make_sodium_keys(), so keys of one factory load in the other. The factory and its keys
/// are thread-safe. generate() throws Unavailable when libcrypto cannot make a key.
[[nodiscard]] std::unique_ptr<SigningKeyFactory> make_openssl_keys();

/// Makes the HMAC-SHA-1 of authenticator apps. Thread-safe.
[[nodiscard]] std::unique_ptr<OneTimeCodes> make_openssl_one_time_codes();

/// Makes a verifier for the public keys of ES256, EdDSA and RS256, as passkeys register them; EdDSA
/// is that of make_sodium_public_keys(). Thread-safe.
[[nodiscard]] std::unique_ptr<PublicKeyVerifier> make_openssl_public_keys();

}  // namespace crypto
}  // namespace coffeeauth
