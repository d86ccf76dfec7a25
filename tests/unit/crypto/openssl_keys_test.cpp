#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "coffeeauth/testing/doctest.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <thread>

#include "adapters/crypto/src/es256_key.hpp"
#include "adapters/crypto/src/rs256_key.hpp"
#include "coffeeauth/base64url.hpp"
#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/error.hpp"
#include "tests/exposed.hpp"

using namespace coffeeauth;

namespace {

constexpr std::array all{SigningAlgorithm::es256, SigningAlgorithm::rs256, SigningAlgorithm::eddsa,
                         SigningAlgorithm::hs256};

Secret pkcs8(EVP_PKEY* key) { return crypto::to_pkcs8(*crypto::EvpKey{key}); }

}  // namespace

TEST_CASE("a key of each algorithm verifies its own signature and no other") {
  const auto factory = crypto::make_openssl_keys();
  for (const auto algorithm : all) {
    CAPTURE(wire_name(algorithm));
    CHECK(factory->supports(algorithm));
    const auto key = factory->generate(algorithm);
    const auto other = factory->generate(algorithm);
    const auto signature = key->sign("input");
    CHECK(key->algorithm() == algorithm);
    CHECK(key->verify("input", signature));
    CHECK_FALSE(key->verify("inpuT", signature));
    CHECK_FALSE(key->verify("", signature));
    CHECK_FALSE(other->verify("input", signature));
    CHECK_FALSE(key->verify("input", ""));
    CHECK_FALSE(key->verify("input", signature + '\0'));
    CHECK_FALSE(key->verify("input", '\0' + signature));
    CHECK_FALSE(key->verify("input", signature.substr(0, signature.size() - 1)));
    CHECK_FALSE(key->verify("input", std::string(signature.size(), '\0')));
    CHECK_FALSE(key->verify("input", std::string(signature.size(), '\xff')));
  }
}

TEST_CASE("a key comes back from its exported form as the same key") {
  const auto factory = crypto::make_openssl_keys();
  for (const auto algorithm : all) {
    CAPTURE(wire_name(algorithm));
    const auto key = factory->generate(algorithm);
    const auto again = factory->load(algorithm, key->export_private());
    CHECK(again->verify("input", key->sign("input")));
    CHECK(key->verify("input", again->sign("input")));
    CHECK(again->public_jwk() == key->public_jwk());
    CHECK(again->export_private() == key->export_private());
  }
}

TEST_CASE("EdDSA and HS256 keys of libsodium's factory load here and the reverse") {
  const auto openssl = crypto::make_openssl_keys();
  const auto sodium = make_sodium_keys();
  for (const auto algorithm : {SigningAlgorithm::eddsa, SigningAlgorithm::hs256}) {
    const auto key = sodium->generate(algorithm);
    CHECK(openssl->load(algorithm, key->export_private())->verify("input", key->sign("input")));
    const auto other = openssl->generate(algorithm);
    CHECK(sodium->load(algorithm, other->export_private())->verify("input", other->sign("input")));
  }
}

TEST_CASE("an exported EdDSA key is the PKCS#8 that libcrypto writes and reads") {
  const auto key = crypto::make_openssl_keys()->generate(SigningAlgorithm::eddsa);
  const auto exported = key->export_private();
  const auto native = crypto::from_pkcs8(exported);
  CHECK(EVP_PKEY_is_a(native.get(), "ED25519") == 1);
  CHECK(crypto::to_pkcs8(*native) == exported);
}

TEST_CASE("ES256 signatures are the 64 bytes r || s, always") {
  const auto key = crypto::make_openssl_keys()->generate(SigningAlgorithm::es256);
  // About one in 128 has a number with a leading zero byte, which must not be lost.
  for (int i = 0; i < 600; ++i) {
    const auto input = std::to_string(i);
    const auto signature = key->sign(input);
    REQUIRE(signature.size() == 64);
    REQUIRE(key->verify(input, signature));
  }
}

TEST_CASE("RS256 keys have 2048 bits") {
  const auto key = crypto::make_openssl_keys()->generate(SigningAlgorithm::rs256);
  CHECK(key->sign("input").size() == 256);
}

TEST_CASE("public JWKs hold what RFC 7638 wants, in its order, at full width") {
  const auto factory = crypto::make_openssl_keys();
  for (int i = 0; i < 300; ++i) {
    const auto jwk = *factory->generate(SigningAlgorithm::es256)->public_jwk();
    const auto json = nlohmann::json::parse(jwk);
    REQUIRE(json.dump() == jwk);
    REQUIRE(json.size() == 4);
    REQUIRE(json.at("kty") == "EC");
    REQUIRE(json.at("crv") == "P-256");
    REQUIRE(base64url_decode(json.at("x").get<std::string>()).value().size() == 32);
    REQUIRE(base64url_decode(json.at("y").get<std::string>()).value().size() == 32);
  }
  const auto jwk = *factory->generate(SigningAlgorithm::rs256)->public_jwk();
  const auto json = nlohmann::json::parse(jwk);
  CHECK(json.dump() == jwk);
  CHECK(json.size() == 3);
  CHECK(json.at("kty") == "RSA");
  CHECK(json.at("e") == "AQAB");
  CHECK(base64url_decode(json.at("n").get<std::string>()).value().size() == 256);
}

TEST_CASE("what is no key, too short, or of another kind is refused when loaded") {
  const auto factory = crypto::make_openssl_keys();
  const auto refused = [&](SigningAlgorithm algorithm, const Secret& exported) {
    CHECK_THROWS_AS((void)factory->load(algorithm, exported), std::invalid_argument);
  };
  for (const auto algorithm : all) {
    refused(algorithm, Secret{});
    refused(algorithm, Secret{"not a key"});
    if (algorithm == SigningAlgorithm::hs256) continue;  // any 32 bytes are a key
    for (const auto other : all) {
      if (other != algorithm) refused(algorithm, factory->generate(other)->export_private());
    }
    const std::string good{exposed(factory->generate(algorithm)->export_private())};
    refused(algorithm, Secret{good + "x"});
    refused(algorithm, Secret{good.substr(0, good.size() - 1)});
  }
  refused(SigningAlgorithm::es256, pkcs8(EVP_EC_gen("P-384")));
  refused(SigningAlgorithm::es256, pkcs8(EVP_EC_gen("secp256k1")));
  refused(SigningAlgorithm::rs256, pkcs8(EVP_RSA_gen(1'024U)));
  refused(SigningAlgorithm::rs256, pkcs8(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448")));
}

TEST_CASE("one key is used by many threads at once") {
  const auto factory = crypto::make_openssl_keys();
  for (const auto algorithm : all) {
    CAPTURE(wire_name(algorithm));
    // Loaded, not generated: what libcrypto prepares at first use is then prepared by all at once.
    const auto key = factory->load(algorithm, factory->generate(algorithm)->export_private());
    std::vector<int> wrong(4, 0);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < wrong.size(); ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 25; ++i) {
          const auto input = std::to_string(t) + ":" + std::to_string(i);
          const auto signature = key->sign(input);
          if (!key->verify(input, signature) || key->verify("other", signature)) ++wrong[t];
          if (key->public_jwk().has_value() == (algorithm == SigningAlgorithm::hs256)) ++wrong[t];
        }
      });
    }
    for (auto& thread : threads) thread.join();
    for (const int count : wrong) CHECK(count == 0);
  }
}

TEST_CASE("refusals leave nothing in libcrypto's queue of errors, nor take what was there") {
  const auto factory = crypto::make_openssl_keys();
  const auto key = factory->generate(SigningAlgorithm::rs256);
  ERR_clear_error();
  CHECK_FALSE(key->verify("input", std::string(256, 'x')));
  CHECK_THROWS_AS((void)factory->load(SigningAlgorithm::es256, Secret{"x"}), std::invalid_argument);
  CHECK(ERR_peek_error() == 0);

  ERR_raise(ERR_LIB_USER, 1);
  const auto foreign = ERR_peek_error();
  CHECK_FALSE(key->verify("input", std::string(256, 'x')));
  CHECK(ERR_peek_last_error() == foreign);
  ERR_clear_error();
}
