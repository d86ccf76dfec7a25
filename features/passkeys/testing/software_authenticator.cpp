#include "features/passkeys/testing/software_authenticator.hpp"

#include <sodium.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "coffeeauth/base64url.hpp"
#include "features/passkeys/testing/cbor_writer.hpp"

namespace coffeeauth::passkeys::testing {
namespace {

using nlohmann::json;

std::string big_endian(std::uint64_t number, unsigned octets) {
  std::string bytes;
  for (unsigned left = octets; left > 0; --left) {
    bytes.push_back(static_cast<char>(number >> (8 * (left - 1)) & 0xFFU));
  }
  return bytes;
}

std::string quoted(const std::string& text) { return json(text).dump(); }

/// An INTEGER of DER.
std::string der_integer(std::string_view number) {
  while (number.size() > 1 && number.front() == '\0') number.remove_prefix(1);
  std::string body;
  if ((static_cast<unsigned>(number.front()) & 0x80U) != 0) body.push_back('\0');
  body.append(number);
  return std::string{'\x02', static_cast<char>(body.size())} + body;
}

std::string number_of(const json& jwk, const char* name) {
  return base64url_decode(jwk.at(name).get<std::string>()).value();
}

AuthenticatorDataParts data_of(const SoftwareAuthenticator& authenticator,
                               const Ceremony& ceremony) {
  return {.rp_id_hash = sha256(ceremony.rp_id),
          .flags = authenticator.flags,
          .sign_count = authenticator.sign_count};
}

ClientDataParts client_data_of(const char* type, const Ceremony& ceremony) {
  return {
      .type = type, .challenge = base64url_encode(ceremony.challenge), .origin = ceremony.origin};
}

}  // namespace

std::string sha256(std::string_view text) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

std::string ClientDataParts::json() const {
  if (text) return *text;
  auto out = "{\"type\":" + quoted(type) + ",\"challenge\":" + quoted(challenge) +
             ",\"origin\":" + quoted(origin);
  if (cross_origin) out += *cross_origin ? ",\"crossOrigin\":true" : ",\"crossOrigin\":false";
  if (top_origin) out += ",\"topOrigin\":" + quoted(*top_origin);
  return out + tail + "}";
}

std::string AuthenticatorDataParts::bytes() const {
  return rp_id_hash + static_cast<char>(flags) + big_endian(sign_count, 4) + attested + extensions +
         trailing;
}

std::string Registration::attestation() const {
  if (attestation_object) return *attestation_object;
  return cbor_head(5, 3) + cbor_text("fmt") + cbor_text(format) + cbor_text("attStmt") + statement +
         cbor_text("authData") + cbor_bytes(authenticator_data.bytes());
}

std::string Registration::json() const {
  const auto data = authenticator_data.bytes();
  return nlohmann::json{{"id", id},
                        {"rawId", raw_id},
                        {"type", type},
                        {"authenticatorAttachment", "platform"},
                        {"clientExtensionResults", {{"credProps", {{"rk", true}}}}},
                        {"response",
                         {{"clientDataJSON", base64url_encode(client_data.json())},
                          {"attestationObject", base64url_encode(attestation())},
                          {"authenticatorData", base64url_encode(data)},
                          {"transports", transports}}}}
      .dump();
}

void Assertion::sign() {
  signature = webauthn_signature(*key, authenticator_data.bytes() + sha256(client_data.json()));
}

std::string Assertion::json() const {
  auto copy = *this;
  if (!copy.signature) copy.sign();
  nlohmann::json response{{"clientDataJSON", base64url_encode(client_data.json())},
                          {"authenticatorData", base64url_encode(authenticator_data.bytes())},
                          {"signature", base64url_encode(*copy.signature)}};
  if (user_handle) response["userHandle"] = base64url_encode(*user_handle);
  return nlohmann::json{{"id", id},
                        {"rawId", raw_id},
                        {"type", type},
                        {"authenticatorAttachment", "platform"},
                        {"clientExtensionResults", nlohmann::json::object()},
                        {"response", response}}
      .dump();
}

SoftwareAuthenticator::SoftwareAuthenticator(SigningKeyFactory& keys, SigningAlgorithm algorithm,
                                             std::string credential_id)
    : user_handle(32, 'u'), key_(keys.generate(algorithm)), id_(std::move(credential_id)) {}

std::string SoftwareAuthenticator::public_key() const {
  const auto jwk = json::parse(key_->public_jwk().value());
  const auto member = [](std::int64_t label, const std::string& value) {
    return cbor_integer(label) + value;
  };
  const auto number = [&](std::int64_t label, const char* name) {
    return member(label, cbor_bytes(number_of(jwk, name)));
  };
  const auto kind = [&](std::int64_t type, std::int64_t algorithm) {
    return member(1, cbor_integer(type)) + member(3, cbor_integer(algorithm));
  };
  switch (key_->algorithm()) {
    case SigningAlgorithm::es256:
      return cbor_head(5, 5) + kind(2, -7) + member(-1, cbor_integer(1)) + number(-2, "x") +
             number(-3, "y");
    case SigningAlgorithm::eddsa:
      return cbor_head(5, 4) + kind(1, -8) + member(-1, cbor_integer(6)) + number(-2, "x");
    case SigningAlgorithm::rs256:
    case SigningAlgorithm::hs256:
      break;
  }
  return cbor_head(5, 4) + kind(3, -257) + number(-1, "n") + number(-2, "e");
}

std::string SoftwareAuthenticator::attested_credential(std::string_view id,
                                                       std::string_view cose_key) const {
  return (aaguid + big_endian(id.size(), 2)).append(id).append(cose_key);
}

Registration SoftwareAuthenticator::create(const Ceremony& ceremony) const {
  auto data = data_of(*this, ceremony);
  data.flags |= attested;
  data.attested = attested_credential(id_, public_key());
  const auto id = base64url_encode(id_);
  return {.client_data = client_data_of("webauthn.create", ceremony),
          .authenticator_data = std::move(data),
          .id = id,
          .raw_id = id};
}

Assertion SoftwareAuthenticator::get(const Ceremony& ceremony) const {
  const auto id = base64url_encode(id_);
  return {.client_data = client_data_of("webauthn.get", ceremony),
          .authenticator_data = data_of(*this, ceremony),
          .id = id,
          .raw_id = id,
          .user_handle = user_handle,
          .key = key_.get()};
}

std::string webauthn_signature(const SigningKey& key, std::string_view message) {
  auto signature = key.sign(message);
  if (key.algorithm() != SigningAlgorithm::es256) return signature;
  const auto numbers = der_integer(std::string_view{signature}.substr(0, 32)) +
                       der_integer(std::string_view{signature}.substr(32));
  return std::string{'\x30', static_cast<char>(numbers.size())} + numbers;
}

}  // namespace coffeeauth::passkeys::testing
