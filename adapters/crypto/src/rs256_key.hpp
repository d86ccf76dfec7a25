#pragma once
/// RS256 (RFC 7518 3.3): RSASSA-PKCS1-v1_5 with SHA-256.

#include <memory>

#include "adapters/crypto/src/evp.hpp"
#include "coffeeauth/ports/signing_key.hpp"

namespace coffeeauth::crypto {

/// 2048 bits.
[[nodiscard]] std::unique_ptr<SigningKey> generate_rs256_key();
/// Takes an RSA key of 2048 bits or more; throws std::invalid_argument for any other. One without a
/// private part verifies and cannot sign.
[[nodiscard]] std::unique_ptr<SigningKey> make_rs256_key(EvpKey key);

}  // namespace coffeeauth::crypto
