#include "coffeeauth/base64url.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <set>

using namespace coffeeauth;

TEST_CASE("base64url writes and reads the vectors of RFC 4648 without padding") {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "-_-_"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(base64url_encode(bytes) == text);
    CHECK(base64url_decode(text) == bytes);
  }
}

TEST_CASE("base64url of a secret is a secret of the same text") {
  for (const std::string_view bytes : {"", "f", "fo", "foo", "\xfb\xff\xbf", "a longer secret"}) {
    CHECK(base64url_encode(Secret{bytes}) == Secret{base64url_encode(bytes)});
  }
}

TEST_CASE("base64url refuses all that is not the one canonical form") {
  using namespace std::string_view_literals;
  for (const auto text : {"Zg=="sv, "Zg="sv, "Z"sv, "Zm9vY"sv, "Zm 9v"sv, " Zm9v"sv, "Zm9v\n"sv,
                          "Zm9v "sv, "+w"sv, "/w"sv, "Zm9v."sv, "Zm9v\0"sv, "Zm\0v"sv,
                          "Zm9\xc3\xa9"sv, "Zh"sv, "Zm9"sv, "===="sv, "="sv}) {
    CAPTURE(text);
    CHECK_FALSE(base64url_decode(text));
  }
}

TEST_CASE("base64url: of all texts of two characters exactly one stands for each byte") {
  const std::string alphabet = base64url_encode(
      *base64url_decode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"));
  std::set<std::string> bytes;
  int accepted = 0;
  for (const char first : alphabet) {
    for (const char second : alphabet) {
      const auto decoded = base64url_decode(std::string{first, second});
      if (!decoded) continue;
      ++accepted;
      bytes.insert(*decoded);
    }
  }
  CHECK(accepted == 256);
  CHECK(bytes.size() == 256);
}

TEST_CASE("base64url knows 64 letters, whatever their highest bit") {
  int accepted = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text{"AAA" + std::string(1, static_cast<char>(byte))};
    if (base64url_decode(text)) ++accepted;
  }
  CHECK(accepted == 64);
  CHECK_FALSE(base64url_decode("AAA\xDF"));
}
