#pragma once
/// Reads public keys in COSE (RFC 9052 7).

#include <optional>

#include "coffeeauth/ports/public_key_verifier.hpp"
#include "features/passkeys/src/webauthn/cbor.hpp"

namespace coffeeauth::passkeys {

/// Reads one key; nothing unless it has exactly the members of an algorithm that is offered.
[[nodiscard]] std::optional<CosePublicKey> read_cose_key(CborReader& reader);

}  // namespace coffeeauth::passkeys
