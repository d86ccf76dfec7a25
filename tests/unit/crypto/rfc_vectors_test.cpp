#include "coffeeauth/error.hpp"
#include "lib/tokens/jws.hpp"
#include "tests/unit/crypto/jwk_keys.hpp"

#include "coffeeauth/testing/doctest.hpp"

using namespace coffeeauth;

namespace {

constexpr auto rfc7515_payload =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
constexpr auto rfc7515_payload_part =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ";

constexpr auto rsa_jwk = R"({"alg":"RS256","kty":"RSA","n":
"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
"e":"AQAB"})";
constexpr auto rsa_signature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5ju"
    "jGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07"
    "Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipU"
    "TI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

constexpr auto ec_jwk = R"({"alg":"ES256","kty":"EC","crv":"P-256",
"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})";
constexpr auto ec_signature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

std::optional<std::string> verified(const char* header, const char* signature,
                                    const SigningKey& key) {
  const auto jws = UnverifiedJws::parse(
      std::string{header} + "." + rfc7515_payload_part + "." + signature, 4'096);
  return jws ? jws->payload_signed_by(key) : std::nullopt;
}

}  // namespace

TEST_CASE("RFC 7515 A.2: the RS256 example is verified") {
  const auto jwk = nlohmann::json::parse(rsa_jwk);
  const auto key = JwkReader{jwk}.key();
  CHECK(verified("eyJhbGciOiJSUzI1NiJ9", rsa_signature, *key) == rfc7515_payload);
  CHECK_FALSE(verified("eyJhbGciOiJSUzI1NiIgfQ", rsa_signature, *key));
  CHECK_THROWS_AS((void)key->sign("input"), Unavailable);
}

TEST_CASE("RFC 7515 A.3: the ES256 example is verified") {
  const auto jwk = nlohmann::json::parse(ec_jwk);
  const auto key = JwkReader{jwk}.key();
  CHECK(verified("eyJhbGciOiJFUzI1NiJ9", ec_signature, *key) == rfc7515_payload);
  CHECK_FALSE(verified("eyJhbGciOiJFUzI1NiIgfQ", ec_signature, *key));
}

TEST_CASE("RFC 7515 A.3: the key is told as the RFC tells it, and signs what it verifies") {
  const auto jwk = nlohmann::json::parse(ec_jwk);
  const auto key = JwkReader{jwk}.key();
  CHECK(nlohmann::json::parse(*key->public_jwk()) ==
        nlohmann::json{{"kty", "EC"}, {"crv", "P-256"}, {"x", jwk["x"]}, {"y", jwk["y"]}});
  CHECK(key->verify("input", key->sign("input")));
}

TEST_CASE("RFC 7519 6.1: the unsecured example is refused by EC and RSA keys") {
  for (const auto* text : {rsa_jwk, ec_jwk}) {
    const auto jwk = nlohmann::json::parse(text);
    const auto key = JwkReader{jwk}.key();
    CHECK_FALSE(verified("eyJhbGciOiJub25lIn0", "", *key));
  }
}

TEST_CASE("a signature of one algorithm means nothing under the name of another") {
  const auto rsa = nlohmann::json::parse(rsa_jwk);
  const auto ec = nlohmann::json::parse(ec_jwk);
  CHECK_FALSE(verified("eyJhbGciOiJSUzI1NiJ9", rsa_signature, *JwkReader{ec}.key()));
  CHECK_FALSE(verified("eyJhbGciOiJFUzI1NiJ9", ec_signature, *JwkReader{rsa}.key()));
}
