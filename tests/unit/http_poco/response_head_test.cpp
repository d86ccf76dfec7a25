#include "adapters/http/src/response_head.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include "adapters/http/src/http_date.hpp"

using coffeeauth::http::Response;
using namespace coffeeauth::http_poco;

namespace {

Response response(int status, std::vector<coffeeauth::http::Header> headers) {
  Response made;
  made.status = status;
  made.headers = std::move(headers);
  made.body = std::make_shared<const std::string>("body");
  return made;
}

}  // namespace

TEST_CASE("a response head is the status line, the fields, and what the adapter adds") {
  std::string out = "before ";

  REQUIRE(append_head(out, response(401, {{"X", "y"}}), "now", AfterResponse::keep_alive));

  CHECK(out ==
        "before HTTP/1.1 401 Unauthorized\r\nX: y\r\nDate: now\r\nContent-Length: 4\r\n\r\n");
}

TEST_CASE("a response that ends the connection says so") {
  std::string out;

  REQUIRE(append_head(out, response(200, {}), "now", AfterResponse::close));

  CHECK(out == "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 4\r\nConnection: close\r\n\r\n");
}

TEST_CASE("204 and 304 carry no length") {
  for (const int status : {204, 304}) {
    std::string out;
    REQUIRE(append_head(out, response(status, {}), "now", AfterResponse::keep_alive));
    CHECK(out.find("Content-Length") == std::string::npos);
  }
}

TEST_CASE("framing, Date and Server are the adapter's alone") {
  std::string out;

  REQUIRE(append_head(out,
                      response(200, {{"content-length", "9"},
                                     {"Transfer-Encoding", "chunked"},
                                     {"Connection", "upgrade"},
                                     {"Server", "x"},
                                     {"date", "then"}}),
                      "now", AfterResponse::keep_alive));

  CHECK(out == "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 4\r\n\r\n");
}

TEST_CASE("a field that could break out of its line is not sent") {
  const std::vector<coffeeauth::http::Header> bad{{"X", "a\r\nSet-Cookie: b"},
                                                  {"X", "a\nb"},
                                                  {"X", "a\rb"},
                                                  {"X", std::string("a\0b", 3)},
                                                  {"X", "a\x1b"},
                                                  {"X Y", "a"},
                                                  {"X:", "a"},
                                                  {"", "a"},
                                                  {"X\r\nY", "a"}};
  for (const auto& field : bad) {
    CAPTURE(field.name);
    std::string out = "as before";
    CHECK_FALSE(append_head(out, response(200, {field}), "now", AfterResponse::keep_alive));
    CHECK(out == "as before");
  }
}

TEST_CASE("a status that is no final answer is not sent") {
  for (const int status : {0, 42, 100, 101, 199, 600, -1}) {
    std::string out;
    CHECK_FALSE(append_head(out, response(status, {}), "now", AfterResponse::keep_alive));
  }
}

TEST_CASE("every status of the API has its own reason phrase") {
  const std::vector<std::pair<int, std::string>> reasons{{201, "Created"},
                                                         {204, "No Content"},
                                                         {304, "Not Modified"},
                                                         {400, "Bad Request"},
                                                         {403, "Forbidden"},
                                                         {404, "Not Found"},
                                                         {405, "Method Not Allowed"},
                                                         {408, "Request Timeout"},
                                                         {409, "Conflict"},
                                                         {412, "Precondition Failed"},
                                                         {415, "Unsupported Media Type"},
                                                         {429, "Too Many Requests"},
                                                         {431, "Request Header Fields Too Large"},
                                                         {500, "Internal Server Error"},
                                                         {501, "Not Implemented"},
                                                         {503, "Service Unavailable"}};
  for (const auto& [status, reason] : reasons) {
    std::string out;
    REQUIRE(append_head(out, response(status, {}), "now", AfterResponse::keep_alive));
    CHECK(out.starts_with("HTTP/1.1 " + std::to_string(status) + " " + reason + "\r\n"));
  }
}

TEST_CASE("dates are written as RFC 9110 has them") {
  CHECK(http_date(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(http_date_now().size() == 29);
}
