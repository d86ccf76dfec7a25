/// What the server does with requests that are wrong, or that try to be two.

#include "tests/unit/http_poco/fixture.hpp"

namespace {

const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

// Sends `octets` with a further request behind it, and checks that exactly one answer comes, that
// the connection is closed, and that no request of the two was handled.
void check_refused(std::string_view octets, int status) {
  const RunningServer running;

  const std::string answer = running.exchange(std::string(octets) + smuggled);

  CHECK(answer.starts_with("HTTP/1.1 " + std::to_string(status) + " "));
  CHECK(count_of("HTTP/1.1 ", answer) == 1);
  CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(answer.find("application/problem+json") != std::string::npos);
  CHECK(running.handler.seen().empty());
}

std::string post(std::string_view fields, std::string_view body = "") {
  return "POST /x HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("a request is handled and answered") {
  const RunningServer running;
  RawClient client(running.port());

  client.send(post("Content-Length: 5", "hello"));
  const Reply reply = client.read_reply();

  CHECK(reply.status == 200);
  CHECK(reply.body == "POST /x hello");
  CHECK(reply.field("Content-Type") == "text/plain");
  CHECK(reply.field("Date").ends_with(" GMT"));
  CHECK(reply.field("Connection").empty());
  CHECK(reply.field("Server").empty());
}

TEST_CASE("the handler learns the peer's address without its port") {
  const RunningServer running;
  RawClient client(running.port(), "127.0.0.3");

  client.send("GET /peer HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().body == "127.0.0.3");
}

TEST_CASE("an IPv4 peer of an IPv6 socket keeps its IPv4 address") {
  auto options = patient_options();
  options.host = "::ffff:127.0.0.1";
  const RunningServer running(options);
  RawClient client(running.port());

  client.send("GET /peer HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().body == "127.0.0.1");
}

TEST_CASE("Content-Length beside Transfer-Encoding is 400 and the end") {
  check_refused(post("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400);
}

TEST_CASE("Transfer-Encoding beside Content-Length is 400 and the end") {
  check_refused(post("Transfer-Encoding: chunked\r\nContent-Length: 4", "0\r\n\r\n"), 400);
}

TEST_CASE("an unknown transfer coding is 501 and the end") {
  for (const char* coding :
       {"xchunked", "identity", "gzip, chunked", "chunked, identity", "chunked;q=1", "\"chunked\"",
        "chunked,", ", chunked", "chunked chunked", ""}) {
    CAPTURE(coding);
    check_refused(post("Transfer-Encoding: " + std::string(coding), "0\r\n\r\n"), 501);
  }
}

TEST_CASE("two transfer codings are 400 and the end") {
  check_refused(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400);
  check_refused(post("Transfer-Encoding: chunked\r\ntransfer-encoding: identity", "0\r\n\r\n"),
                400);
}

TEST_CASE("Transfer-Encoding in HTTP/1.0 is 400 and the end") {
  check_refused("POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

TEST_CASE("chunks are put together, and what stands behind them is the next request") {
  const RunningServer running;
  RawClient client(running.port());

  client.send(post("Transfer-Encoding: chunked", "5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n") +
              "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().body == "POST /x hello!");
  CHECK(client.read_reply().body == "GET /next ");
}

TEST_CASE("a request in a chunk is never run") {
  const RunningServer running;
  RawClient client(running.port());

  client.send(post("Transfer-Encoding: chunked", "23\r\n" + smuggled + "\r\n0\r\n\r\n"));

  CHECK(client.read_reply().body == "POST /x " + smuggled);
  client.finish_sending();
  CHECK(client.sees_close());
  CHECK(running.handler.seen().size() == 1);
}

TEST_CASE("chunks outside the grammar are 400 and the end") {
  for (const char* body : {"5\nhello\r\n0\r\n\r\n",
                           "5\r\nhello\n0\r\n\r\n",
                           "5\r\nhello0\r\n\r\n",
                           "5\r\nhelloX\r\n0\r\n\r\n",
                           "5 \r\nhello\r\n0\r\n\r\n",
                           " 5\r\nhello\r\n0\r\n\r\n",
                           "0x5\r\nhello\r\n0\r\n\r\n",
                           "+5\r\nhello\r\n0\r\n\r\n",
                           "-5\r\nhello\r\n0\r\n\r\n",
                           "\r\nhello\r\n0\r\n\r\n",
                           ";a\r\n0\r\n\r\n",
                           "5;\r\nhello\r\n0\r\n\r\n",
                           "5;a\nb\r\nhello\r\n0\r\n\r\n",
                           "5;a\rb\r\nhello\r\n0\r\n\r\n",
                           "000000005\r\nhello\r\n0\r\n\r\n",
                           "0\r\nno field\r\n\r\n",
                           "0\r\nX : y\r\n\r\n",
                           "0\r\n folded: y\r\n\r\n",
                           "0\r\n\n",
                           "0\n\n"}) {
    CAPTURE(body);
    check_refused(post("Transfer-Encoding: chunked", body), 400);
  }
}

TEST_CASE("a chunked body beyond the limit is 413 before it comes") {
  check_refused(post("Transfer-Encoding: chunked", "401\r\n"), 413);
  check_refused(post("Transfer-Encoding: chunked", "ffffffff\r\n"), 413);
  check_refused(
      post("Transfer-Encoding: chunked", "400\r\n" + std::string(1024, 'x') + "\r\n1\r\n"), 413);
}

TEST_CASE("a chunked body of the largest size is handled, however it is cut") {
  const RunningServer running;
  RawClient client(running.port());
  std::string chunks;
  for (int i = 0; i < 1024; ++i) chunks += "1\r\nx\r\n";

  client.send(post("Transfer-Encoding: chunked", chunks + "0\r\n\r\n"));

  CHECK(client.read_reply().body == "POST /x " + std::string(1024, 'x'));
}

TEST_CASE("a client that waits for 100 Continue before its chunks gets it") {
  const RunningServer running;
  RawClient client(running.port());

  client.send(post("Transfer-Encoding: chunked\r\nExpect: 100-continue"));
  const Reply interim = client.read_reply();
  client.send("5\r\nhello\r\n0\r\n\r\n");

  CHECK(interim.head == "HTTP/1.1 100 Continue\r\n");
  CHECK(client.read_reply().body == "POST /x hello");
}

TEST_CASE("a chunked body that ends early is 408 and the end") {
  const RunningServer running;
  for (const char* body :
       {"", "5", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n", "0\r\n", "0\r\nX: y\r\n"}) {
    CAPTURE(body);
    RawClient client(running.port());
    client.send(post("Transfer-Encoding: chunked", body));
    client.finish_sending();
    CHECK(client.read_reply().status == 408);
  }
  CHECK(running.handler.seen().empty());
}

TEST_CASE("an encoded Transfer-Encoding is 400 and the end") {
  check_refused(post("Transfer-Encoding: =?utf-8?q?chunked?=", "0\r\n\r\n"), 400);
}

TEST_CASE("an encoded field that would split a response is 400 and the end") {
  check_refused(post("X-Request-ID: =?us-ascii?q?a=0d=0aSet-Cookie:_b=3d1?="), 400);
}

TEST_CASE("two lengths are 400 and the end") {
  check_refused(post("Content-Length: 0\r\nContent-Length: 36"), 400);
}

TEST_CASE("two equal lengths are 400 and the end") {
  check_refused(post("Content-Length: 0\r\nContent-Length: 0"), 400);
}

TEST_CASE("a length with a comma is 400 and the end") {
  check_refused(post("Content-Length: 1,0", "0123456789"), 400);
}

TEST_CASE("a length with a plus is 400 and the end") {
  check_refused(post("Content-Length: +5", "hello"), 400);
}

TEST_CASE("a length with a minus is 400 and the end") {
  check_refused(post("Content-Length: -5", "hello"), 400);
}

TEST_CASE("an empty length is 400 and the end") { check_refused(post("Content-Length:"), 400); }

TEST_CASE("a hexadecimal length is 400 and the end") {
  check_refused(post("Content-Length: 0x5", "hello"), 400);
}

TEST_CASE("lines that end in a bare LF are 400 and the end") {
  check_refused("GET / HTTP/1.1\nHost: h\n\n", 400);
}

TEST_CASE("one line that ends in a bare LF is 400 and the end") {
  check_refused("GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400);
}

TEST_CASE("a bare LF is refused before the head is complete") {
  const RunningServer running;

  CHECK(running.exchange("GET / HTTP/1.1\nHost: h\n").starts_with("HTTP/1.1 400 "));
}

TEST_CASE("a bare CR is 400 and the end") {
  check_refused("GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400);
}

TEST_CASE("a folded line is 400 and the end") { check_refused(post("X: a\r\n b"), 400); }

TEST_CASE("a NUL in a field is 400 and the end") {
  check_refused(post(std::string_view("X: a\0b", 6)), 400);
}

TEST_CASE("a NUL in the target is 400 and the end") {
  check_refused(std::string_view("GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n", 31), 400);
}

TEST_CASE("a line without a colon is 400 and the end") { check_refused(post("nonsense"), 400); }

TEST_CASE("a blank before the colon is 400 and the end") {
  check_refused(post("Content-Length : 5", "hello"), 400);
}

TEST_CASE("no Host is 400 and the end") { check_refused("GET / HTTP/1.1\r\n\r\n", 400); }

TEST_CASE("two Hosts are 400 and the end") { check_refused(post("Host: h"), 400); }

TEST_CASE("a lower-case method is 400 and the end") {
  check_refused("get / HTTP/1.1\r\nHost: h\r\n\r\n", 400);
}

TEST_CASE("a version that is no version is 400 and the end") {
  check_refused("GET / FOO\r\nHost: h\r\n\r\n", 400);
}

TEST_CASE("a version of the future is 400 and the end") {
  check_refused("GET / HTTP/9.9\r\nHost: h\r\n\r\n", 400);
}

TEST_CASE("a request line without a version is 400 and the end") {
  check_refused("GET /\r\n\r\n", 400);
}

TEST_CASE("CONNECT's target is 400 and the end") {
  check_refused("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n", 400);
}

TEST_CASE("an absolute target for another host is 400 and the end") {
  check_refused("GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n", 400);
}

TEST_CASE("an absolute target for this host is its path") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("GET http://h/path HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().body == "GET /path ");
}

TEST_CASE("a TLS handshake is answered at once") {
  const RunningServer running;

  CHECK(running.exchange("\x16\x03\x01\x02").starts_with("HTTP/1.1 400 "));
}

TEST_CASE("a head beyond the limit is 431 and the end") {
  check_refused(post("X: " + std::string(17'000, 'x')), 431);
}

TEST_CASE("a head without an end is 431 and the end") {
  const RunningServer running;

  const std::string answer = running.exchange("GET /" + std::string(20'000, 'a'));

  CHECK(answer.starts_with("HTTP/1.1 431 "));
}

TEST_CASE("a head just within the limit is read") {
  const RunningServer running;
  RawClient client(running.port());
  const std::string frame = post("X: ");

  client.send(post("X: " + std::string(16 * 1024 - frame.size(), 'x')));

  CHECK(client.read_reply().status == 200);
}

TEST_CASE("too many fields are 431 and the end") {
  std::string fields = "A: b";
  for (int i = 0; i < 200; ++i) fields += "\r\nA: b";

  check_refused(post(fields), 431);
}

TEST_CASE("a body beyond the limit is 413, and never runs as the next request") {
  check_refused(post("Content-Length: 1025"), 413);
}

TEST_CASE("a length beyond all numbers is 413 and the end") {
  check_refused(post("Content-Length: 99999999999999999999999"), 413);
}

TEST_CASE("a body too large is refused without asking for it") {
  check_refused(post("Content-Length: 1025\r\nExpect: 100-continue"), 413);
}

TEST_CASE("a refusal reaches a client that goes on sending") {
  const RunningServer running;
  RawClient client(running.port());

  client.send(post("Content-Length: 100000", std::string(100'000, 'x')));

  CHECK(client.read_reply().status == 413);
  CHECK(client.sees_close());
  CHECK_FALSE(client.was_reset());
}

TEST_CASE("a body of the largest size is handled") {
  const RunningServer running;
  RawClient client(running.port());

  client.send(post("Content-Length: 1024", std::string(1024, 'x')));

  CHECK(client.read_reply().body == "POST /x " + std::string(1024, 'x'));
}

TEST_CASE("a client that waits for 100 Continue gets it, then its answer") {
  const RunningServer running;
  RawClient client(running.port());

  client.send(post("Content-Length: 5\r\nExpect: 100-continue"));
  const Reply interim = client.read_reply();
  client.send("hello");

  CHECK(interim.head == "HTTP/1.1 100 Continue\r\n");
  CHECK(client.read_reply().body == "POST /x hello");
}

TEST_CASE("a client that did not wait gets no 100 Continue") {
  const RunningServer running;
  RawClient client(running.port());

  client.send(post("Content-Length: 5\r\nExpect: 100-continue", "hello"));

  CHECK(client.read_reply().status == 200);
}

TEST_CASE("an unknown expectation is 400 and the end") { check_refused(post("Expect: 42"), 400); }

TEST_CASE("a body is never run as a request, whatever the answer") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("POST /status/401 HTTP/1.1\r\nHost: h\r\nContent-Length: " +
              std::to_string(smuggled.size()) + "\r\n\r\n" + smuggled);
  const Reply refused = client.read_reply();
  client.send("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(refused.status == 401);
  CHECK(client.read_reply().body == "GET /next ");
  CHECK(running.handler.seen().size() == 2);
}

TEST_CASE("the body of a GET is taken off the connection") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(smuggled.size()) +
              "\r\n\r\n" + smuggled + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().body == "GET /a " + smuggled);
  CHECK(client.read_reply().body == "GET /b ");
}

TEST_CASE("pipelined requests are answered in order") {
  const RunningServer running;
  RawClient client(running.port());
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }

  client.send(requests);

  for (int i = 0; i < 100; ++i)
    CHECK(client.read_reply().body == "GET /" + std::to_string(i) + " ");
}

TEST_CASE("requests cut anywhere are put together again") {
  const RunningServer running;
  RawClient client(running.port());
  const std::string request = post("Content-Length: 5", "hello");

  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    client.send(std::string_view(request).substr(0, cut));
    client.send(std::string_view(request).substr(cut));
    CHECK(client.read_reply().body == "POST /x hello");
  }
}

TEST_CASE("one empty line before a request is stepped over") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().body == "GET /a ");
  CHECK(client.read_reply().body == "GET /b ");
}

TEST_CASE("a client that asks for the end gets it after its answer") {
  const RunningServer running;

  const std::string answer = running.exchange(
      "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(answer.ends_with("GET /a "));
  CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(running.handler.seen().size() == 1);
}

TEST_CASE("HTTP/1.0 needs no Host and ends after its answer") {
  const RunningServer running;

  CHECK(running.exchange("GET /old HTTP/1.0\r\n\r\n").ends_with("GET /old "));
}
