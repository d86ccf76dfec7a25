#include "tests/exposed.hpp"
#include "tests/unit/tokens/forgeries.hpp"

using namespace coffeeauth;

namespace {

constexpr auto every_letter =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ";

}  // namespace

TEST_CASE("HS256: no neighbour of a token and no forgery passes") {
  TokenWorld world{SigningAlgorithm::hs256};
  check_that_no_forgery_passes(world, every_letter);
}

TEST_CASE("EdDSA: no neighbour of a token and no forgery passes") {
  TokenWorld world{SigningAlgorithm::eddsa};
  check_that_no_forgery_passes(world, "Aq_9.=");
}

TEST_CASE("a public key is no HMAC secret") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const std::string token{exposed(service->issue(world.live()))};
  const TokenParts parts{token};
  const auto keys = world.stolen_keys();
  const auto jwk = *keys.all().front().key->public_jwk();
  const auto jwks = nlohmann::json::parse(service->jwks());
  const auto x = jwks.at("keys").at(0).at("x").get<std::string>();
  const auto header = replaced(*base64url_decode(parts.header), "EdDSA", "HS256");
  const auto input = base64url_encode(header) + "." + parts.payload;

  for (const auto& secret : {jwk, x, *base64url_decode(x), jwks.dump(), jwks["keys"][0].dump()}) {
    const auto hmac = world.factory().load(SigningAlgorithm::hs256, Secret{secret});
    const auto forged = input + "." + base64url_encode(hmac->sign(input));
    CHECK(failure(service->verify(forged)) == ErrorCode::token_invalid);
  }
}

TEST_CASE("a key of another algorithm in the same Store verifies only its own") {
  TokenWorld world{SigningAlgorithm::eddsa};
  (void)world.service()->issue(world.live());
  world.config.algorithm = SigningAlgorithm::hs256;
  const auto service = world.service();
  const std::string token{exposed(service->issue(world.live()))};
  REQUIRE(world.store.rows().size() == 2);
  const TokenParts parts{token};
  const auto eddsa_kid = world.store.rows().front().kid;
  const auto payload = *base64url_decode(parts.payload);
  const auto header = [&](const char* algorithm, const std::string& kid) {
    return nlohmann::json{{"alg", algorithm}, {"kid", kid}, {"typ", "at+jwt"}}.dump();
  };

  // world.sign() signs with the first key, the EdDSA one.
  CHECK_OK(service->verify(world.sign(header("EdDSA", eddsa_kid), payload)));
  for (const auto& forged : {header("HS256", eddsa_kid), header("EdDSA", world.store.rows()[1].kid),
                             header("HS256", world.store.rows()[1].kid)}) {
    CHECK(failure(service->verify(world.sign(forged, payload))) == ErrorCode::token_invalid);
  }
}

TEST_CASE("a token over 4 KiB is refused though it is rightly signed") {
  TokenWorld world{SigningAlgorithm::hs256};
  const auto service = world.service();
  const std::string token{exposed(service->issue(world.live()))};
  const TokenParts parts{token};
  const auto header = *base64url_decode(parts.header);
  auto claims = nlohmann::json::parse(*base64url_decode(parts.payload));
  claims["note"] = "";
  const auto signed_with_note = [&](std::size_t size) {
    claims["note"] = std::string(size, 'x');
    return world.sign(header, claims.dump());
  };
  std::size_t note = 0;
  while (signed_with_note(note + 1).size() <= 4'096) ++note;

  CHECK_OK(service->verify(signed_with_note(note)));
  CHECK(failure(service->verify(signed_with_note(note + 1))) == ErrorCode::token_invalid);
  CHECK(failure(service->verify(std::string(100'000'000, 'A'))) == ErrorCode::token_invalid);
}

TEST_CASE("forged kids make the Store be asked once a second more than it is, and no more") {
  TokenWorld world{SigningAlgorithm::hs256};
  const auto service = world.service();
  const std::string token{exposed(service->issue(world.live()))};
  const TokenParts parts{token};
  const auto forge = [&](int i) {
    const auto header =
        nlohmann::json{{"alg", "HS256"}, {"kid", std::to_string(i)}, {"typ", "at+jwt"}}.dump();
    (void)service->verify(base64url_encode(header) + "." + parts.payload + "." + parts.signature);
  };
  const int before = world.store.reads();
  for (int i = 0; i < 1'000; ++i) forge(i);
  CHECK(world.store.reads() == before + 1);
  world.clock.advance(std::chrono::seconds{1});
  for (int i = 0; i < 1'000; ++i) forge(i);
  // One because the copy is a second old, one for the kids that are not in it.
  CHECK(world.store.reads() == before + 3);
}
