#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/url.hpp"

using namespace coffeeauth;

TEST_CASE("an origin is written as browsers send it") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"https://app.example", "https://app.example"},
      {"https://App.Example.com:443", "https://app.example.com"},
      {"HTTPS://APP.example/", "https://app.example"},
      {"http://app.example:80/", "http://app.example"},
      {"http://app.example:443", "http://app.example:443"},
      {"https://app.example:80", "https://app.example:80"},
      {"http://localhost:3000", "http://localhost:3000"},
      {"http://localhost:03000", "http://localhost:3000"},
      {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
      {"http://[::1]:3000", "http://[::1]:3000"},
      {"http://[0:0:0:0:0:0:0:1]", "http://[::1]"},
      {"http://[2001:DB8:0:0:1:0:0:1]/", "http://[2001:db8::1:0:0:1]"},
      {"http://[::]", "http://[::]"},
      {"https://xn--bcher-kva.example", "https://xn--bcher-kva.example"}};
  for (const auto& each : cases) {
    const auto& text = each.first;
    const auto& normal = each.second;
    CAPTURE(text);
    CHECK(parse_origin(text) == normal);
    CHECK(parse_origin(normal) == normal);
  }
}

TEST_CASE("what no browser sends as an origin is none") {
  for (const std::string_view text : {"",
                                      "x",
                                      "app.example",
                                      "https://",
                                      "https:///",
                                      "https:app.example",
                                      "https://a//",
                                      "https://a/path",
                                      "https://a?x",
                                      "https://a#x",
                                      "https://u@a",
                                      "https://u:p@a",
                                      "https://*.a.example",
                                      "https://a:0",
                                      "https://a:65536",
                                      "https://a:x",
                                      "https://a b",
                                      "https://b\xC3\xBC"
                                      "cher.example",
                                      "https://a%2Eb",
                                      "https://256.1.1.1",
                                      "https://127.1",
                                      "https://1.2.3.4.5",
                                      "https://0x7f.1",
                                      "ftp://a",
                                      "null",
                                      "https://.a",
                                      "https://a..b",
                                      "https://[::1",
                                      "https://[a]",
                                      "https://[fe80::1%25eth0]",
                                      "https://a,https://b",
                                      "https://a\r\nX: y",
                                      "https://a\\b"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_origin(text));
  }
}

TEST_CASE("a host is a name or an address, with or without brackets for IPv6") {
  CHECK(parse_host("[::]") == "::");
  CHECK(parse_host("::") == "::");
  CHECK(parse_host("[::1]") == "::1");
  CHECK(parse_host("0.0.0.0") == "0.0.0.0");
  CHECK(parse_host("Mail.Example.com") == "Mail.Example.com");
  CHECK(parse_host("my_service") == "my_service");
  for (const std::string_view text : {"",
                                      " ",
                                      "[]",
                                      "[host]",
                                      "[127.0.0.1]",
                                      "::1]",
                                      "[::1",
                                      "a b",
                                      "a/b",
                                      "http://a",
                                      "a:80",
                                      "[::1]:80",
                                      "*",
                                      "a@b",
                                      "-a",
                                      ".a",
                                      "a..b",
                                      "300.1.1.1",
                                      "1.2.3",
                                      "5432",
                                      "b\xC3\xBC"
                                      "cher"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_host(text));
  }
}
