#include <openssl/x509.h>

#include "adapters/crypto/src/es256_key.hpp"
#include "coffeeauth/ports/signing_key.hpp"
#include "lib/tokens/ed25519.hpp"
#include "tests/unit/crypto/vectors.hpp"

using namespace coffeeauth;

namespace {

/// Runs `verifies(message, signature)` over the tests of a group; returns how many were valid.
template <class Verifies>
int check_group(const nlohmann::json& group, const char* signature_name, const Verifies& verifies) {
  int valid = 0;
  for (const auto& test : group.at("tests")) {
    const bool expected = test.at("result") == "valid";
    CAPTURE(test.at("tcId").get<int>());
    CAPTURE(test.at("comment").get<std::string>());
    CHECK(verifies(from_hex(test.at("msg")), from_hex(test.at(signature_name))) == expected);
    if (expected) ++valid;
  }
  return valid;
}

std::unique_ptr<SigningKey> es256_key(const nlohmann::json& group) {
  const auto der = from_hex(group.at("publicKeyDer"));
  const auto* next = reinterpret_cast<const unsigned char*>(der.data());
  return crypto::make_es256_key(
      crypto::EvpKey{d2i_PUBKEY(nullptr, &next, static_cast<long>(der.size()))});
}

}  // namespace

TEST_CASE("Wycheproof, ECDSA on P-256 with signatures as r || s") {
  const auto vectors = wycheproof("ecdsa_secp256r1_sha256_p1363");
  if (!vectors) return;
  int valid = 0;
  for (const auto& group : vectors->at("testGroups")) {
    const auto key = es256_key(group);
    valid += check_group(group, "sig", [&](const auto& message, const auto& signature) {
      return key->verify(message, signature);
    });
  }
  CHECK(valid == 173);
}

TEST_CASE("Wycheproof, Ed25519") {
  const auto vectors = wycheproof("ed25519");
  if (!vectors) return;
  int valid = 0;
  for (const auto& group : vectors->at("testGroups")) {
    const auto bytes = from_hex(group.at("publicKey").at("pk"));
    Ed25519PublicKey key{};
    REQUIRE(bytes.size() == key.size());
    std::copy(bytes.begin(), bytes.end(), key.begin());
    valid += check_group(group, "sig", [&](const auto& message, const auto& signature) {
      return ed25519_verifies(key, message, signature);
    });
  }
  CHECK(valid == 88);
}

TEST_CASE("Wycheproof, HMAC-SHA-256: whole tags under keys of 32 bytes and more, nothing else") {
  const auto vectors = wycheproof("hmac_sha256");
  if (!vectors) return;
  const auto factory = make_sodium_keys();
  int checked = 0;
  for (const auto& group : vectors->at("testGroups")) {
    const bool long_enough = group.at("keySize") >= 256;
    const bool whole_tag = group.at("tagSize") == 256;
    for (const auto& test : group.at("tests")) {
      CAPTURE(test.at("tcId").get<int>());
      const Secret secret{from_hex(test.at("key"))};
      if (!long_enough) {
        CHECK_THROWS_AS((void)factory->load(SigningAlgorithm::hs256, secret),
                        std::invalid_argument);
        continue;
      }
      const auto key = factory->load(SigningAlgorithm::hs256, secret);
      const auto message = from_hex(test.at("msg"));
      const auto tag = from_hex(test.at("tag"));
      CHECK(key->verify(message, tag) == (whole_tag && test.at("result") == "valid"));
      if (whole_tag && test.at("result") == "valid") CHECK(key->sign(message) == tag);
      ++checked;
    }
  }
  CHECK(checked > 100);
}
