#pragma once
/// ES256 (RFC 7518 3.4): ECDSA on P-256 with SHA-256, signatures as r || s.

#include <memory>

#include "adapters/crypto/src/evp.hpp"
#include "coffeeauth/ports/signing_key.hpp"

namespace coffeeauth::crypto {

[[nodiscard]] std::unique_ptr<SigningKey> generate_es256_key();
/// Takes a key on P-256; throws std::invalid_argument for any other. One without a private part
/// verifies and cannot sign.
[[nodiscard]] std::unique_ptr<SigningKey> make_es256_key(EvpKey key);

}  // namespace coffeeauth::crypto
