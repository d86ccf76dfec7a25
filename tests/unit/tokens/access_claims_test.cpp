#include "lib/tokens/access_claims.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <nlohmann/json.hpp>

#include "coffeeauth/ports/random_source.hpp"

using namespace coffeeauth;

namespace {

AccessClaims example() {
  const auto random = make_system_random();
  const auto now = from_unix_millis(1'795'420'800'999);
  return {.issuer = "issuer é",
          .subject = UserId::make(now, *random),
          .audience = "audience \"quoted\"",
          .client_id = "client",
          .issued_at = now,
          .expires_at = now + std::chrono::minutes{10},
          .token_id = "token id",
          .session = SessionId::make(now, *random),
          .role = Role::admin,
          .version = 42};
}

}  // namespace

TEST_CASE("claims come back as they were, with dates in whole seconds") {
  const auto claims = example();
  const auto decoded = decode_claims(encode_claims(claims));
  REQUIRE(decoded);
  CHECK(decoded->claims.issuer == claims.issuer);
  CHECK(decoded->claims.subject == claims.subject);
  CHECK(decoded->claims.audience == claims.audience);
  CHECK(decoded->claims.client_id == claims.client_id);
  CHECK(decoded->claims.issued_at == from_unix_millis(1'795'420'800'000));
  CHECK(decoded->claims.expires_at == from_unix_millis(1'795'421'400'000));
  CHECK(decoded->claims.token_id == claims.token_id);
  CHECK(decoded->claims.session == claims.session);
  CHECK(decoded->claims.role == Role::admin);
  CHECK(decoded->claims.version == 42);
  CHECK_FALSE(decoded->not_before);
}

TEST_CASE("the payload holds the ten claims, dates as integers, and no others") {
  const auto json = nlohmann::json::parse(encode_claims(example()));
  CHECK(json.size() == 10);
  for (const auto* name : {"iss", "sub", "aud", "client_id", "jti", "sid", "role"})
    CHECK(json.at(name).is_string());
  for (const auto* name : {"iat", "exp", "ver"}) CHECK(json.at(name).is_number_integer());
  CHECK(json.at("role") == "admin");
  CHECK(json.at("exp") == 1'795'421'400);
}

TEST_CASE("a token of before client_id was written is read, one with another type of it is not") {
  auto json = nlohmann::json::parse(encode_claims(example()));
  json["client_id"] = 7;
  CHECK_FALSE(decode_claims(json.dump()));
  json.erase("client_id");
  CHECK(decode_claims(json.dump()));
}

TEST_CASE("claims without a meaning are ignored, and nbf is read") {
  auto json = nlohmann::json::parse(encode_claims(example()));
  json["nbf"] = 1'795'420'800;
  json["scope"] = {"a", {{"b", 1}}};
  const auto decoded = decode_claims(json.dump());
  REQUIRE(decoded);
  CHECK(decoded->not_before == from_unix_millis(1'795'420'800'000));
}
