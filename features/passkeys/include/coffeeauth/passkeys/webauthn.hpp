#pragma once
/// WebAuthn: reads what a browser returns from a passkey, and verifies it. Pure functions.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/public_key_verifier.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace passkeys {

/// Which check failed. For events only: a client gets the same answer for all of them.
enum class Rejection {
  /// The credential's JSON: its size, syntax, members, their base64url, `type`, or `id`.
  credential,
  /// The client data is not a JSON object with the members that browsers write.
  client_data,
  /// The client data belongs to the other ceremony.
  ceremony,
  /// CeremonyChecks::accepts_challenge returned false.
  challenge,
  /// The origin is not in the list.
  origin,
  /// The page was embedded in a page of another origin (`crossOrigin` or `topOrigin`).
  cross_origin,
  /// The attestation object is not in canonical CBOR, or lacks a member.
  attestation_object,
  /// The authenticator data has a wrong length, extensions that are not in canonical CBOR, or an
  /// attested credential in the wrong ceremony or none in the right one.
  authenticator_data,
  /// The authenticator data is for another relying party.
  rp_id,
  /// The user was not present.
  user_presence,
  /// The user was not verified, although that was required.
  user_verification,
  /// The flags of backups contradict each other or those at registration.
  backup_state,
  /// The attested credential id is not the `id` of the credential.
  credential_id,
  /// The public key is malformed, of another algorithm, or not a valid key.
  public_key,
  /// The user handle is absent although required, or another account's.
  user_handle,
  /// The signature is not by the registered key.
  signature,
};

/// Returns the name of the enumerator, for the detail of an event.
[[nodiscard]] std::string_view wire_name(Rejection rejection) noexcept;

/// A value, or why there is none.
template <class T>
using Checked = std::variant<T, Rejection>;

/// The longest JSON text of a credential, in octets.
inline constexpr std::size_t longest_credential_json = 16 * 1'024;
/// The longest credential id, in bytes.
inline constexpr std::size_t longest_credential_id = 1'023;

/// A `RegistrationResponseJSON` (WebAuthn Level 3), decoded and not verified.
struct RegistrationResponse {
  /// The credential id: 1 to 1,023 bytes.
  std::string id;
  /// The client data, as the browser wrote it.
  std::string client_data_json;
  /// The attestation object in CBOR.
  std::string attestation_object;
  /// How a browser can reach the authenticator: known words (`usb`, `nfc`, `ble`, `smart-card`,
  /// `hybrid`, `internal`), each once.
  std::vector<std::string> transports{};
};

/// An `AuthenticationResponseJSON` (WebAuthn Level 3), decoded and not verified.
struct AssertionResponse {
  /// The credential id: 1 to 1,023 bytes.
  std::string id;
  /// The client data, as the browser wrote it.
  std::string client_data_json;
  /// The authenticator data.
  std::string authenticator_data;
  /// The signature.
  std::string signature;
  /// The user handle, if the authenticator returned one.
  std::optional<std::string> user_handle{};
};

/// Reads the JSON of a new credential, as `toJSON()` of a browser returns it. Unknown members are
/// ignored; members named twice are not accepted.
[[nodiscard]] Checked<RegistrationResponse> read_registration(std::string_view json);
/// Reads the JSON of an assertion in the same way.
[[nodiscard]] Checked<AssertionResponse> read_assertion(std::string_view json);

/// What every ceremony is checked against. The views must outlive the call.
struct CeremonyChecks {
  /// The relying party's id.
  std::string_view rp_id;
  /// The accepted origins, compared exactly.
  std::span<const std::string> origins;
  /// Whether a challenge (decoded) was made for this ceremony and its subject and is still valid.
  /// It is called only after the client data have the right form and type, and at most once.
  std::function<bool(std::string_view challenge)> accepts_challenge;
  /// Whether the authenticator must have verified the user.
  bool requires_user_verification = true;
};

/// A verified new credential. Whether its id is new is for the caller to check.
struct VerifiedRegistration {
  /// The credential id.
  std::string id;
  /// The public key in COSE, which verify_assertion() takes.
  std::string public_key;
  /// The algorithm of the public key.
  CoseAlgorithm algorithm;
  /// The decoded challenge, which the caller must accept once only.
  std::string challenge;
  /// The authenticator's model; zeros when it does not tell.
  std::array<std::uint8_t, 16> aaguid{};
  /// The counter of signatures; 0 for authenticators that do not count.
  std::uint32_t sign_count = 0;
  /// Whether the authenticator verified the user.
  bool user_verified = false;
  /// Whether the credential can be backed up, which never changes.
  bool backup_eligible = false;
  /// Whether the credential is backed up now.
  bool backed_up = false;
  /// The transports that the response lists.
  std::vector<std::string> transports{};
};

/// What is known of the credential that an assertion names. The views must outlive the call.
struct RegisteredCredential {
  /// VerifiedRegistration::public_key.
  std::string_view public_key;
  /// VerifiedRegistration::backup_eligible.
  bool backup_eligible = false;
  /// The account's user handle.
  std::string_view user_handle{};
  /// Whether the response must contain the user handle. If not, it may still contain no other.
  bool requires_user_handle = true;
};

/// A verified assertion. Whether the counter has grown is for the caller to check.
struct VerifiedAssertion {
  /// The decoded challenge, which the caller must accept once only.
  std::string challenge;
  /// The counter of signatures; 0 for authenticators that do not count.
  std::uint32_t sign_count = 0;
  /// Whether the authenticator verified the user.
  bool user_verified = false;
  /// Whether the credential is backed up now.
  bool backed_up = false;
};

/// Verifies a new credential. The attestation statement must be well-formed CBOR and is not
/// evaluated, so nothing is known of the authenticator but what it claims.
[[nodiscard]] Checked<VerifiedRegistration> verify_registration(
    const RegistrationResponse& response, const CeremonyChecks& checks,
    const PublicKeyVerifier& keys);
/// Verifies that the holder of a registered credential took part in this ceremony.
[[nodiscard]] Checked<VerifiedAssertion> verify_assertion(const AssertionResponse& response,
                                                          const RegisteredCredential& registered,
                                                          const CeremonyChecks& checks,
                                                          const PublicKeyVerifier& keys);

/// Parses a public key in COSE (RFC 9052 7): ES256, EdDSA with Ed25519, or RS256 with 2048 to 4096
/// bits, in canonical CBOR with the members of its kind only. PublicKeyVerifier::valid_key() tells
/// whether it is a valid one.
[[nodiscard]] std::optional<CosePublicKey> parse_public_key(std::string_view cose);

}  // namespace passkeys
}  // namespace coffeeauth
