/// Who is told of a refusal: the page that sent the request, as far as the request was read.

#include "tests/unit/http_poco/fixture.hpp"

namespace {

// The origin that the handler was told of, in the answer to `octets`.
std::string told(std::string_view octets, const coffeeauth::http_poco::Options& options,
                 int status) {
  const RunningServer running(options);
  RawClient client(running.port());
  client.send(octets);
  client.finish_sending();
  const Reply reply = client.read_reply();
  CHECK(reply.status == status);
  CHECK(running.handler.seen().empty());
  return reply.field("X-Asked-By");
}

std::string told(std::string_view octets, int status) {
  return told(octets, patient_options(), status);
}

const std::string start = "POST /x HTTP/1.1\r\nHost: h\r\n";
const std::string origin = "Origin: https://app.example\r\n";

}  // namespace

TEST_CASE("a request that is refused is refused to the page that sent it") {
  const std::string page = "https://app.example";
  CHECK(told(start + origin + "Content-Length: 5000\r\n\r\n", 413) == page);
  CHECK(told(start + "origin:https://app.example \r\nContent-Length: 5000\r\n\r\n", 413) == page);
  CHECK(told(start + origin + "Content-Length: 5, 5\r\n\r\n", 400) == page);
  CHECK(told(start + origin + "Transfer-Encoding: gzip\r\n\r\n", 501) == page);
  CHECK(told(start + origin + "Content-Length: 5\r\n\r\nabc", 408) == page);
  CHECK(told(start + origin + "X", 400) == page);

  auto options = patient_options();
  options.max_head = 256;
  CHECK(told(start + origin + "X-Long: " + std::string(300, 'x') + "\r\n\r\n", options, 431) ==
        page);
}

TEST_CASE("where no origin was read, or two, nobody is named") {
  CHECK(told(start + "Content-Length: 5000\r\n\r\n", 413) == "none");
  CHECK(told("\x16\x03\x01", 400) == "none");
  CHECK(told(start + origin + "Origin: https://evil.example\r\nBad Field: x\r\n\r\n", 400) ==
        "none");
}
