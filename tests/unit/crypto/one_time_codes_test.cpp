#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/testing/doctest.hpp"

#include <string>
#include <string_view>

namespace coffeeauth {
namespace {

std::string hmac_of(const std::string& key, std::string_view message) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte :
       crypto::make_openssl_one_time_codes()->hmac_sha1(Secret{std::string_view{key}}, message)) {
    text += digits[byte >> 4U];
    text += digits[byte & 0x0FU];
  }
  return text;
}

TEST_CASE("HMAC-SHA-1 is that of RFC 2202") {
  CHECK(hmac_of(std::string(20, '\x0b'), "Hi There") == "b617318655057264e28bc0b6fb378c8ef146be00");
  CHECK(hmac_of("Jefe", "what do ya want for nothing?") ==
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  CHECK(hmac_of(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
        "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
  CHECK(
      hmac_of(std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
      "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST_CASE("HMAC-SHA-1 takes an empty key and an empty message") {
  CHECK(hmac_of("", "") == "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}

}  // namespace
}  // namespace coffeeauth
