#include "adapters/net/src/base64.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <string>

using namespace coffeeauth;
using namespace coffeeauth::net;

TEST_CASE("base64 is RFC 4648's") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xFB\xFF", "+/8="}};
  for (const auto& [bytes, text] : vectors) {
    CAPTURE(text);
    CHECK(encode_base64(bytes) == text);
    CHECK(decode_base64(text) == bytes);
    const auto secret = encode_base64(Secret{bytes});
    CHECK(secret.expose_secret() == text);
  }
}

TEST_CASE("texts of any length come back") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    const auto text = encode_base64(bytes);
    CHECK(text.size() == (bytes.size() + 2) / 3 * 4);
    CHECK(decode_base64(text) == bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST_CASE("what is not base64, or not its one form, is nothing") {
  for (const std::string text :
       {"Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Zm 9", " Zm9v", "Zm9v\n", "Zm9vZg=\n",
        "Zh==", "Zm9=", "====", "=Zm9", "Zm=v", "Zm-_", "Zm9v-A==", "\xC3\xA4__"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text));
  }
}
