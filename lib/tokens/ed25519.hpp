#pragma once
/// Ed25519 (RFC 8032) as libsodium checks it: the building block of EdDSA keys. Private to the
/// library.

#include <array>
#include <string_view>

namespace coffeeauth {

using Ed25519PublicKey = std::array<unsigned char, 32>;

/// Whether `signature` is by the holder of `key` over `input`. Refuses a scalar that is not
/// reduced, points of small order and any length but 64.
[[nodiscard]] bool ed25519_verifies(const Ed25519PublicKey& key, std::string_view input,
                                    std::string_view signature) noexcept;

}  // namespace coffeeauth
