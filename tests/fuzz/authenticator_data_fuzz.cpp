// Authenticator data, attestation objects and public keys: what is accepted has one length, and
// says what stands in it.

#include "coffeeauth/crypto/crypto.hpp"
#include "features/passkeys/src/webauthn/authenticator_data.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;
using passkeys::AuthenticatorData;

const AuthenticatorData* read_of(const passkeys::Checked<AuthenticatorData>& result) {
  return std::get_if<AuthenticatorData>(&result);
}

void check_key(std::string_view cose) {
  static const auto verifier = crypto::make_openssl_public_keys();
  const auto key = passkeys::parse_public_key(cose);
  if (!key) return;
  hold(!passkeys::parse_public_key(std::string{cose} + '\0'), "a key has one end");
  hold(!verifier->verify(*key, "something", std::string(64, 'x')), "a key vouches for nothing");
  if (const auto* const rsa = std::get_if<Rs256PublicKey>(&*key)) {
    hold(rsa->modulus.size() >= 256 && rsa->modulus.size() <= 512, "a modulus has its size");
    hold(verifier->valid_key(*key), "the numbers are checked alike");
  }
}

void check_data(std::string_view bytes) {
  const auto result = passkeys::parse_authenticator_data(bytes);
  const auto* const data = read_of(result);
  if (data == nullptr) return;
  hold(data->rp_id_hash == bytes.substr(0, 32), "the hash is where it is");
  const auto flags = static_cast<unsigned char>(bytes[32]);
  hold(data->user_present == ((flags & 1U) != 0), "the user was there");
  hold(data->attested.has_value() == ((flags & 0x40U) != 0), "a credential is flagged");
  const auto longer = passkeys::parse_authenticator_data(std::string{bytes} + '\0');
  hold(read_of(longer) == nullptr, "no byte is left over");
  const auto shorter = passkeys::parse_authenticator_data(bytes.substr(0, bytes.size() - 1));
  hold(read_of(shorter) == nullptr, "no byte is missing");
  if (!data->attested) return;
  const auto& id = data->attested->id;
  hold(!id.empty() && id.size() <= passkeys::longest_credential_id, "an id has its length");
  const auto key = passkeys::parse_public_key(data->attested->public_key);
  hold(key && *key == data->attested->key, "a key is kept as it was read");
  check_key(data->attested->public_key);
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(authenticator_data) {
  using namespace coffeeauth;
  check_data(input);
  check_key(input);
  if (const auto data = passkeys::parse_attestation_object(input)) {
    hold(input.ends_with(*data), "the data are the last member");
    check_data(*data);
  }
}
