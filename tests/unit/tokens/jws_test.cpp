#include "lib/tokens/jws.hpp"

#include "tests/unit/tokens/fixture.hpp"

using namespace coffeeauth;
using namespace std::string_view_literals;

namespace {

std::unique_ptr<SigningKey> hs256_key(std::string_view base64url) {
  return make_sodium_keys()->load(SigningAlgorithm::hs256, Secret{*base64url_decode(base64url)});
}

std::unique_ptr<SigningKey> any_hs256_key() {
  return make_sodium_keys()->generate(SigningAlgorithm::hs256);
}

/// Signed with the key and under a header of one's choice.
std::string signed_with(const SigningKey& key, std::string_view header,
                        std::string_view payload = "payload") {
  auto token = base64url_encode(header) + "." + base64url_encode(payload);
  return token + "." + base64url_encode(key.sign(token));
}

std::optional<std::string> payload_of(std::string_view token, const SigningKey& key) {
  const auto jws = UnverifiedJws::parse(token, 4'096);
  return jws ? jws->payload_signed_by(key) : std::nullopt;
}

}  // namespace

TEST_CASE("RFC 7515 A.1 and RFC 7519 3.1: the HS256 example is verified") {
  const auto key = hs256_key(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  const auto payload = payload_of(
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
      *key);
  CHECK(payload ==
        "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
}

TEST_CASE("RFC 7519 6.1: the unsecured example is refused by every key") {
  constexpr auto unsecured =
      "eyJhbGciOiJub25lIn0."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ."sv;
  for (const auto algorithm : {SigningAlgorithm::hs256, SigningAlgorithm::eddsa}) {
    CHECK_FALSE(payload_of(unsecured, *make_sodium_keys()->generate(algorithm)));
  }
}

TEST_CASE("RFC 8037 A.4 and A.5: the EdDSA example is made and verified") {
  const auto seed = *base64url_decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
  const auto pkcs8 = *base64url_decode("MC4CAQAwBQYDK2VwBCIEIA") + seed;
  constexpr auto token =
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"sv;
  const auto key = make_sodium_keys()->load(SigningAlgorithm::eddsa, Secret{pkcs8});
  CHECK(payload_of(token, *key) == "Example of Ed25519 signing");
  CHECK(signed_with(*key, R"({"alg":"EdDSA"})", "Example of Ed25519 signing") == token);
  CHECK(key->public_jwk() ==
        R"({"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
}

TEST_CASE("what sign_jws makes is read back, any bytes and none") {
  const auto key = any_hs256_key();
  for (const auto payload : {""sv, "{}"sv, "\0\xff not JSON"sv}) {
    const auto token = sign_jws("a key", "a type", payload, *key);
    const auto jws = UnverifiedJws::parse(token, token.size());
    REQUIRE(jws);
    CHECK(jws->header().algorithm == "HS256");
    CHECK(jws->header().key_id == "a key");
    CHECK(jws->header().type == "a type");
    CHECK(jws->payload_signed_by(*key) == payload);
    CHECK_FALSE(jws->payload_signed_by(*any_hs256_key()));
    CHECK_FALSE(UnverifiedJws::parse(token, token.size() - 1));
  }
}

TEST_CASE("a header is refused for what it must not say, though the signature is right") {
  const auto key = any_hs256_key();
  for (const auto header : {R"({})"sv,
                            R"([])"sv,
                            R"("HS256")"sv,
                            R"({"alg":null})"sv,
                            R"({"alg":["HS256"]})"sv,
                            R"({"alg":256})"sv,
                            R"({"alg":"none"})"sv,
                            R"({"alg":"NONE"})"sv,
                            R"({"alg":""})"sv,
                            R"({"alg":"hs256"})"sv,
                            R"({"alg":"HS256 "})"sv,
                            R"({"alg":"HS384"})"sv,
                            R"({"alg":"EdDSA"})"sv,
                            R"({"alg":"HS256","alg":"HS256"})"sv,
                            R"({"alg":"none","alg":"HS256"})"sv,
                            R"({"alg":"HS256","crit":[]})"sv,
                            R"({"alg":"HS256","crit":["exp"],"exp":1})"sv,
                            R"({"alg":"HS256","b64":true})"sv,
                            R"({"alg":"HS256","jwk":{}})"sv,
                            R"({"alg":"HS256","jku":"https://example.org"})"sv,
                            R"({"alg":"HS256","x5u":"https://example.org"})"sv,
                            R"({"alg":"HS256","x5c":[]})"sv,
                            R"({"alg":"HS256","kid":1})"sv,
                            R"({"alg":"HS256","kid":null})"sv,
                            R"({"alg":"HS256","typ":{}})"sv,
                            R"({"alg":"HS256","x":{"a":1,"a":1}})"sv,
                            R"({"alg":"HS256"} )"
                            "\0"sv,
                            "\xEF\xBB\xBF{\"alg\":\"HS256\"}"sv}) {
    CAPTURE(header);
    CHECK_FALSE(payload_of(signed_with(*key, header), *key));
  }
}

TEST_CASE("a header may hold white space and members that mean nothing here") {
  const auto key = any_hs256_key();
  for (const auto header : {R"({"alg":"HS256"})"sv, R"(  {"alg" :  "HS256" } )"sv,
                            R"({"alg":"HS256","x-note":[1,{"a":null}]})"sv}) {
    CAPTURE(header);
    CHECK(payload_of(signed_with(*key, header), *key) == "payload");
  }
}

TEST_CASE("a JWS has exactly three parts") {
  const auto key = any_hs256_key();
  const auto token = sign_jws("kid", "typ", "payload", *key);
  const TokenParts parts{token};
  const std::string cases[] = {"",
                               ".",
                               "..",
                               "...",
                               parts.header,
                               parts.header + "." + parts.payload,
                               token + ".",
                               "." + token,
                               token + "." + parts.signature,
                               parts.header + ".." + parts.payload + "." + parts.signature,
                               parts.header + "..",
                               "." + parts.payload + "." + parts.signature,
                               parts.header + "." + parts.payload + "."};
  for (const auto& text : cases) {
    CAPTURE(text);
    CHECK_FALSE(payload_of(text, *key));
  }
}
