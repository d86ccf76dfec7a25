#include <sodium.h>

#include <algorithm>
#include <utility>

#include "coffeeauth/passkeys/webauthn.hpp"
#include "features/passkeys/src/webauthn/authenticator_data.hpp"
#include "features/passkeys/src/webauthn/client_data.hpp"

namespace coffeeauth::passkeys {
namespace {

std::string sha256(std::string_view text) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

/// The challenge of client data that pass every check.
Checked<std::string> check_client_data(std::string_view json, std::string_view type,
                                       const CeremonyChecks& checks) {
  auto parsed = parse_client_data(json);
  if (const auto* const rejection = std::get_if<Rejection>(&parsed)) return *rejection;
  auto& data = std::get<ClientData>(parsed);
  if (data.type != type) return Rejection::ceremony;
  if (!checks.accepts_challenge(data.challenge)) return Rejection::challenge;
  const bool is_ours =
      std::find(checks.origins.begin(), checks.origins.end(), data.origin) != checks.origins.end();
  if (!is_ours) return Rejection::origin;
  return std::move(data.challenge);
}

/// The checks that do not depend on the ceremony.
std::optional<Rejection> check_authenticator_data(const AuthenticatorData& data,
                                                  const CeremonyChecks& checks) {
  if (data.rp_id_hash != sha256(checks.rp_id)) return Rejection::rp_id;
  if (!data.user_present) return Rejection::user_presence;
  if (checks.requires_user_verification && !data.user_verified) {
    return Rejection::user_verification;
  }
  if (data.backed_up && !data.backup_eligible) return Rejection::backup_state;
  return std::nullopt;
}

std::optional<Rejection> check_user_handle(const AssertionResponse& response,
                                           const RegisteredCredential& registered) {
  const bool is_right = response.user_handle ? *response.user_handle == registered.user_handle
                                             : !registered.requires_user_handle;
  return is_right ? std::nullopt : std::optional{Rejection::user_handle};
}

}  // namespace

Checked<VerifiedRegistration> verify_registration(const RegistrationResponse& response,
                                                  const CeremonyChecks& checks,
                                                  const PublicKeyVerifier& keys) {
  auto challenge = check_client_data(response.client_data_json, "webauthn.create", checks);
  if (const auto* const rejection = std::get_if<Rejection>(&challenge)) return *rejection;
  const auto bytes = parse_attestation_object(response.attestation_object);
  if (!bytes) return Rejection::attestation_object;
  const auto parsed = parse_authenticator_data(*bytes);
  if (const auto* const rejection = std::get_if<Rejection>(&parsed)) return *rejection;
  const auto& data = std::get<AuthenticatorData>(parsed);
  if (const auto rejection = check_authenticator_data(data, checks)) return *rejection;
  if (!data.attested) return Rejection::authenticator_data;
  if (data.attested->id != response.id) return Rejection::credential_id;
  if (!keys.valid_key(data.attested->key)) return Rejection::public_key;
  return VerifiedRegistration{.id = response.id,
                              .public_key = std::string{data.attested->public_key},
                              .algorithm = algorithm_of(data.attested->key),
                              .challenge = std::get<std::string>(std::move(challenge)),
                              .aaguid = data.attested->aaguid,
                              .sign_count = data.sign_count,
                              .user_verified = data.user_verified,
                              .backup_eligible = data.backup_eligible,
                              .backed_up = data.backed_up,
                              .transports = response.transports};
}

Checked<VerifiedAssertion> verify_assertion(const AssertionResponse& response,
                                            const RegisteredCredential& registered,
                                            const CeremonyChecks& checks,
                                            const PublicKeyVerifier& keys) {
  auto challenge = check_client_data(response.client_data_json, "webauthn.get", checks);
  if (const auto* const rejection = std::get_if<Rejection>(&challenge)) return *rejection;
  const auto parsed = parse_authenticator_data(response.authenticator_data);
  if (const auto* const rejection = std::get_if<Rejection>(&parsed)) return *rejection;
  const auto& data = std::get<AuthenticatorData>(parsed);
  if (const auto rejection = check_authenticator_data(data, checks)) return *rejection;
  if (data.attested) return Rejection::authenticator_data;
  if (const auto rejection = check_user_handle(response, registered)) return *rejection;
  if (data.backup_eligible != registered.backup_eligible) return Rejection::backup_state;
  const auto key = parse_public_key(registered.public_key);
  if (!key) return Rejection::public_key;
  const auto message = response.authenticator_data + sha256(response.client_data_json);
  if (!keys.verify(*key, message, response.signature)) return Rejection::signature;
  return VerifiedAssertion{.challenge = std::get<std::string>(std::move(challenge)),
                           .sign_count = data.sign_count,
                           .user_verified = data.user_verified,
                           .backed_up = data.backed_up};
}

std::string_view wire_name(Rejection rejection) noexcept {
  switch (rejection) {
    case Rejection::credential:
      return "credential";
    case Rejection::client_data:
      return "client_data";
    case Rejection::ceremony:
      return "ceremony";
    case Rejection::challenge:
      return "challenge";
    case Rejection::origin:
      return "origin";
    case Rejection::cross_origin:
      return "cross_origin";
    case Rejection::attestation_object:
      return "attestation_object";
    case Rejection::authenticator_data:
      return "authenticator_data";
    case Rejection::rp_id:
      return "rp_id";
    case Rejection::user_presence:
      return "user_presence";
    case Rejection::user_verification:
      return "user_verification";
    case Rejection::backup_state:
      return "backup_state";
    case Rejection::credential_id:
      return "credential_id";
    case Rejection::public_key:
      return "public_key";
    case Rejection::user_handle:
      return "user_handle";
    case Rejection::signature:
      break;
  }
  return "signature";
}

}  // namespace coffeeauth::passkeys
