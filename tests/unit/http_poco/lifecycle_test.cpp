/// How many connections there may be, and how the server starts and stops.

#include <deque>
#include <stdexcept>

#include <Poco/ThreadPool.h>

#include "tests/unit/http_poco/fixture.hpp"

using coffeeauth::http_poco::make_poco_server;

namespace {

const std::string get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

bool is_served(RawClient& client) {
  client.send(get);
  return client.read_reply().status == 200;
}

// Runs stop() beside the test and joins at the end.
class Stopping {
 public:
  explicit Stopping(coffeeauth::http_poco::Server& server) : thread_([&] { server.stop(); }) {}
  ~Stopping() { join(); }
  Stopping(const Stopping&) = delete;
  Stopping& operator=(const Stopping&) = delete;
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::thread thread_;
};

// True once the server takes no new connection: either refuses to connect or answers 503.
bool turns_away(std::uint16_t port) {
  try {
    RawClient client(port);
    client.send(get);
    return client.read_reply().status != 200;
  } catch (const std::runtime_error&) {
    return true;
  }
}

}  // namespace

TEST_CASE("one connection too many gets 503 and the end") {
  auto options = patient_options();
  options.max_connections = 2;
  const RunningServer running(options);
  RawClient first(running.port());
  RawClient second(running.port());
  REQUIRE(is_served(first));
  REQUIRE(is_served(second));

  RawClient third(running.port());
  third.send(get);
  const Reply refused = third.read_reply();

  CHECK(refused.status == 503);
  CHECK(refused.field("Content-Type") == "application/problem+json");
  CHECK(refused.field("Connection") == "close");
  CHECK(third.sees_close());
  CHECK(is_served(first));
  CHECK(running.server->statistics().refused == 1);
}

TEST_CASE("a connection that ends makes room for another") {
  auto options = patient_options();
  options.max_connections = 1;
  const RunningServer running(options);

  for (int i = 0; i < 50; ++i) {
    RawClient client(running.port());
    REQUIRE(is_served(client));
    client.leave();
    REQUIRE(eventually([&] { return running.open() == 0; }));
  }

  CHECK(running.server->statistics().accepted == 50);
  CHECK(running.server->statistics().refused == 0);
}

TEST_CASE("one address cannot have all the connections") {
  auto options = patient_options();
  options.max_connections_per_address = 2;
  const RunningServer running(options);
  RawClient first(running.port(), "127.0.0.2");
  RawClient second(running.port(), "127.0.0.2");
  REQUIRE(is_served(first));
  REQUIRE(is_served(second));

  RawClient greedy(running.port(), "127.0.0.2");
  RawClient other(running.port(), "127.0.0.3");

  CHECK(greedy.read_reply().status == 503);
  CHECK(is_served(other));
}

TEST_CASE("many refused at once are all told so") {
  auto options = patient_options();
  options.max_connections = 1;
  const RunningServer running(options);
  RawClient only(running.port());
  REQUIRE(is_served(only));

  std::deque<RawClient> refused;
  for (int i = 0; i < 40; ++i) refused.emplace_back(running.port());

  for (RawClient& client : refused) CHECK(client.read_reply().status == 503);
  CHECK(is_served(only));
}

TEST_CASE("idle clients far beyond Poco's default pool keep nobody out") {
  const RunningServer running;
  std::deque<RawClient> idle;
  for (int i = 0; i < 200; ++i) idle.emplace_back(running.port());
  REQUIRE(eventually([&] { return running.open() == 200; }));

  RawClient client(running.port());

  CHECK(is_served(client));
  CHECK(Poco::ThreadPool::defaultPool().used() == 0);
}

TEST_CASE("many clients at once each get their own answers") {
  const RunningServer running;
  std::vector<int> right(16, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        RawClient client(running.port());
        for (int j = 0; j < 10; ++j) {
          const std::string target =
              "/" + std::to_string(t) + "-" + std::to_string(i) + "-" + std::to_string(j);
          client.send("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
          right[t] += client.read_reply().body == "GET " + target + " " ? 1 : 0;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  for (const int count : right) CHECK(count == 100);
}

TEST_CASE("a stop lets the request in hand finish and says that it was the last") {
  RunningServer running;
  RawClient client(running.port());
  client.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  running.handler.await_at_gate(1);

  Stopping stopping(*running.server);
  REQUIRE(eventually([&] { return turns_away(running.port()); }));
  running.handler.open_gate();
  const Reply reply = client.read_reply();

  CHECK(reply.status == 200);
  CHECK(reply.field("Connection") == "close");
  CHECK(client.sees_close());
}

TEST_CASE("a stop closes idle connections at once") {
  const RunningServer running;
  RawClient fresh(running.port());
  RawClient kept(running.port());
  REQUIRE(is_served(kept));
  REQUIRE(eventually([&] { return running.open() == 2; }));

  running.server->stop();

  CHECK(fresh.sees_close());
  CHECK(kept.sees_close());
  CHECK(running.open() == 0);
}

TEST_CASE("a stop cuts no request of which the first octets have arrived") {
  const RunningServer running;
  std::deque<RawClient> clients;
  for (int i = 0; i < 30; ++i) clients.emplace_back(running.port());
  REQUIRE(eventually([&] { return running.open() == clients.size(); }));

  for (RawClient& client : clients) client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Le");
  Stopping stopping(*running.server);
  REQUIRE(eventually([&] { return turns_away(running.port()); }));
  for (RawClient& client : clients) client.send("ngth: 5\r\n\r\nhe");
  for (RawClient& client : clients) client.send("llo");

  for (RawClient& client : clients) CHECK(client.read_reply().body == "POST /x hello");
}

TEST_CASE("a stop that meets requests coming in serves each whole or not at all") {
  const RunningServer running;
  std::deque<RawClient> clients;
  for (int i = 0; i < 200; ++i) clients.emplace_back(running.port());
  REQUIRE(eventually([&] { return running.open() == clients.size(); }));

  std::unique_ptr<Stopping> stopping;
  for (RawClient& client : clients) {
    client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Le");
    if (&client == &clients[20]) stopping = std::make_unique<Stopping>(*running.server);
  }
  for (RawClient& client : clients) client.send("ngth: 5\r\n\r\nhello");

  for (RawClient& client : clients) {
    const int status = client.read_reply().status;
    CHECK((status == 200 || status == 0));
  }
}

TEST_CASE("a stop answers every request that was sent before it, on whatever connection") {
  for (int round = 0; round < 20; ++round) {
    const RunningServer running;
    std::deque<RawClient> clients;
    for (int i = 0; i < 200; ++i) {
      clients.emplace_back(running.port());
      clients.back().send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    }

    running.server->stop();

    int answered = 0;
    for (RawClient& client : clients) {
      answered += client.read_reply().status == 200 && !client.was_reset() ? 1 : 0;
    }
    CHECK(answered == 200);
  }
}

TEST_CASE("a stop answers what was sent behind another request") {
  const RunningServer running;
  RawClient client(running.port());
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += get;
  client.send(requests);

  running.server->stop();

  for (int i = 0; i < 200; ++i) CHECK(client.read_reply().status == 200);
  CHECK(client.sees_close());
  CHECK_FALSE(client.was_reset());
}

TEST_CASE("whoever was refused can read why, also when the server stops") {
  auto options = patient_options();
  options.max_connections = 1;
  const RunningServer running(options);
  RawClient only(running.port());
  REQUIRE(is_served(only));
  std::deque<RawClient> refused;
  for (int i = 0; i < 40; ++i) {
    refused.emplace_back(running.port());
    refused.back().send(get);
  }
  Stopping stopping(*running.server);

  for (RawClient& client : refused) {
    CHECK(client.read_reply().status == 503);
    CHECK_FALSE(client.was_reset());
    client.leave();
  }
}

TEST_CASE("an answer that is the last can be read while the client goes on sending") {
  const RunningServer running;
  RawClient client(running.port());

  client.send("GET /medium HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" +
              std::string(100'000, 'x'));

  CHECK(client.read_reply().body.size() == 100'000);
  CHECK(client.sees_close());
  CHECK_FALSE(client.was_reset());
}

TEST_CASE("a client that leaves half a request behind does not hold up a stop") {
  const RunningServer running;
  RawClient client(running.port());
  client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe");
  REQUIRE(eventually([&] { return running.open() == 1; }));

  Stopping stopping(*running.server);
  REQUIRE(eventually([&] { return turns_away(running.port()); }));
  client.leave();
  stopping.join();

  CHECK(running.open() == 0);
}

TEST_CASE("a stop waits no longer than its grace") {
  auto options = patient_options();
  options.shutdown_grace = std::chrono::milliseconds{100};
  RunningServer running(options);
  RawClient client(running.port());
  client.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  running.handler.await_at_gate(1);

  running.server->stop();

  // The handler still stands at the gate; its client has been told, and let go.
  CHECK(running.open() == 1);
  const Reply told = client.read_reply();
  CHECK(told.status == 503);
  CHECK(told.field("Connection") == "close");
  CHECK(client.sees_close());
  // What the handler answers in the end goes nowhere.
  running.handler.open_gate();
  CHECK(eventually([&] { return running.open() == 0; }));
}

TEST_CASE("a stopped server listens no more, and its port can be had again") {
  auto options = patient_options();
  const RunningServer running(options);
  running.server->stop();

  CHECK_THROWS_AS(RawClient(running.port()), std::runtime_error);
  options.port = running.port();
  const RunningServer successor(options);
  RawClient client(successor.port());
  CHECK(is_served(client));
}

TEST_CASE("a port that is taken is not shared") {
  auto options = patient_options();
  const RunningServer running(options);
  options.port = running.port();
  EchoHandler handler;
  const auto second = make_poco_server(handler, options);

  CHECK_THROWS_AS(second->start(), std::runtime_error);
}

TEST_CASE("a server is started once, and may be stopped more often or never started") {
  EchoHandler handler;
  const auto never = make_poco_server(handler, patient_options());
  never->stop();
  const RunningServer running;

  CHECK_THROWS_AS(running.server->start(), std::logic_error);
  CHECK_THROWS_AS(never->start(), std::logic_error);
  running.server->stop();
  running.server->stop();
}

TEST_CASE("options that mean nothing are refused") {
  EchoHandler handler;
  const std::vector<std::function<void(coffeeauth::http_poco::Options&)>> mistakes{
      [](auto& o) { o.host.clear(); },
      [](auto& o) { o.max_connections = 0; },
      [](auto& o) { o.max_connections_per_address = 0; },
      [](auto& o) { o.ipv6_56_factor = 0; },
      [](auto& o) { o.ipv6_48_factor = 0; },
      [](auto& o) { o.max_head = 10; },
      [](auto& o) { o.head_timeout = std::chrono::milliseconds{0}; },
      [](auto& o) { o.body_timeout = std::chrono::milliseconds{-1}; },
      [](auto& o) { o.shutdown_grace = std::chrono::milliseconds{0}; },
  };
  for (const auto& make : mistakes) {
    auto options = patient_options();
    make(options);
    CHECK_THROWS_AS(static_cast<void>(make_poco_server(handler, options)), std::invalid_argument);
  }
}
