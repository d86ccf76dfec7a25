#include "coffeeauth/crypto/crypto.hpp"
#include "tests/unit/tokens/forgeries.hpp"

using namespace coffeeauth;

TEST_CASE("ES256: no neighbour of a token and no forgery passes") {
  TokenWorld world{SigningAlgorithm::es256, crypto::make_openssl_keys()};
  check_that_no_forgery_passes(world, "A_.=");
}

TEST_CASE("RS256: no neighbour of a token and no forgery passes") {
  TokenWorld world{SigningAlgorithm::rs256, crypto::make_openssl_keys()};
  check_that_no_forgery_passes(world, "A_.=");
}

TEST_CASE("a published EC or RSA key is no HMAC secret") {
  for (const auto algorithm : {SigningAlgorithm::es256, SigningAlgorithm::rs256}) {
    TokenWorld world{algorithm, crypto::make_openssl_keys()};
    const auto service = world.service();
    const auto token = service->issue(world.live());
    const TokenParts parts{token.expose_secret()};
    const auto header = replaced(*base64url_decode(parts.header), wire_name(algorithm), "HS256");
    const auto input = base64url_encode(header) + "." + parts.payload;
    const auto jwk = *world.stolen_keys().all().front().key->public_jwk();
    const auto hmac = world.factory().load(SigningAlgorithm::hs256, Secret{jwk});
    CHECK(failure(service->verify(input + "." + base64url_encode(hmac->sign(input)))) ==
          ErrorCode::token_invalid);
  }
}

TEST_CASE("every algorithm issues, publishes and rotates through one service") {
  for (const auto algorithm : {SigningAlgorithm::es256, SigningAlgorithm::rs256,
                               SigningAlgorithm::eddsa, SigningAlgorithm::hs256}) {
    CAPTURE(wire_name(algorithm));
    TokenWorld world{algorithm, crypto::make_openssl_keys()};
    const auto here = world.service();
    const auto there = world.service();
    const auto before = here->issue(world.live());
    CHECK_OK(there->verify(before.expose_secret()));
    REQUIRE_OK(there->rotate_key(KeyStart::now));
    const auto after = there->issue(world.live());
    CHECK_OK(here->verify(after.expose_secret()));
    CHECK_OK(there->verify(before.expose_secret()));
    const auto published = nlohmann::json::parse(here->jwks()).at("keys");
    CHECK(published.size() == (algorithm == SigningAlgorithm::hs256 ? 0 : 2));
    for (const auto& jwk : published) {
      for (const auto* secret : {"d", "p", "q", "dp", "dq", "qi", "k"})
        CHECK(!jwk.contains(secret));
    }
  }
}
