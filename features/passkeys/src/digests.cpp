#include <sodium.h>

#include "coffeeauth/passkeys/passkey_store.hpp"

namespace coffeeauth::passkeys {
namespace {

std::array<std::uint8_t, 32> hash_of(std::string_view text) {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

}  // namespace

CredentialDigest digest_of_credential(std::string_view credential_id) {
  return CredentialDigest{hash_of(credential_id)};
}

ChallengeDigest digest_of_challenge(std::string_view challenge) {
  return ChallengeDigest{hash_of(challenge)};
}

}  // namespace coffeeauth::passkeys
