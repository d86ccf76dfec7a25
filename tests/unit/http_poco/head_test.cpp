#include "adapters/http/src/head.hpp"
#include "coffeeauth/http/errors.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <string>

using coffeeauth::ErrorCode;
using namespace coffeeauth::http_poco;

namespace {

ErrorCode error_of(std::string_view bytes) {
  const auto parsed = parse_head(bytes);
  REQUIRE(std::holds_alternative<ErrorCode>(parsed));
  return std::get<ErrorCode>(parsed);
}

Head head_of(std::string_view bytes) {
  const auto parsed = parse_head(bytes);
  REQUIRE(std::holds_alternative<Head>(parsed));
  return std::get<Head>(parsed);
}

std::string with_field(std::string_view field) {
  return "POST /x HTTP/1.1\r\nHost: h\r\n" + std::string(field) + "\r\n\r\n";
}

bool is_refused(std::string_view bytes) { return error_of(bytes) == ErrorCode::invalid_request; }

}  // namespace

TEST_CASE("a plain head is read as it stands") {
  const Head head = head_of(
      "PATCH /api/me?x=%20&y={} HTTP/1.1\r\nHost: example.org:8000\r\nContent-Length: 12\r\n"
      "x-Custom:\t two words \t\r\nEmpty:\r\n\r\n");

  CHECK(head.request.method == "PATCH");
  CHECK(head.request.target == "/api/me?x=%20&y={}");
  REQUIRE(head.request.headers.size() == 4);
  CHECK(head.request.headers[2].name == "x-Custom");
  CHECK(head.request.headers[2].value == "two words");
  CHECK(head.request.headers[3].value.empty());
  CHECK(head.content_length == 12);
  CHECK(head.keep_alive);
  CHECK_FALSE(head.expects_continue);
}

TEST_CASE("the connection is kept unless the client or HTTP/1.0 says otherwise") {
  CHECK(head_of(with_field("Connection: keep-alive")).keep_alive);
  CHECK_FALSE(head_of(with_field("Connection: close")).keep_alive);
  CHECK_FALSE(head_of(with_field("Connection: foo ,\tCLOSE")).keep_alive);
  CHECK(head_of(with_field("Connection: closed")).keep_alive);
  CHECK_FALSE(head_of("GET / HTTP/1.0\r\n\r\n").keep_alive);
}

TEST_CASE("a request line must be method, target and version with one space between") {
  CHECK(is_refused("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(is_refused("GET /  HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(is_refused("GET /\tHTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(is_refused(" GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(is_refused("GET / HTTP/1.1 \r\nHost: h\r\n\r\n"));
  CHECK(is_refused("GET / FOO\r\nHost: h\r\n\r\n"));
  CHECK(is_refused("GET /\r\nHost: h\r\n\r\n"));
  CHECK(is_refused("GET\r\nHost: h\r\n\r\n"));
  CHECK(is_refused("GET HTTP/1.1\r\nHost: h\r\n\r\n"));
}

TEST_CASE("only HTTP/1.0 and HTTP/1.1 are spoken") {
  for (const char* version : {"HTTP/9.9", "HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1.",
                              "HTTP/1.1.", "HTTP/01.1", "HTTP/1.1\x01"}) {
    CAPTURE(version);
    CHECK(is_refused("GET / " + std::string(version) + "\r\nHost: h\r\n\r\n"));
  }
}

TEST_CASE("a method is upper-case letters, and not endless") {
  for (const char* method : {"get", "Get", "G3T", "GET,", "ABCDEFGHIJKLMNOPQ"}) {
    CAPTURE(method);
    CHECK(is_refused(std::string(method) + " / HTTP/1.1\r\nHost: h\r\n\r\n"));
  }
}

TEST_CASE("a target holds no octet that two parties could read differently") {
  for (const char* target :
       {"/a#b", "/a\\b", "/\"", "/<", "/>", "/\x7f", "/\xc3\xa9", "*", "a", "example.org:443"}) {
    CAPTURE(target);
    CHECK(is_refused("GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n"));
  }
}

TEST_CASE("an absolute target becomes its path, when it names the host that Host names") {
  CHECK(head_of("GET http://H/a?b HTTP/1.1\r\nHost: h\r\n\r\n").request.target == "/a?b");
  CHECK(head_of("GET HTTPS://h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n").request.target == "/");
  CHECK(head_of("GET http://h?q HTTP/1.1\r\nHost: h\r\n\r\n").request.target == "/?q");
  CHECK(is_refused("GET http://evil/a HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(is_refused("GET ftp://h/a HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(is_refused("GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n"));
}

TEST_CASE("HTTP/1.1 has exactly one Host, with a host in it") {
  CHECK(is_refused("GET / HTTP/1.1\r\n\r\n"));
  CHECK(is_refused("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"));
  CHECK(is_refused("GET / HTTP/1.1\r\nHost:\r\n\r\n"));
  CHECK(is_refused("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"));
  CHECK(is_refused("GET / HTTP/1.1\r\nHost: a,b@c\r\n\r\n"));
  CHECK(is_refused("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"));
  CHECK(head_of("GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n").request.headers.size() == 1);
}

TEST_CASE("a field is a token, a colon and a value of printable octets") {
  for (const char* field : {"no colon", ": value", "X : v", "X\t: v", "X(: v", "X: a\x01",
                            "X: a\x7f", "X: a\rb", "X\x80: a"}) {
    CAPTURE(field);
    CHECK(is_refused(with_field(field)));
  }
  CHECK(is_refused(with_field(std::string_view("X: a\0b", 6))));
  CHECK(head_of(with_field("X: gr\xc3\xbc\xc3\x9f")).request.headers[1].value ==
        "gr\xc3\xbc\xc3\x9f");
}

TEST_CASE("folded lines are refused") {
  CHECK(is_refused(with_field("X: a\r\n b")));
  CHECK(is_refused(with_field("X: a\r\n\tb: c")));
  CHECK(is_refused("GET / HTTP/1.1\r\n Host: h\r\n\r\n"));
}

TEST_CASE("bare LF and bare CR are refused") {
  CHECK(is_refused("GET / HTTP/1.1\nHost: h\n\n"));
  CHECK(is_refused("GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"));
  CHECK(is_refused("GET / HTTP/1.1\r\nHost: h\r\rX: y\r\n\r\n"));
}

TEST_CASE("encoded words are refused, what only looks like one is not") {
  CHECK(is_refused(with_field("Transfer-Encoding: =?utf-8?q?chunked?=")));
  CHECK(is_refused(with_field("X-Request-ID: =?us-ascii?Q?a=0D=0ASet-Cookie:_b=3D1?=")));
  CHECK(is_refused(with_field("X: =?x =?utf-8?B?YQ==?=")));
  CHECK(head_of(with_field("Referer: http://h/?a=?b=?")).request.headers.size() == 2);
  CHECK(head_of(with_field("X: =?")).request.headers.size() == 2);
  CHECK(head_of(with_field("X: =?q?q")).request.headers.size() == 2);
}

TEST_CASE("a length is one field of one to nine digits") {
  for (const char* length :
       {"+5", "-5", "1,0", "1, 1", "5 5", "0x5", "5.0", "", "five", "\xd9\xa5"}) {
    CAPTURE(length);
    CHECK(is_refused(with_field("Content-Length: " + std::string(length))));
  }
  CHECK(is_refused(with_field("Content-Length: 5\r\nContent-Length: 5")));
  CHECK(is_refused(with_field("Content-Length: 5\r\ncontent-length: 6")));
  CHECK(head_of(with_field("Content-Length: 999999999")).content_length == 999'999'999);
  CHECK(error_of(with_field("Content-Length: 18446744073709551621")) ==
        coffeeauth::http::errors::payload_too_large);
}

TEST_CASE("chunked is the one transfer coding, once, in HTTP/1.1 and without a length") {
  CHECK(head_of(with_field("Transfer-Encoding: chunked")).chunked);
  CHECK(head_of(with_field("transfer-encoding: CHUNKED")).chunked);
  CHECK_FALSE(head_of(with_field("Content-Length: 5")).chunked);
  CHECK(error_of(with_field("transfer-ENCODING: identity")) ==
        coffeeauth::http::errors::not_implemented);
  CHECK(error_of(with_field("Transfer-Encoding:")) == coffeeauth::http::errors::not_implemented);
  CHECK(error_of(with_field("Transfer-Encoding: gzip, chunked")) ==
        coffeeauth::http::errors::not_implemented);
  CHECK(is_refused(with_field("Content-Length: 5\r\nTransfer-Encoding: chunked")));
  CHECK(is_refused(with_field("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")));
  CHECK(is_refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

TEST_CASE("the only expectation is 100-continue") {
  CHECK(head_of(with_field("Expect: 100-Continue")).expects_continue);
  CHECK(is_refused(with_field("Expect: 200-ok")));
  CHECK(is_refused(with_field("Expect: 100-continue\r\nExpect: other")));
  CHECK_FALSE(head_of("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue);
}

TEST_CASE("more than a hundred fields are too many") {
  std::string fields = "A: 1";
  for (int i = 2; i < 100; ++i) fields += "\r\nA: 1";

  CHECK(head_of(with_field(fields)).request.headers.size() == 100);
  CHECK(error_of(with_field(fields + "\r\nA: 1")) == coffeeauth::http::errors::headers_too_large);
}

TEST_CASE("octets that are not a whole head are refused") {
  CHECK(is_refused(""));
  CHECK(is_refused("\r\n\r\n"));
  CHECK(is_refused("GET / HTTP/1.1"));
  CHECK(is_refused("GET / HTTP/1.1\r\nHost: h\r\n"));
  CHECK(is_refused("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET"));
}

TEST_CASE("the end of a head is found however the octets arrive") {
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string octets = head + "rest\r\n\r\n";

  for (std::size_t cut = 1; cut < head.size(); ++cut) {
    CAPTURE(cut);
    CHECK(scan_head(octets.substr(0, cut), 0).state == HeadState::incomplete);
    const HeadScan scan = scan_head(octets, cut);
    CHECK(scan.state == HeadState::complete);
    CHECK(scan.size == head.size());
  }
}

TEST_CASE("a scan gives up at the first octet that cannot belong to a head") {
  CHECK(scan_head("GET / HTTP/1.1\n", 0).state == HeadState::malformed);
  CHECK(scan_head("GET / HTTP/1.1\r\nHost: h\n", 0).state == HeadState::malformed);
  CHECK(scan_head("\x16\x03\x01", 0).state == HeadState::malformed);
  CHECK(scan_head("get", 0).state == HeadState::malformed);
  CHECK(scan_head("\n", 0).state == HeadState::malformed);
  CHECK(scan_head("", 0).state == HeadState::incomplete);
}

TEST_CASE("Host is a name or an address, and a port") {
  const auto asked_of = [](std::string_view host) {
    return "GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
  };
  for (const char* const sound : {"a", "a.example", "a_b.example:8000", "192.0.2.1:80", "[::1]",
                                  "[2001:db8::1]:65535", "a:"}) {
    CAPTURE(sound);
    CHECK(std::holds_alternative<Head>(parse_head(asked_of(sound))));
  }
  for (const char* const bad : {"", ":", ":::", ":80", "a:xyz", "a:80:80", "a:800000", "a,b", "a b",
                                "a/b", "[::1", "[]", "[::1]x", "[::1]:x", "::1", "[g::1]", "u@a"}) {
    CAPTURE(bad);
    CHECK(is_refused(asked_of(bad)));
  }
  CHECK(is_refused("GET http://:80/ HTTP/1.1\r\nHost: :80\r\n\r\n"));
}
