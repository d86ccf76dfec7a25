#include <sodium.h>

#include <nlohmann/json.hpp>

#include <set>
#include <thread>

#include "tests/exposed.hpp"
#include "tests/unit/tokens/fixture.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

std::string issued_by(TokenService& service, TokenWorld& world) {
  return std::string{exposed(service.issue(world.live()))};
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
  for (const auto& token : tokens) CHECK_OK(reader->verify(token));
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
  CHECK_FALSE(row.verifies_until);

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
    kids.insert(make_stored_key(SigningAlgorithm::hs256, world.clock.now(), world.clock.now(),
                                world.vault, world.factory(), *world.random)
                    .kid);
  }
  CHECK(kids.size() == 10);
}

TEST_CASE("a rotated key signs at once here, and is known elsewhere when its first token comes") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto here = world.service();
  const auto there = world.service();
  const auto before = issued_by(*here, world);
  CHECK_OK(there->verify(before));

  const auto kid = here->rotate_key(KeyStart::now);
  REQUIRE_OK(kid);
  const auto after = issued_by(*here, world);
  CHECK(kid_of(after) == kid->kid);
  CHECK_OK(there->verify(after));
  CHECK(kid_of(issued_by(*there, world)) == kid->kid);
  CHECK_OK(here->verify(before));
}

TEST_CASE("a process that sees no new token learns of a rotation within a second") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto here = world.service();
  const auto there = world.service();
  const auto old_kid = kid_of(issued_by(*there, world));
  const auto kid = here->rotate_key(KeyStart::now).value().kid;
  world.clock.advance(1s - 1ms);
  CHECK(kid_of(issued_by(*there, world)) == old_kid);
  world.clock.advance(1ms);
  CHECK(kid_of(issued_by(*there, world)) == kid);
}

TEST_CASE("a rotated key is published before it signs, on every process") {
  TokenWorld world{SigningAlgorithm::eddsa};
  world.config.jwks_max_age = 10min;
  world.config.key_publication_margin = 30s;
  const auto here = world.service();
  const auto there = world.service();
  const auto before = issued_by(*here, world);
  const auto old_kid = kid_of(before);
  const auto begun = world.clock.now();
  const auto made = here->rotate_key();
  REQUIRE_OK(made);
  CHECK(made->signs_from == begun + 10min + 30s);
  CHECK_FALSE(made->current);
  CHECK(world.events.count(EventKind::signing_key_rotated) == 1);
  for (const auto* service : {&here, &there}) {
    world.clock.advance(1s);
    CHECK(nlohmann::json::parse((*service)->jwks()).at("keys").size() == 2);
    CHECK(kid_of(issued_by(**service, world)) == old_kid);
    CHECK(current_kid(**service) == old_kid);
  }
  // One waits: another rotation would only make the wait longer.
  CHECK(failure(there->rotate_key()) == ErrorCode::version_conflict);
  CHECK(world.events.count(EventKind::signing_key_rotated) == 1);

  world.clock.set(begun + 10min + 30s - 1ms);
  CHECK(kid_of(issued_by(*there, world)) == old_kid);
  const auto last = issued_by(*there, world);
  world.clock.set(begun + 10min + 30s);
  for (const auto* service : {&here, &there}) {
    CHECK(kid_of(issued_by(**service, world)) == made->kid);
    CHECK_OK((*service)->verify(last));
  }
  // The old one verifies for its last token and the overlap.
  const auto keys = here->list_keys();
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].verifies_until ==
        begun + 10min + 30s + world.config.access_lifetime + world.config.key_overlap);
}

TEST_CASE("a rotation that cannot wait passes over the key that waits") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const auto old_kid = kid_of(issued_by(*service, world));
  const auto waiting = service->rotate_key().value();
  const auto urgent = service->rotate_key(KeyStart::now).value();
  CHECK(urgent.current);
  CHECK(kid_of(issued_by(*service, world)) == urgent.kid);
  world.clock.set(waiting.signs_from + 1h);
  CHECK(kid_of(issued_by(*service, world)) == urgent.kid);
  const auto rows = world.store.rows();
  CHECK(std::count_if(rows.begin(), rows.end(),
                      [](const StoredKey& row) { return !row.verifies_until; }) == 1);
}

TEST_CASE("a secret key has nobody to be published to, and signs at once") {
  TokenWorld world{SigningAlgorithm::hs256};
  const auto service = world.service();
  (void)issued_by(*service, world);
  CHECK(nlohmann::json::parse(service->jwks()).at("keys").empty());
  const auto made = service->rotate_key().value();
  CHECK(made.current);
  CHECK(kid_of(issued_by(*service, world)) == made.kid);
}

TEST_CASE("the key of a new algorithm is published before it signs") {
  TokenWorld world{SigningAlgorithm::hs256};
  const auto old_process = world.service();
  const auto old_kid = kid_of(issued_by(*old_process, world));
  world.config.algorithm = SigningAlgorithm::eddsa;
  const auto new_process = world.service();
  const auto signs_from =
      world.clock.now() + world.config.jwks_max_age + world.config.key_publication_margin;
  const auto last = issued_by(*new_process, world);
  CHECK(kid_of(last) == old_kid);
  CHECK(nlohmann::json::parse(new_process->jwks()).at("keys").size() == 1);
  const auto rows = world.store.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].algorithm == "EdDSA");
  CHECK(rows[1].signs_from == signs_from);
  CHECK(rows[0].verifies_until ==
        signs_from + world.config.access_lifetime + world.config.key_overlap);
  // Another start meanwhile makes no further key, and neither does one of the old algorithm that
  // runs on.
  CHECK(kid_of(issued_by(*world.service(), world)) == old_kid);
  world.clock.set(signs_from - 1ms);
  CHECK(kid_of(issued_by(*new_process, world)) == old_kid);
  CHECK(kid_of(issued_by(*old_process, world)) == old_kid);
  world.clock.set(signs_from);
  CHECK(kid_of(issued_by(*new_process, world)) == rows[1].kid);
  CHECK(kid_of(issued_by(*old_process, world)) == rows[1].kid);
  CHECK_OK(new_process->verify(last));
  CHECK(world.store.rows().size() == 2);
}

TEST_CASE("where the key of the old algorithm cannot be used, the one of the new signs at once") {
  TokenWorld world{SigningAlgorithm::hs256};
  const auto old_kid = kid_of(issued_by(*world.service(), world));
  world.config.algorithm = SigningAlgorithm::eddsa;
  world.vault = Vault{Secret{"another secret of thirty-two byte"}};
  const auto service = world.service();
  const auto fresh = issued_by(*service, world);
  CHECK(kid_of(fresh) != old_kid);
  CHECK_OK(service->verify(fresh));
}

TEST_CASE(
    "when a key that waits is revoked, the one that signs goes on until the next is published") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const auto other = world.service();
  const auto old_kid = kid_of(issued_by(*service, world));
  const auto waiting = service->rotate_key().value();
  world.clock.advance(1min);
  REQUIRE_OK(service->revoke_key(waiting.kid));
  CHECK(current_kid(*service) == old_kid);
  service->check();
  world.clock.advance(1s);
  const auto margin = world.config.jwks_max_age + world.config.key_publication_margin;
  const auto signs_from = world.clock.now() + margin;
  for (const auto* one : {&service, &other}) {
    CHECK(kid_of(issued_by(**one, world)) == old_kid);
    CHECK(nlohmann::json::parse((*one)->jwks()).at("keys").size() == 2);
  }
  const auto rows = world.store.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].kid != waiting.kid);
  CHECK(rows[1].signs_from == signs_from);
  CHECK_FALSE(rows[1].verifies_until);
  world.clock.set(signs_from);
  CHECK(kid_of(issued_by(*other, world)) == rows[1].kid);
}

TEST_CASE("a key that has its end signs no token that outlives it") {
  TokenWorld world{SigningAlgorithm::eddsa};
  world.config.key_overlap = 0s;
  const auto service = world.service();
  const auto old_kid = kid_of(issued_by(*service, world));
  const auto next = service->rotate_key(KeyStart::now).value();
  REQUIRE_OK(service->revoke_key(next.kid));
  // Its last token ends with it: there is no time to publish another one.
  CHECK(kid_of(issued_by(*service, world)) != old_kid);
  CHECK(kid_of(issued_by(*service, world)) != next.kid);
}

TEST_CASE("a new algorithm retires the key of the old one, and a process of the old one follows") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto old_process = world.service();
  const auto token = issued_by(*old_process, world);
  const auto old_kid = kid_of(token);
  world.config.algorithm = SigningAlgorithm::hs256;
  const auto new_process = world.service();
  const auto changed_at = world.clock.now();
  const auto fresh = issued_by(*new_process, world);
  CHECK(kid_of(fresh) != old_kid);
  CHECK_OK(new_process->verify(token));
  CHECK_OK(old_process->verify(fresh));
  // No key is made in turn, however often both are asked.
  for (int i = 0; i < 10; ++i) {
    world.clock.advance(2s);
    CHECK(kid_of(issued_by(*old_process, world)) == kid_of(fresh));
    CHECK(kid_of(issued_by(*new_process, world)) == kid_of(fresh));
  }
  const auto rows = world.store.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].verifies_until ==
        changed_at + world.config.access_lifetime + world.config.key_overlap);
  CHECK_FALSE(rows[1].verifies_until);

  // And back, while the first is still good: a third key, and again one without an end.
  world.config.algorithm = SigningAlgorithm::eddsa;
  const auto third = world.service();
  CHECK(kid_of(issued_by(*third, world)) == kid_of(fresh));
  CHECK(world.store.rows()[1].verifies_until);
  world.clock.advance(world.config.jwks_max_age + world.config.key_publication_margin);
  const auto again = kid_of(issued_by(*third, world));
  CHECK(again != old_kid);
  CHECK(again != kid_of(fresh));
  world.clock.set(*world.store.rows()[0].verifies_until);
  CHECK(failure(third->verify(token)) == ErrorCode::token_invalid);
}

TEST_CASE("a revoked key is good for nothing, here at once and elsewhere within a second") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto here = world.service();
  const auto there = world.service();
  const auto token = issued_by(*here, world);
  REQUIRE_OK(there->verify(token));
  CHECK(failure(here->revoke_key("unknown")) == ErrorCode::not_found);
  CHECK(world.events.count(EventKind::signing_key_revoked) == 0);
  REQUIRE_OK(here->revoke_key(kid_of(token)));
  CHECK(world.events.count(EventKind::signing_key_revoked) == 1);
  CHECK(failure(here->verify(token)) == ErrorCode::token_invalid);
  world.clock.advance(1s);
  CHECK(failure(there->verify(token)) == ErrorCode::token_invalid);
  // Another takes its place with the next token.
  const auto next = issued_by(*there, world);
  CHECK(kid_of(next) != kid_of(token));
  CHECK_OK(here->verify(next));
}

TEST_CASE("a key that is revoked while the next one waits is followed by that one at once") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const auto old_kid = kid_of(issued_by(*service, world));
  const auto waiting = service->rotate_key().value();
  REQUIRE_OK(service->revoke_key(old_kid));
  CHECK(kid_of(issued_by(*service, world)) == waiting.kid);
}

TEST_CASE("access tokens carry the audience as client_id, or what is set") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto client_id = [&] {
    const auto service = world.service();
    const auto token = issued_by(*service, world);
    REQUIRE_OK(service->verify(token));
    const auto payload = nlohmann::json::parse(*base64url_decode(TokenParts{token}.payload));
    CHECK(service->verify(token)->claims().client_id == payload.at("client_id"));
    return payload.at("client_id").get<std::string>();
  };
  CHECK(client_id() == world.config.audience);
  world.config.client_id = "shop";
  CHECK(client_id() == "shop");
}

TEST_CASE("a retired key verifies for the life of its last token and the overlap") {
  TokenWorld world{SigningAlgorithm::eddsa};
  world.config.access_lifetime = 24h;
  world.config.key_overlap = 0s;
  world.config.leeway = 10min;
  const auto service = world.service();
  const auto token = issued_by(*service, world);
  const auto old_kid = current_kid(*service);
  const auto kid = service->rotate_key(KeyStart::now).value().kid;

  auto keys = service->list_keys();
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].kid == old_kid);
  CHECK(keys[0].verifies_until == world.clock.now() + 24h);
  CHECK_FALSE(keys[0].current);
  CHECK(keys[1].kid == kid);
  CHECK(keys[1].current);
  CHECK(nlohmann::json::parse(service->jwks()).at("keys").size() == 2);

  world.clock.advance(24h - 1ms);
  CHECK_OK(service->verify(token));
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
      const auto result = service->rotate_key(KeyStart::now);
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
  const auto kid = service->rotate_key(KeyStart::now);
  REQUIRE_OK(kid);
  CHECK(current_kid(*service) == kid->kid);
}

TEST_CASE("a clock that is behind the one that made the key does not stand in the way") {
  TokenWorld world{SigningAlgorithm::eddsa};
  world.clock.advance(1h);
  const auto service = world.service();
  (void)issued_by(*service, world);
  world.clock.advance(-1h);
  const auto late = world.service();
  CHECK_OK(late->verify(issued_by(*late, world)));
  CHECK_OK(service->verify(issued_by(*service, world)));
  CHECK(world.store.rows().size() == 1);
}

TEST_CASE("deleting a key stops its tokens, cached ones too, within a second") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const auto token = issued_by(*service, world);
  CHECK_OK(service->verify(token));
  world.store.drop_all_keys();
  world.clock.advance(1s);
  CHECK(failure(service->verify(token)) == ErrorCode::token_invalid);
}

TEST_CASE("while the Store is down known keys go on, and nothing is made up") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto service = world.service();
  const auto token = issued_by(*service, world);
  world.store.set_down(true);
  world.clock.advance(10s);
  const int before = world.store.reads();
  for (int i = 0; i < 100; ++i) CHECK_OK(service->verify(token));
  CHECK(world.store.reads() == before + 1);

  const auto fresh = world.service();
  CHECK_THROWS_AS((void)fresh->verify(token), Unavailable);
  CHECK_THROWS_AS((void)fresh->issue(world.live()), Unavailable);
  CHECK_THROWS_AS((void)service->rotate_key(KeyStart::now), Unavailable);
  CHECK(failure(fresh->verify("no token at all")) == ErrorCode::token_invalid);

  world.store.set_down(false);
  CHECK_OK(fresh->verify(token));
}

TEST_CASE("a key that another secret sealed is reported, and rotating gets out of it") {
  TokenWorld world{SigningAlgorithm::eddsa};
  const auto old_token = issued_by(*world.service(), world);
  world.vault = Vault{Secret{"another secret of thirty-two byte"}};
  const auto service = world.service();
  CHECK_THROWS_AS(service->check(), SecretKeyMismatch);
  CHECK_THROWS_AS(service->require_signer(), SecretKeyMismatch);
  CHECK_THROWS_AS((void)service->issue(world.live()), SecretKeyMismatch);
  // Neither is the token bad nor are there no keys: another process knows better.
  CHECK_THROWS_AS((void)service->verify(old_token), SecretKeyMismatch);
  CHECK_THROWS_AS((void)service->jwks(), SecretKeyMismatch);
  CHECK(failure(service->verify("no token at all")) == ErrorCode::token_invalid);
  CHECK(service->list_keys().size() == 1);

  REQUIRE_OK(service->rotate_key(KeyStart::now));
  service->check();
  CHECK_OK(service->verify(issued_by(*service, world)));
  CHECK(failure(service->verify(old_token)) == ErrorCode::token_invalid);
}

TEST_CASE("the check of the secret key writes nothing, and accepts a Store without keys") {
  TokenWorld world{SigningAlgorithm::eddsa};
  world.service()->check();
  CHECK(world.store.rows().empty());
  CHECK(world.store.transactions() == 0);
  static_cast<void>(issued_by(*world.service(), world));
  world.service()->check();
  world.store.set_down(true);
  CHECK_THROWS_AS(world.service()->check(), Unavailable);
}
