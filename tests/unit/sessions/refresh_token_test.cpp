// What a refresh token is made of is private; that nobody else can make one is a promise.
#include "lib/sessions/refresh_token.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace coffeeauth;

namespace {

struct Fixture {
  std::unique_ptr<RandomSource> random = make_system_random();
  Vault vault{Secret{std::string_view{"0123456789abcdef0123456789abcdef"}}};
  SessionId session = SessionId::make(from_unix_millis(1'790'000'000'000), *random);
  RefreshToken token = RefreshToken::make(session, vault, *random);
  std::string text{token.expose_secret()};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a refresh token reads back as itself") {
  const auto parsed = RefreshToken::parse(text, vault);
  REQUIRE(parsed);
  CHECK(parsed->session() == session);
  CHECK(parsed->digest() == token.digest());
}

TEST_CASE_FIXTURE(Fixture, "two tokens of one session differ") {
  const auto other = RefreshToken::make(session, vault, *random);
  CHECK_FALSE(other.expose_secret() == token.expose_secret());
  CHECK_FALSE(other.digest() == token.digest());
}

TEST_CASE_FIXTURE(Fixture, "a token with any one character changed is no token") {
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'A', 'b', '0', '_', '-', '=', '+', '/', ' ', '\0', '.', '\x80', '\xFF'}) {
      auto forged = text;
      if (forged[i] == c) continue;
      forged[i] = c;
      CAPTURE(forged);
      CHECK_FALSE(RefreshToken::parse(forged, vault));
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "a token of another length is no token") {
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK_FALSE(RefreshToken::parse(text.substr(0, size), vault));
  }
  CHECK_FALSE(RefreshToken::parse(text + "A", vault));
  CHECK_FALSE(RefreshToken::parse(text + "==", vault));
}

TEST_CASE_FIXTURE(Fixture, "a token made under a previous secret has the digest of then") {
  std::vector<Secret> previous;
  previous.emplace_back(std::string_view{"one more secret that is not in use"});
  previous.emplace_back(std::string_view{"0123456789abcdef0123456789abcdef"});
  const Vault later{
      {Secret{std::string_view{"another secret of thirty-two byte"}}, std::move(previous)}};
  const auto parsed = RefreshToken::parse(text, later);
  REQUIRE(parsed);
  CHECK(parsed->session() == session);
  CHECK(parsed->digest() == token.digest());
  const auto next = RefreshToken::make(session, later, *random);
  CHECK_FALSE(RefreshToken::parse(next.expose_secret(), vault));
}

TEST_CASE_FIXTURE(Fixture, "a token made under another secret is no token") {
  const Vault stranger{Secret{std::string_view{"another secret of thirty-two byte"}}};
  CHECK_FALSE(RefreshToken::parse(text, stranger));
}
