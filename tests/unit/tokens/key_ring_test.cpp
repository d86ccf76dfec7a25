#include <sodium.h>

#include <nlohmann/json.hpp>

#include <set>
#include <thread>

#include "tests/unit/tokens/fixture.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

std::string issued_by(TokenService& service, TokenWorld& world) {
  return std::string{service.issue(world.live()).expose_secret()};
}

std::string kid_of(const std::string& token) {
  return nlohmann::json::parse(*base64url_decode(TokenParts{token}.header)).at("kid");
}

std::string current_kid(TokenService& service) {
  for (const auto& key : service.list_keys()) {
    if (key.current) return key.kid;
  }
  return {};
}

}  // namespace

TEST_CASE("processes that start at once over one Store share one key") {
  TokenWorld world{SigningAlgorithm::eddsa};
  std::vector<std::string> tokens(8);
  std::vector<std::thread> threads;
  for (auto& token : tokens) {
    threads.emplace_back([&] { token = issued_by(*world.service(), world); });
  }
  for (auto& thread : threads) thread.join();

  CHECK(world.store.rows().size() == 1);
  const auto reader = world.service();
  for (const auto& token : tokens) CHECK(reader->verify(token).has_value());
}

TEST_CASE("the threads of one process make one first key") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { (void)issued_by(*service, world); });
  for (auto& thread : threads) thread.join();
  CHECK(world.store.rows().size() == 1);
  CHECK(world.store.transactions() == 1);
}

TEST_CASE("the key at rest is sealed, and bound to its name and algorithm") {
  TokenWorld world{SigningAlgorithm::hs256};
  (void)issued_by(*world.service(), world);
  auto row = world.store.rows().front();
  const auto exported = world.stolen_keys().all().front().key->export_private();
  CHECK(row.sealed_private.find(exported.expose_secret()) == std::string::npos);
  CHECK(row.algorithm == "HS256");
  CHECK(row.signs_from == world.clock.now());
  CHECK_FALSE(row.verifies_until.has_value());

  const auto opened = [&](const StoredKey& stored) {
    return open_keys({stored}, {}, world.vault, world.factory()).all().front().key != nullptr;
  };
  CHECK(opened(row));
  auto renamed = row;
  renamed.kid += "x";
  CHECK_FALSE(opened(renamed));
  auto retyped = row;
  retyped.algorithm = "EdDSA";
  CHECK_FALSE(opened(retyped));
  const Vault other{Secret{"another secret of thirty-two byte"}};
  CHECK(open_keys({row}, {}, other, world.factory()).all().front().key == nullptr);
}

TEST_CASE("the kid of a public key begins its thumbprint, that of a secret one tells nothing") {
  TokenWorld world{SigningAlgorithm::eddsa};
  (void)issued_by(*world.service(), world);
  const auto jwk = *world.stolen_keys().all().front().key->public_jwk();
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(jwk.data()), jwk.size());
  CHECK(world.store.rows().front().kid == base64url_encode(hash).substr(0, 22));

  std::set<std::string> kids;
  for (int i = 0; i < 10; ++i) {
    kids.insert(make_stored_key(SigningAlgorithm::hs256, world.clock.now(), world.vault,
                                world.factory(), *world.random)
                    .kid);
  }
  CHECK(kids.size() == 10);
}

TEST_CASE("a rotated key signs at once here, and is known elsewhere when its first token comes") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto here = world.service();
  const auto there = world.service();
  const auto before = issued_by(*here, world);
  CHECK(there->verify(before).has_value());

  const auto kid = here->rotate_key();
  REQUIRE(kid.has_value());
  const auto after = issued_by(*here, world);
  CHECK(kid_of(after) == *kid);
  CHECK(there->verify(after).has_value());
  CHECK(kid_of(issued_by(*there, world)) == *kid);
  CHECK(here->verify(before).has_value());
}

TEST_CASE("a process that sees no new token learns of a rotation within five seconds") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto here = world.service();
  const auto there = world.service();
  const auto old_kid = kid_of(issued_by(*there, world));
  const auto kid = here->rotate_key().value();
  world.clock.advance(5s - 1ms);
  CHECK(kid_of(issued_by(*there, world)) == old_kid);
  world.clock.advance(1ms);
  CHECK(kid_of(issued_by(*there, world)) == kid);
}

TEST_CASE("a retired key verifies for the life of its last token and the overlap") {
  TokenWorld world{SigningAlgorithm::eddsa};
  world.config.access_lifetime = 24h;
  world.config.key_overlap = 0s;
  world.config.leeway = 10min;
  const auto service = world.service();
  const auto token = issued_by(*service, world);
  const auto old_kid = current_kid(*service);
  const auto kid = service->rotate_key().value();

  auto keys = service->list_keys();
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].kid == old_kid);
  CHECK(keys[0].verifies_until == world.clock.now() + 24h);
  CHECK_FALSE(keys[0].current);
  CHECK(keys[1].kid == kid);
  CHECK(keys[1].current);
  CHECK(nlohmann::json::parse(service->jwks()).at("keys").size() == 2);

  world.clock.advance(24h - 1ms);
  CHECK(service->verify(token).has_value());
  world.clock.advance(1ms);
  // Within the leeway still, but by a key that is over; known from the cache or not.
  CHECK(failure(service->verify(token)) == ErrorCode::token_invalid);
  CHECK(failure(world.service()->verify(token)) == ErrorCode::token_invalid);
  CHECK(service->list_keys().size() == 1);
  CHECK(nlohmann::json::parse(service->jwks()).at("keys").size() == 1);
}

TEST_CASE("of rotations at the same moment each retires the key before it, and none is forked") {
  TokenWorld world{SigningAlgorithm::eddsa};
  (void)issued_by(*world.service(), world);
  std::vector<int> won(8, 0);
  std::vector<int> lost(8, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < won.size(); ++t) {
    threads.emplace_back([&, t] {
      const auto service = world.service();
      const auto result = service->rotate_key();
      if (result) ++won[t];
      if (failure(result) == ErrorCode::version_conflict) ++lost[t];
    });
  }
  for (auto& thread : threads) thread.join();
  std::size_t winners = 0;
  for (std::size_t t = 0; t < won.size(); ++t) {
    CHECK(won[t] + lost[t] == 1);
    winners += static_cast<std::size_t>(won[t]);
  }
  const auto rows = world.store.rows();
  CHECK(winners >= 1);
  CHECK(rows.size() == 1 + winners);
  CHECK(std::count_if(rows.begin(), rows.end(),
                      [](const StoredKey& row) { return !row.verifies_until; }) == 1);
}

TEST_CASE("rotating an empty Store makes the first key") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  CHECK(service->list_keys().empty());
  const auto kid = service->rotate_key();
  REQUIRE(kid.has_value());
  CHECK(current_kid(*service) == *kid);
}

TEST_CASE("a clock that is behind the one that made the key does not stand in the way") {
  TokenWorld world{SigningAlgorithm::eddsa};
  world.clock.advance(1h);
  const auto service = world.service();
  (void)issued_by(*service, world);
  world.clock.advance(-1h);
  const auto late = world.service();
  CHECK(late->verify(issued_by(*late, world)).has_value());
  CHECK(service->verify(issued_by(*service, world)).has_value());
  CHECK(world.store.rows().size() == 1);
}

TEST_CASE("deleting a key stops its tokens, cached ones too, within five seconds") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const auto token = issued_by(*service, world);
  CHECK(service->verify(token).has_value());
  world.store.drop_all_keys();
  world.clock.advance(5s);
  CHECK(failure(service->verify(token)) == ErrorCode::token_invalid);
}

TEST_CASE("while the Store is down known keys go on, and nothing is made up") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const auto token = issued_by(*service, world);
  world.store.set_down(true);
  world.clock.advance(10s);
  const int before = world.store.reads();
  for (int i = 0; i < 100; ++i) CHECK(service->verify(token).has_value());
  CHECK(world.store.reads() == before + 1);

  const auto fresh = world.service();
  CHECK_THROWS_AS((void)fresh->verify(token), Unavailable);
  CHECK_THROWS_AS((void)fresh->issue(world.live()), Unavailable);
  CHECK_THROWS_AS((void)service->rotate_key(), Unavailable);
  CHECK(failure(fresh->verify("no token at all")) == ErrorCode::token_invalid);

  world.store.set_down(false);
  CHECK(fresh->verify(token).has_value());
}

TEST_CASE("a key that another secret sealed is reported, and rotating gets out of it") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto old_token = issued_by(*world.service(), world);
  world.vault = Vault{Secret{"another secret of thirty-two byte"}};
  const auto service = world.service();
  CHECK_THROWS_AS((void)service->issue(world.live()), Unavailable);
  CHECK(failure(service->verify(old_token)) == ErrorCode::token_invalid);
  CHECK(nlohmann::json::parse(service->jwks()).at("keys").empty());
  CHECK(service->list_keys().size() == 1);

  REQUIRE(service->rotate_key().has_value());
  CHECK(service->verify(issued_by(*service, world)).has_value());
}
