#include <openssl/err.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "coffeeauth/base64url.hpp"
#include "coffeeauth/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

using namespace coffeeauth;

namespace {

std::string member_of(const SigningKey& key, const char* name) {
  const auto jwk = nlohmann::json::parse(key.public_jwk().value());
  return base64url_decode(jwk.at(name).get<std::string>()).value();
}

std::array<std::uint8_t, 32> octets_of(const std::string& bytes) {
  std::array<std::uint8_t, 32> octets{};
  REQUIRE(bytes.size() == octets.size());
  std::transform(bytes.begin(), bytes.end(), octets.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return octets;
}

CosePublicKey public_key_of(const SigningKey& key) {
  if (key.algorithm() == SigningAlgorithm::es256) {
    return Es256PublicKey{octets_of(member_of(key, "x")), octets_of(member_of(key, "y"))};
  }
  if (key.algorithm() == SigningAlgorithm::eddsa) {
    return EddsaPublicKey{octets_of(member_of(key, "x"))};
  }
  return Rs256PublicKey{member_of(key, "n"), member_of(key, "e")};
}

/// From r || s to DER.
std::string der_of(std::string_view raw) {
  std::string numbers;
  for (auto number : {raw.substr(0, 32), raw.substr(32)}) {
    while (number.size() > 1 && number.front() == '\0') number.remove_prefix(1);
    const bool is_padded = (static_cast<unsigned char>(number.front()) & 0x80U) != 0;
    numbers += {'\x02', static_cast<char>(number.size() + (is_padded ? 1 : 0))};
    if (is_padded) numbers += '\0';
    numbers += number;
  }
  return std::string{'\x30', static_cast<char>(numbers.size())} + numbers;
}

std::string signature_of(const SigningKey& key, std::string_view message) {
  const auto signature = key.sign(message);
  return key.algorithm() == SigningAlgorithm::es256 ? der_of(signature) : signature;
}

/// Two keys of one algorithm.
struct TwoKeys {
  std::unique_ptr<SigningKey> one;
  std::unique_ptr<SigningKey> other;
};

TwoKeys keys_of(SigningAlgorithm algorithm) {
  const auto factory = crypto::make_openssl_keys();
  return {factory->generate(algorithm), factory->generate(algorithm)};
}

constexpr std::array registered_algorithms{SigningAlgorithm::es256, SigningAlgorithm::eddsa,
                                           SigningAlgorithm::rs256};

}  // namespace

TEST_CASE("a public key of each algorithm verifies what its private key signed") {
  const auto verifier = crypto::make_openssl_public_keys();
  for (const auto algorithm : registered_algorithms) {
    CAPTURE(wire_name(algorithm));
    const auto keys = keys_of(algorithm);
    const auto key = public_key_of(*keys.one);
    const auto signature = signature_of(*keys.one, "message");
    CHECK(verifier->valid_key(key));
    CHECK(verifier->verify(key, "message", signature));
    CHECK_FALSE(verifier->verify(key, "messagE", signature));
    CHECK_FALSE(verifier->verify(key, "", signature));
    CHECK_FALSE(verifier->verify(public_key_of(*keys.other), "message", signature));
    for (const auto& wrong : {std::string{}, signature + '\0', '\0' + signature,
                              signature.substr(1), std::string(signature.size(), '\0')}) {
      CHECK_FALSE(verifier->verify(key, "message", wrong));
    }
  }
}

TEST_CASE("an ES256 signature is DER, not r || s") {
  const auto verifier = crypto::make_openssl_public_keys();
  const auto keys = keys_of(SigningAlgorithm::es256);
  const auto raw = keys.one->sign("message");
  CHECK(verifier->verify(public_key_of(*keys.one), "message", der_of(raw)));
  CHECK_FALSE(verifier->verify(public_key_of(*keys.one), "message", raw));
}

TEST_CASE("a point off the curve verifies nothing") {
  const auto verifier = crypto::make_openssl_public_keys();
  const auto keys = keys_of(SigningAlgorithm::es256);
  const auto signature = signature_of(*keys.one, "message");
  auto key = std::get<Es256PublicKey>(public_key_of(*keys.one));
  std::swap(key.x, key.y);
  CHECK_FALSE(verifier->valid_key(key));
  CHECK_FALSE(verifier->verify(key, "message", signature));
  CHECK_FALSE(verifier->valid_key(Es256PublicKey{}));
  CHECK_FALSE(verifier->verify(Es256PublicKey{}, "message", signature));
}

TEST_CASE("RSA numbers out of range verify nothing") {
  const auto verifier = crypto::make_openssl_public_keys();
  const auto keys = keys_of(SigningAlgorithm::rs256);
  const auto good = std::get<Rs256PublicKey>(public_key_of(*keys.one));
  const auto signature = signature_of(*keys.one, "message");
  const auto refuses = [&](const Rs256PublicKey& key) {
    return !verifier->valid_key(key) && !verifier->verify(key, "message", signature);
  };
  CHECK_FALSE(refuses(good));
  CHECK(refuses({}));
  CHECK(refuses({good.modulus, ""}));
  CHECK(refuses({"", good.exponent}));
  CHECK(refuses({'\0' + good.modulus, good.exponent}));
  CHECK(refuses({good.modulus, '\0' + good.exponent}));
  CHECK(refuses({good.modulus.substr(1), good.exponent}));
  CHECK(refuses({good.modulus, "\x01"}));
  CHECK(refuses({good.modulus, "\x02"}));
  CHECK(refuses({good.modulus, std::string{"\x01\x00", 2}}));
  CHECK(refuses({good.modulus, std::string(9, '\x7F')}));
  CHECK(refuses({std::string(513, '\x7F'), good.exponent}));
  auto even = good.modulus;
  even.back() = static_cast<char>(even.back() & ~1);
  CHECK(refuses({even, good.exponent}));
  CHECK(verifier->valid_key(Rs256PublicKey{std::string(512, '\x7F'), "\x03"}));
}

TEST_CASE("Ed25519 points of small order or in another spelling are no keys") {
  const auto verifier = make_sodium_public_keys();
  const auto keys = keys_of(SigningAlgorithm::eddsa);
  CHECK(verifier->valid_key(public_key_of(*keys.one)));
  EddsaPublicKey point;
  CHECK_FALSE(verifier->valid_key(point));
  point.point.front() = 1;
  CHECK_FALSE(verifier->valid_key(point));
  point.point.fill(0xFF);
  CHECK_FALSE(verifier->valid_key(point));
}

TEST_CASE("libsodium's verifier knows EdDSA alone, which is that of libcrypto's") {
  const auto sodium = make_sodium_public_keys();
  for (const auto algorithm : registered_algorithms) {
    const auto keys = keys_of(algorithm);
    const auto key = public_key_of(*keys.one);
    const bool is_known = algorithm == SigningAlgorithm::eddsa;
    CHECK(sodium->valid_key(key) == is_known);
    CHECK(sodium->verify(key, "message", signature_of(*keys.one, "message")) == is_known);
  }
}

TEST_CASE("each public key has the algorithm of its kind") {
  CHECK(algorithm_of(Es256PublicKey{}) == CoseAlgorithm::es256);
  CHECK(algorithm_of(EddsaPublicKey{}) == CoseAlgorithm::eddsa);
  CHECK(algorithm_of(Rs256PublicKey{}) == CoseAlgorithm::rs256);
}

TEST_CASE("verifying leaves nothing in libcrypto's queue of errors") {
  const auto verifier = crypto::make_openssl_public_keys();
  ERR_clear_error();
  CHECK_FALSE(verifier->valid_key(Es256PublicKey{}));
  CHECK_FALSE(verifier->verify(Es256PublicKey{}, "message", "signature"));
  CHECK_FALSE(verifier->valid_key(Rs256PublicKey{}));
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("many threads verify with one verifier") {
  const auto verifier = crypto::make_openssl_public_keys();
  const auto keys = keys_of(SigningAlgorithm::es256);
  const auto key = public_key_of(*keys.one);
  const auto signature = signature_of(*keys.one, "message");
  std::vector<std::thread> threads;
  std::vector<int> verified(8, 0);
  for (std::size_t i = 0; i < verified.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 50; ++round) {
        verified[i] += verifier->verify(key, "message", signature) ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(std::count(verified.begin(), verified.end(), 50) == 8);
}

TEST_CASE("Wycheproof, ECDSA on P-256 through public keys and DER") {
  const auto vectors = wycheproof("ecdsa_secp256r1_sha256_p1363");
  if (!vectors) return;
  const auto verifier = crypto::make_openssl_public_keys();
  int valid = 0;
  for (const auto& group : vectors->at("testGroups")) {
    const auto point = from_hex(group.at("publicKey").at("uncompressed"));
    const CosePublicKey key =
        Es256PublicKey{octets_of(point.substr(1, 32)), octets_of(point.substr(33))};
    CHECK(verifier->valid_key(key));
    for (const auto& test : group.at("tests")) {
      const auto raw = from_hex(test.at("sig"));
      if (raw.size() != 64) continue;
      CAPTURE(test.at("tcId").get<int>());
      const bool expected = test.at("result") == "valid";
      CHECK(verifier->verify(key, from_hex(test.at("msg")), der_of(raw)) == expected);
      if (expected) ++valid;
    }
  }
  CHECK(valid == 173);
}

TEST_CASE("Wycheproof, Ed25519 through public keys") {
  const auto vectors = wycheproof("ed25519");
  if (!vectors) return;
  const auto verifier = crypto::make_openssl_public_keys();
  int valid = 0;
  for (const auto& group : vectors->at("testGroups")) {
    const CosePublicKey key = EddsaPublicKey{octets_of(from_hex(group.at("publicKey").at("pk")))};
    CHECK(verifier->valid_key(key));
    for (const auto& test : group.at("tests")) {
      const bool expected = test.at("result") == "valid";
      const auto message = from_hex(test.at("msg"));
      CHECK(verifier->verify(key, message, from_hex(test.at("sig"))) == expected);
      if (expected) ++valid;
    }
  }
  CHECK(valid == 88);
}
