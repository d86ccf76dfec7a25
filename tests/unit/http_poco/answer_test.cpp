/// How answers are written, and what becomes of handlers that fail.

#include "tests/unit/http_poco/fixture.hpp"

TEST_CASE("HEAD is answered with the length of the body and without the body") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
  const Reply head = client.read_reply(true);

  CHECK(head.field("Content-Length") == "8");
  CHECK(client.read_reply().body == "GET /b ");
}

TEST_CASE("204 and 304 are answered without body and length") {
  const RunningServer running;
  RawClient client(running.port());

  for (const std::string status : {"204", "304"}) {
    client.send("GET /status/" + status + " HTTP/1.1\r\nHost: h\r\n\r\n");
    const Reply reply = client.read_reply();
    CHECK(reply.status == std::stoi(status));
    CHECK(reply.field("Content-Length").empty());
  }
  client.send("GET /after HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.read_reply().body == "GET /after ");
}

TEST_CASE("the reason phrase is that of the status") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("GET /status/401 HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().head.starts_with("HTTP/1.1 401 Unauthorized\r\n"));
}

TEST_CASE("a body larger than one packet arrives whole") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("GET /medium HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().body == std::string(100'000, 'm'));
}

TEST_CASE("whatever a handler throws is a 500 problem that tells nothing") {
  const RunningServer running;
  RawClient client(running.port());

  for (const std::string path : {"/throw", "/throw-int"}) {
    client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    const Reply reply = client.read_reply();
    CHECK(reply.status == 500);
    CHECK(reply.field("Content-Type") == "application/problem+json");
    CHECK(reply.body.find("password") == std::string::npos);
  }
}

TEST_CASE("Unavailable from a handler is a 503 problem") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("GET /unavailable HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().status == 503);
}

TEST_CASE("a response that would split is a 500 instead") {
  const RunningServer running;
  RawClient client(running.port());

  for (const std::string path : {"/split", "/nul", "/bad-name", "/status/99"}) {
    CAPTURE(path);
    client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    const Reply reply = client.read_reply();
    CHECK(reply.status == 500);
    CHECK(reply.field("Set-Cookie").empty());
  }
}

TEST_CASE("a handler has no say in the length") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("GET /own HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().body == "injected");
}
