// What redis, SMTP and HTTP clients have in common, in clear; tls_test.cpp is the secured side.
#include "adapters/net/src/channel.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <future>

#include "tests/swallowing.hpp"
#include "tests/unit/net/server.hpp"

using namespace coffeeauth::net;
using namespace coffeeauth::net::testing;
using namespace std::chrono_literals;

namespace {

const Addresses loopback{"127.0.0.1"};

/// Where nobody listens.
std::uint16_t free_port() {
  const Poco::Net::ServerSocket gone{Poco::Net::SocketAddress{"127.0.0.1", 0}};
  return gone.address().port();
}

}  // namespace

TEST_CASE("what was sent arrives, and what is answered too, of any size") {
  // More than the kernel keeps for a reader that does not read.
  const std::string large(std::size_t{16} * 1024 * 1024, 'x');
  const Server server{[&](StreamSocket socket) {
    std::this_thread::sleep_for(50ms);
    const auto request = read(socket, large.size());
    write(socket, request == large ? large + "!" : "other");
  }};
  Channel channel{loopback, server.port(), in(60s)};
  channel.send(large, in(60s));
  std::string answer;
  while (!answer.ends_with('!')) channel.receive_into(answer, in(60s));
  CHECK(answer.size() == large.size() + 1);
}

TEST_CASE("the other side's end is told from a broken connection") {
  const auto end = [](bool by_reset) {
    const Server server{[&](StreamSocket socket) {
      // Not before the other side knows that it is connected.
      read(socket, 1);
      write(socket, "bye");
      if (by_reset) socket.setLinger(true, 0);
    }};
    Channel channel{loopback, server.port(), in(60s)};
    channel.send("?", in(60s));
    try {
      std::string text;
      for (;;) channel.receive_into(text, in(60s));
    } catch (const ConnectionFailed& failed) {
      return failed.failure();
    }
  };
  CHECK(end(false) == Failure::closed);
  CHECK(end(true) == Failure::lost);
}

TEST_CASE("the first address that answers is used, and failures have their words") {
  const Server server{[](StreamSocket socket) { write(socket, "hello"); }};
  Channel channel{{"127.0.0.2", "127.0.0.1"}, server.port(), in(60s)};
  std::string text;
  channel.receive_into(text, in(60s));
  CHECK(text.starts_with("h"));
  CHECK(channel.local_address() == "127.0.0.1");

  const auto connect = [](std::uint16_t port, std::chrono::milliseconds time) {
    return failure([&] { const Channel none{loopback, port, in(time)}; });
  };
  CHECK(connect(free_port(), 60s) == "connection refused");
  const Swallowing swallowing;
  CHECK(connect(swallowing.port(), 100ms) == "connecting timed out");
  CHECK(connect(free_port(), 0ms) == "timed out");
  CHECK(failure([] { const Channel none{{}, 1, in(60s)}; }) == "host not reachable");
}

TEST_CASE("an address that swallows packets leaves time for the next") {
  const Swallowing swallowing;
  // On the same port, where only the second address has somebody who answers.
  const Poco::Net::ServerSocket listener{Poco::Net::SocketAddress{"127.0.0.2", swallowing.port()}};
  CHECK(failure([&] {
          const Channel channel{{"127.0.0.1", "127.0.0.2"}, swallowing.port(), in(2s)};
        }) == "none");
}

TEST_CASE("a side that is silent, drips or does not read is left at the deadline") {
  std::promise<void> over;
  const std::shared_future<void> is_over = over.get_future().share();
  const Server server{[&](StreamSocket socket) {
    while (is_over.wait_for(5ms) != std::future_status::ready) write(socket, ".");
  }};
  Channel channel{loopback, server.port(), in(60s)};
  std::string text;
  const auto deadline = in(200ms);
  CHECK(failure([&] {
          for (;;) channel.receive_into(text, deadline);
        }) == "timed out");
  CHECK_FALSE(text.empty());
  const std::string large(std::size_t{64} * 1024 * 1024, 'x');
  CHECK(failure([&] { channel.send(large, in(200ms)); }) == "timed out");
  over.set_value();
}

TEST_CASE("a kept connection has news when something came or the other side left") {
  std::promise<void> spoke;
  std::promise<void> go_on;
  const Server server{[&](StreamSocket socket) {
    read(socket, 1);
    write(socket, "a");
    go_on.get_future().wait();
    write(socket, "b");
    spoke.set_value();
  }};
  Channel channel{loopback, server.port(), in(60s)};
  channel.send("?", in(60s));
  std::string text;
  channel.receive_into(text, in(60s));
  CHECK_FALSE(channel.has_news());
  go_on.set_value();
  spoke.get_future().wait();
  for (int tries = 0; tries < 1'000 && !channel.has_news(); ++tries) {
    std::this_thread::sleep_for(10ms);
  }
  CHECK(channel.has_news());
}
