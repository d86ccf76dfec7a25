/// How long a client may take. Deadlines are low here; the tests wait for what they bring about.

#include "tests/unit/http_poco/fixture.hpp"

namespace {

constexpr std::chrono::milliseconds soon{200};

}  // namespace

TEST_CASE("a head that drips in gets 408 at its total deadline") {
  auto options = patient_options();
  options.head_timeout = soon;
  const RunningServer running(options);
  RawClient client(running.port());
  const std::string slow = "GET / HTTP/1.1\r\nX: " + std::string(5000, 'x');

  const std::size_t sent = client.drip(slow);

  CHECK(sent < slow.size());
  CHECK(client.read_reply().status == 408);
  CHECK(client.sees_close());
  CHECK(running.handler.seen().empty());
}

TEST_CASE("a head that stops half way gets 408") {
  auto options = patient_options();
  options.head_timeout = soon;
  const RunningServer running(options);

  CHECK(running.exchange("GET / HTTP/1.1\r\n").starts_with("HTTP/1.1 408 "));
}

TEST_CASE("a new connection that says nothing is closed without a word") {
  auto options = patient_options();
  options.head_timeout = soon;
  const RunningServer running(options);
  RawClient client(running.port());

  CHECK(client.sees_close());
  CHECK(eventually([&] { return running.server->statistics().timed_out == 1; }));
}

TEST_CASE("an idle connection is closed without a word at its deadline") {
  auto options = patient_options();
  options.idle_timeout = soon;
  const RunningServer running(options);
  RawClient client(running.port());

  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(client.read_reply().status == 200);
  CHECK(client.sees_close());
}

TEST_CASE("a body that stays short gets 408, and the handler never sees it") {
  auto options = patient_options();
  options.body_timeout = soon;
  const RunningServer running(options);

  const std::string answer =
      running.exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");

  CHECK(answer.starts_with("HTTP/1.1 408 "));
  CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(running.handler.seen().empty());
}

TEST_CASE("a body that drips in gets 408 at its total deadline") {
  auto options = patient_options();
  options.body_timeout = soon;
  const RunningServer running(options);
  RawClient client(running.port());

  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  const std::size_t sent = client.drip(std::string(1000, 'x'));

  CHECK(sent < 1000);
  CHECK(client.read_reply().status == 408);
}

TEST_CASE("a body that its client breaks off is 408, and the handler never sees it") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
  client.finish_sending();

  CHECK(client.read_reply().status == 408);
  CHECK(client.sees_close());
  CHECK(running.handler.seen().empty());
}

TEST_CASE("a head that its client breaks off is 400") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("GET / HTTP/1.1\r\nHos");
  client.finish_sending();

  CHECK(client.read_reply().status == 400);
}

TEST_CASE("a client that sends all and closes its half is answered") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  client.finish_sending();

  CHECK(client.read_reply().body == "GET /a ");
  CHECK(client.sees_close());
}

TEST_CASE("a client that does not read its answer is cut off") {
  auto options = patient_options();
  options.write_timeout = soon;
  const RunningServer running(options);
  RawClient client(running.port());

  client.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(eventually([&] { return running.server->statistics().timed_out == 1; }));
  CHECK(eventually([&] { return running.open() == 0; }));
}

TEST_CASE("a refused client that never stops sending is cut off") {
  auto options = patient_options();
  options.drain_limit = 10'000;
  const RunningServer running(options);
  RawClient client(running.port());

  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900000000\r\n\r\n");
  client.send(std::string(64 * 1024 * 1024, 'x'));

  CHECK(eventually([&] { return running.open() == 0; }));
}

TEST_CASE("a refused client that never closes is cut off") {
  auto options = patient_options();
  options.drain_timeout = soon;
  const RunningServer running(options);
  RawClient client(running.port());

  client.send("nonsense\r\n\r\n");

  CHECK(client.read_reply().status == 400);
  CHECK(eventually([&] { return running.open() == 0; }));
}

TEST_CASE("a handler may take longer than any deadline") {
  auto options = patient_options();
  options.head_timeout = options.body_timeout = options.idle_timeout =
      std::chrono::milliseconds{20};
  RunningServer running(options);
  RawClient slow(running.port());
  slow.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  running.handler.await_at_gate(1);

  // A connection made later has passed its own deadline, so the first one has too.
  RawClient idle(running.port());
  REQUIRE(idle.sees_close());
  running.handler.open_gate();

  CHECK(slow.read_reply().status == 200);
}

TEST_CASE("clients that leave in the middle of an answer do no harm") {
  const RunningServer running;

  for (int i = 0; i < 20; ++i) {
    RawClient client(running.port());
    client.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    client.leave();
  }

  CHECK(eventually([&] { return running.open() == 0; }));
  RawClient next(running.port());
  next.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(next.read_reply().status == 200);
}
