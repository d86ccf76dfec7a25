#include "tests/exposed.hpp"
#include "tests/unit/tokens/fixture.hpp"

using namespace coffeeauth;

namespace {

constexpr SigningAlgorithm both[] = {SigningAlgorithm::eddsa, SigningAlgorithm::hs256};

}  // namespace

TEST_CASE("libsodium's factory has EdDSA and HS256 and says so") {
  const auto factory = make_sodium_keys();
  CHECK(factory->supports(SigningAlgorithm::eddsa));
  CHECK(factory->supports(SigningAlgorithm::hs256));
  CHECK_FALSE(factory->supports(SigningAlgorithm::es256));
  CHECK_FALSE(factory->supports(SigningAlgorithm::rs256));
  CHECK_THROWS_AS((void)factory->generate(SigningAlgorithm::es256), std::invalid_argument);
  CHECK_THROWS_AS((void)factory->load(SigningAlgorithm::rs256, Secret{"x"}), std::invalid_argument);
}

TEST_CASE("a key verifies its own signature and no other") {
  const auto factory = make_sodium_keys();
  for (const auto algorithm : both) {
    CAPTURE(wire_name(algorithm));
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
    CHECK_FALSE(key->verify("input", signature.substr(0, signature.size() - 1)));
    CHECK_FALSE(key->verify("input", std::string(signature.size(), '\0')));
  }
}

TEST_CASE("a key comes back from its exported form as the same key") {
  const auto factory = make_sodium_keys();
  for (const auto algorithm : both) {
    CAPTURE(wire_name(algorithm));
    const auto key = factory->generate(algorithm);
    const auto again = factory->load(algorithm, key->export_private());
    CHECK(again->verify("input", key->sign("input")));
    CHECK(again->public_jwk() == key->public_jwk());
    CHECK(again->export_private() == key->export_private());
  }
}

TEST_CASE("what is no key, or too short a key, is refused when loaded") {
  const auto factory = make_sodium_keys();
  CHECK_THROWS_AS((void)factory->load(SigningAlgorithm::hs256, Secret{}), std::invalid_argument);
  CHECK_THROWS_AS((void)factory->load(SigningAlgorithm::hs256, Secret{std::string(31, 'k')}),
                  std::invalid_argument);
  CHECK(factory->load(SigningAlgorithm::hs256, Secret{std::string(32, 'k')}) != nullptr);

  const std::string pkcs8{exposed(factory->generate(SigningAlgorithm::eddsa)->export_private())};
  CHECK(pkcs8.size() == 48);
  for (const auto& wrong : {std::string{}, pkcs8.substr(1), pkcs8 + "x", pkcs8.substr(0, 47),
                            std::string(48, '\0'), pkcs8.substr(16)}) {
    CHECK_THROWS_AS((void)factory->load(SigningAlgorithm::eddsa, Secret{wrong}),
                    std::invalid_argument);
  }
}

TEST_CASE("a symmetric key publishes nothing") {
  CHECK_FALSE(make_sodium_keys()->generate(SigningAlgorithm::hs256)->public_jwk());
}
