#include <nlohmann/json.hpp>

#include <thread>

#include "tests/exposed.hpp"
#include "tests/unit/tokens/fixture.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

std::string issued_by(TokenService& service, TokenWorld& world) {
  return std::string{exposed(service.issue(world.live()))};
}

}  // namespace

TEST_CASE("a token says who, in which session, as what, and for how long") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  world.clock.advance(999ms);
  const auto live = world.live(Role::admin);
  const auto token = service->issue(live);
  const auto verified = service->verify(token.expose_secret());

  REQUIRE_OK(verified);
  const auto& claims = verified->claims();
  CHECK(claims.subject == live.user.id);
  CHECK(claims.session == live.session.id);
  CHECK(claims.role == Role::admin);
  CHECK(claims.version == 7);
  CHECK(claims.issuer == world.config.issuer);
  CHECK(claims.audience == world.config.audience);
  CHECK(claims.issued_at == world.clock.now() - 999ms);
  CHECK(claims.expires_at == claims.issued_at + world.config.access_lifetime);
  const auto header =
      nlohmann::json::parse(*base64url_decode(TokenParts{token.expose_secret()}.header));
  CHECK(header == nlohmann::json{{"alg", "EdDSA"},
                                 {"kid", world.store.rows().front().kid},
                                 {"typ", "at+jwt"}});
}

TEST_CASE("no two tokens have the same jti") {
  TokenWorld world{SigningAlgorithm::hs256};
  const auto service = world.service();
  const auto first = issued_by(*service, world);
  const auto second = issued_by(*service, world);
  CHECK(service->verify(first)->claims().token_id != service->verify(second)->claims().token_id);
}

TEST_CASE("a token is good until exp and the leeway are over, first seen or known") {
  TokenWorld world{SigningAlgorithm::eddsa};
  for (const std::size_t cache_size : {0U, 100U}) {
    CAPTURE(cache_size);
    world.config.verified_cache_size = cache_size;
    const auto service = world.service();
    const auto token = issued_by(*service, world);
    world.clock.advance(world.config.access_lifetime + world.config.leeway - 1ms);
    CHECK_OK(service->verify(token));
    world.clock.advance(1ms);
    CHECK(failure(service->verify(token)) == ErrorCode::token_expired);
    CHECK(failure(service->verify(token)) == ErrorCode::token_expired);
    CHECK(failure(world.service()->verify(token)) == ErrorCode::token_expired);
  }
}

TEST_CASE("an expired token is called expired only when it is ours in all else") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  auto token = issued_by(*service, world);
  world.clock.advance(1h);
  CHECK(failure(service->verify(token)) == ErrorCode::token_expired);
  token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
  CHECK(failure(service->verify(token)) == ErrorCode::token_invalid);
  world.config.audience = "others";
  CHECK(failure(world.service()->verify(issued_by(*service, world))) == ErrorCode::token_invalid);
}

TEST_CASE("nbf is honoured, with the leeway") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const TokenParts parts{issued_by(*service, world)};
  const auto header = *base64url_decode(parts.header);
  auto claims = nlohmann::json::parse(*base64url_decode(parts.payload));
  claims["nbf"] = claims["iat"].get<std::int64_t>() + 60;
  const auto token = world.sign(header, claims.dump());

  world.clock.advance(60s - world.config.leeway - 1ms);
  CHECK(failure(service->verify(token)) == ErrorCode::token_invalid);
  world.clock.advance(1ms);
  CHECK_OK(service->verify(token));
}

TEST_CASE("the same bytes under another issuer or audience are worth nothing") {
  TokenWorld world{SigningAlgorithm::hs256};
  const auto service = world.service();
  const auto token = issued_by(*service, world);
  auto other_issuer = TokenConfig{world.config};
  world.config.issuer = "another";
  CHECK(failure(world.service()->verify(token)) == ErrorCode::token_invalid);
  world.config = other_issuer;
  CHECK_OK(world.service()->verify(token));
}

TEST_CASE("a verified token costs the Store nothing while the keys are fresh") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const auto token = issued_by(*service, world);
  const int before = world.store.reads();
  for (int i = 0; i < 100; ++i) CHECK_OK(service->verify(token));
  CHECK(world.store.reads() == before);
}

TEST_CASE("making a service touches nothing and refuses what it cannot do") {
  TokenWorld world{SigningAlgorithm::eddsa};
  world.store.set_down(true);
  CHECK(world.service() != nullptr);
  CHECK(world.store.reads() == 0);
  CHECK(world.store.transactions() == 0);

  world.config.algorithm = SigningAlgorithm::es256;  // not among libsodium's
  CHECK_THROWS_AS((void)world.service(), std::invalid_argument);
  world.config.algorithm = SigningAlgorithm::eddsa;
  world.config.leeway = -1s;
  CHECK_THROWS_AS((void)world.service(), std::invalid_argument);
  world.config.leeway = 601s;
  CHECK_THROWS_AS((void)world.service(), std::invalid_argument);
}

TEST_CASE("many threads issue and verify while keys rotate") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto one = world.service();
  const auto two = world.service();
  std::vector<int> refused(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < refused.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const auto token = (i % 2 == 0 ? *one : *two).issue(world.live());
        if (!one->verify(token.expose_secret()).has_value()) ++refused[t];
      }
    });
  }
  for (int i = 0; i < 5; ++i) {
    CHECK_OK(one->rotate_key(KeyStart::now));
    world.clock.advance(6s);
  }
  for (auto& thread : threads) thread.join();
  for (const int count : refused) CHECK(count == 0);
}

TEST_CASE("the key set for other verifiers holds public parts only") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const auto set = nlohmann::json::parse(service->jwks());
  REQUIRE(set.at("keys").size() == 1);
  const auto& key = set["keys"][0];
  CHECK(key.size() == 6);
  CHECK(key.at("kty") == "OKP");
  CHECK(key.at("crv") == "Ed25519");
  CHECK(key.at("alg") == "EdDSA");
  CHECK(key.at("use") == "sig");
  CHECK(key.at("kid") == world.store.rows().front().kid);
  CHECK(key.contains("x"));
  CHECK_FALSE(key.contains("d"));
}

TEST_CASE("a symmetric key is never in the key set") {
  TokenWorld world{SigningAlgorithm::hs256};
  const auto service = world.service();
  (void)service->issue(world.live());
  CHECK(nlohmann::json::parse(service->jwks()) ==
        nlohmann::json{{"keys", nlohmann::json::array()}});
}
