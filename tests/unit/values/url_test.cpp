#include "coffeeauth/url.hpp"
#include "tests/exposed.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <stdexcept>

using namespace coffeeauth;

namespace {

/// What is said of a URL that is refused; empty when it is not.
std::string complaint(std::string_view text) {
  try {
    static_cast<void>(parse_url(text));
    return {};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a URL is read into its parts, decoded") {
  const auto url = parse_url("redis://ada:b%20ar%40%2F%3A@db.example.com:6543/a%2Db?x=1%262&y=");

  CHECK(url.scheme == "redis");
  CHECK(url.user == "ada");
  CHECK(url.password.expose_secret() == "b ar@/:");
  CHECK(url.host == "db.example.com");
  CHECK(url.port == 6543);
  CHECK(url.path == "a-b");
  REQUIRE(url.parameters.size() == 2);
  CHECK(url.parameters[0] == std::pair<std::string, std::string>{"x", "1&2"});
  CHECK(url.parameters[1] == std::pair<std::string, std::string>{"y", ""});
}

TEST_CASE("what is not there is empty") {
  const auto url = parse_url("smtp://mail");

  CHECK(url.user.empty());
  CHECK(url.password.empty());
  CHECK_FALSE(url.port);
  CHECK(url.path.empty());
  CHECK(url.parameters.empty());
  CHECK(parse_url("x://").host.empty());
  CHECK_FALSE(parse_url("x://host:").port);
}

TEST_CASE("an IPv6 address stands in brackets") {
  CHECK(parse_url("x://[::1]").host == "::1");
  CHECK(parse_url("x://u@[fe80::2]:99/p").port == 99);
  CHECK_FALSE(complaint("x://[::1").empty());
  CHECK(parse_url("x://[fe80::1%25eth0]").host == "fe80::1%eth0");
  CHECK_FALSE(complaint("x://[::1]9").empty());
  CHECK_FALSE(complaint("x://[host]").empty());
  CHECK_FALSE(complaint("x://[::1%25\n]").empty());
}

TEST_CASE("a password ends at the last at sign and may hold a colon") {
  CHECK(exposed(parse_url("x://u:p@ss@h").password) == "p@ss");
  CHECK(exposed(parse_url("x://u:a:b@h").password) == "a:b");
  CHECK(exposed(parse_url("x://:pw@h").password) == "pw");
  CHECK(parse_url("x://me@example.com:pw@h").user == "me@example.com");
}

TEST_CASE("what is malformed is refused without a word of it") {
  for (const auto* const text :
       {"", "hunter2", "://u:hunter2@h", "x:/u:hunter2@h", "x://u:hunter2%@h", "x://u:hunter2%4@h",
        "x://u:hunter2%zz@h", "x://u:hunter2%00@h", "x://u:hunter2@h:0", "x://u:hunter2@h:65536",
        "x://u:hunter2@h:-1", "x://u:hunter2@h:1x", "x://u:hunter2@h: 1", "x://u:hunter2\n@h",
        "x://h?hunter2", "x://h/?a=1&hunter2", "x\n://u:hunter2@h", "1x://u:hunter2@h"}) {
    CAPTURE(text);
    const auto said = complaint(text);
    CHECK_FALSE(said.empty());
    CHECK(said.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a password that would be read as a part of the place has to be percent-encoded") {
  const auto said = [](std::string_view url) -> std::string {
    try {
      static_cast<void>(parse_server_url(url));
      return {};
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  for (const auto* const url : {"x://u:a@b/c@db/app", "x://u:hunter/2@db/app",
                                "x://u:hunter?2@db/app", "x://u:a@hunter?2@db/app"}) {
    CAPTURE(url);
    CHECK(said(url).find("percent-encode") != std::string::npos);
    CHECK(said(url).find("hunter") == std::string::npos);
  }
  CHECK(said("x://u:a@b@db/app").empty());
  CHECK(said("x://u@db/app?sslrootcert=/etc/ca@home.pem").empty());
  CHECK(said("x") == "the URL has no scheme");
  CHECK(parse_server_url("x://u:p%40@db/app").path == "app");
  // One that carries no password may have an @ wherever it likes.
  CHECK(parse_url("https://example.com/@ada").path == "@ada");
}

namespace {

std::string public_url(std::string_view text) {
  try {
    return PublicUrl::parse(text).str();
  } catch (const std::invalid_argument& error) {
    return std::string{"refused: "} + error.what();
  }
}

}  // namespace

TEST_CASE("a public URL is an origin and perhaps a path, in one spelling") {
  CHECK(public_url("https://example.com") == "https://example.com");
  CHECK(public_url("https://example.com/") == "https://example.com");
  CHECK(public_url("https://example.com/auth") == "https://example.com/auth");
  CHECK(public_url("https://example.com/auth/") == "https://example.com/auth");
  CHECK(public_url("HTTPS://Example.COM:443/Auth/v1") == "https://example.com/Auth/v1");
  CHECK(public_url("https://example.com:8443") == "https://example.com:8443");
  CHECK(public_url("https://[2001:DB8::1]/a") == "https://[2001:db8::1]/a");
  CHECK(public_url("http://localhost:8000") == "http://localhost:8000");
  CHECK(public_url("http://127.0.0.1:80/x") == "http://127.0.0.1/x");
  CHECK(public_url("http://[::1]:8000") == "http://[::1]:8000");
  const auto url = PublicUrl::parse("https://Example.com:8443/auth");
  CHECK(url.origin() == "https://example.com:8443");
  CHECK(url.host() == "example.com");
  CHECK(url.path() == "/auth");
}

TEST_CASE("what is no public URL is refused") {
  for (const std::string_view text : {"",
                                      "example.com",
                                      "//example.com",
                                      "https://",
                                      "https:///auth",
                                      "http://example.com",
                                      "http://127.0.0.1.example.com",
                                      "http://10.0.0.1",
                                      "ftp://example.com",
                                      "https://user@example.com",
                                      "https://user:secret@example.com",
                                      "https://example.com?x=1",
                                      "https://example.com/#x",
                                      "https://example.com/a b",
                                      "https://example.com/a//b",
                                      "https://example.com/../a",
                                      "https://example.com/./a",
                                      "https://example.com/%2e",
                                      "https://exa mple.com",
                                      "https://example.com:0",
                                      "https://example.com:x",
                                      "https://example.com\r\nX: y",
                                      "https://b\xC3\xBC"
                                      "cher.example",
                                      "https://example.com/\"x",
                                      "javascript:alert(1)"}) {
    CAPTURE(text);
    const auto outcome = public_url(text);
    CHECK(outcome.starts_with("refused: the URL "));
    CHECK(outcome.find("secret") == std::string::npos);
  }
}
