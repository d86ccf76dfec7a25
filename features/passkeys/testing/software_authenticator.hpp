#pragma once
/// A passkey in software, which can lie in every field. INSECURE: for tests only.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/ports/signing_key.hpp"

namespace coffeeauth::passkeys::testing {

// Bits of the flags of authenticator data (WebAuthn 6.1).
inline constexpr std::uint8_t user_present = 0x01;
inline constexpr std::uint8_t user_verified = 0x04;
inline constexpr std::uint8_t backup_eligible = 0x08;
inline constexpr std::uint8_t backed_up = 0x10;
inline constexpr std::uint8_t attested = 0x40;
inline constexpr std::uint8_t has_extensions = 0x80;

[[nodiscard]] std::string sha256(std::string_view text);

/// What a browser takes part in.
struct Ceremony {
  /// Decoded.
  std::string challenge;
  std::string origin = "https://example.org";
  std::string rp_id = "example.org";
};

/// The client data; each member is written as it is.
struct ClientDataParts {
  std::string type;
  /// In base64url.
  std::string challenge;
  std::string origin;
  std::optional<bool> cross_origin = false;
  std::optional<std::string> top_origin{};
  /// Further members in JSON, such as `,"a":1`.
  std::string tail{};
  /// Everything, instead of the members.
  std::optional<std::string> text{};

  [[nodiscard]] std::string json() const;
};

/// The authenticator data; each member is written as it is, whatever the flags say.
struct AuthenticatorDataParts {
  std::string rp_id_hash;
  std::uint8_t flags = user_present | user_verified;
  std::uint32_t sign_count = 0;
  /// The attested credential, at registration.
  std::string attested{};
  /// In CBOR.
  std::string extensions{};
  std::string trailing{};

  [[nodiscard]] std::string bytes() const;
};

/// What a browser returns of a new passkey. Change what is to be wrong, then take json().
struct Registration {
  ClientDataParts client_data;
  AuthenticatorDataParts authenticator_data;
  std::string format = "none";
  /// In CBOR.
  std::string statement{"\xA0"};
  /// Everything, instead of the three above.
  std::optional<std::string> attestation_object{};
  std::string id;
  std::string raw_id;
  std::string type = "public-key";
  std::vector<std::string> transports{"internal", "hybrid"};

  [[nodiscard]] std::string attestation() const;
  /// The `RegistrationResponseJSON`.
  [[nodiscard]] std::string json() const;
};

/// What a browser returns of a registered passkey. Change what the authenticator is to sign, then
/// take json(); or sign() first, then change what it has signed.
struct Assertion {
  ClientDataParts client_data;
  AuthenticatorDataParts authenticator_data;
  std::string id;
  std::string raw_id;
  std::string type = "public-key";
  std::optional<std::string> user_handle{};
  /// Made by json() if there is none.
  std::optional<std::string> signature{};
  /// Signs; borrowed of the authenticator.
  const SigningKey* key = nullptr;

  /// Signs what the parts are now.
  void sign();
  /// The `AuthenticationResponseJSON`.
  [[nodiscard]] std::string json() const;
};

/// One credential and its key. Not thread-safe.
class SoftwareAuthenticator {
 public:
  /// With a new key of `keys`; ES256, EdDSA and RS256.
  SoftwareAuthenticator(SigningKeyFactory& keys, SigningAlgorithm algorithm,
                        std::string credential_id);

  /// Flags of the authenticator data besides `attested` and `has_extensions`.
  std::uint8_t flags = user_present | user_verified;
  /// The counter that the next answer has; 0 for an authenticator that does not count.
  std::uint32_t sign_count = 0;
  std::string aaguid = std::string(16, '\0');
  std::string user_handle;

  [[nodiscard]] const std::string& credential_id() const noexcept { return id_; }
  [[nodiscard]] const SigningKey& key() const noexcept { return *key_; }
  /// The public key in COSE.
  [[nodiscard]] std::string public_key() const;
  /// The attested credential with these, which need not be its own.
  [[nodiscard]] std::string attested_credential(std::string_view id,
                                                std::string_view cose_key) const;

  [[nodiscard]] Registration create(const Ceremony& ceremony) const;
  [[nodiscard]] Assertion get(const Ceremony& ceremony) const;

 private:
  std::unique_ptr<SigningKey> key_;
  std::string id_;
};

/// The signature as WebAuthn has it: DER for ES256.
[[nodiscard]] std::string webauthn_signature(const SigningKey& key, std::string_view message);

}  // namespace coffeeauth::passkeys::testing
