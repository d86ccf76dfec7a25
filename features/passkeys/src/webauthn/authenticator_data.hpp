#pragma once
/// Authenticator data and attestation objects (WebAuthn 6.1 and 6.5).

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "coffeeauth/passkeys/webauthn.hpp"

namespace coffeeauth::passkeys {

/// A credential as the authenticator that made it tells of it.
struct AttestedCredential {
  std::array<std::uint8_t, 16> aaguid{};
  /// 1 to 1,023 bytes.
  std::string_view id;
  /// The COSE encoding of the key.
  std::string_view public_key;
  CosePublicKey key;
};

/// What an authenticator signs. Views of the input.
struct AuthenticatorData {
  /// 32 bytes.
  std::string_view rp_id_hash;
  bool user_present = false;
  bool user_verified = false;
  bool backup_eligible = false;
  bool backed_up = false;
  std::uint32_t sign_count = 0;
  std::optional<AttestedCredential> attested{};
};

/// Parses authenticator data without a byte left over. Extensions are one well-formed map, and
/// ignored; flags without a meaning yet are ignored, too.
[[nodiscard]] Checked<AuthenticatorData> parse_authenticator_data(std::string_view bytes);

/// Returns the authenticator data within an attestation object; nothing when it is malformed.
[[nodiscard]] std::optional<std::string_view> parse_attestation_object(std::string_view cbor);

}  // namespace coffeeauth::passkeys
