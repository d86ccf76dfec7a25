#include "adapters/net/src/tls.hpp"

#include <openssl/err.h>
#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <csignal>
#include <future>
#include <stdexcept>

#include "tests/unit/net/server.hpp"

using namespace coffeeauth::net;
using namespace coffeeauth::net::testing;
using namespace std::chrono_literals;

namespace {

const Addresses loopback{"127.0.0.1"};

TlsContext trusting(const std::string& host = "localhost") {
  return {host, certificates().authority()};
}

/// What comes of a handshake with that server.
std::string shaken(const Identity& identity, const TlsContext& tls) {
  const Server server{[&](const StreamSocket& socket) {
    auto safe = secured(socket, identity);
    write(safe, read(safe, 5));
  }};
  return failure([&] {
    Channel channel{loopback, server.port(), in(60s)};
    channel.secure(tls, in(60s));
    channel.send("hello", in(60s));
    std::string text;
    channel.receive_into(text, in(60s));
    CHECK(text == "hello");
  });
}

}  // namespace

TEST_CASE("a certificate has to be for the host, by name or by address") {
  CHECK(shaken(localhost(), trusting()) == "none");
  CHECK(shaken(localhost(), trusting("127.0.0.1")) == "none");
  CHECK(shaken(localhost(), trusting("localhost.example")) == "certificate not trusted");
  CHECK(shaken(localhost(), trusting("127.0.0.2")) == "certificate not trusted");
  CHECK(shaken(certificates().signed_for("", "localhost"), trusting()) ==
        "certificate not trusted");
}

TEST_CASE("a certificate of another authority, or of none, is not taken") {
  CHECK(shaken(localhost(), TlsContext{"localhost", ""}) == "certificate not trusted");
  CHECK(shaken(certificates().self_signed_for_localhost(), trusting()) ==
        "certificate not trusted");
  CHECK(shaken(certificates().signed_for("DNS:localhost", "x", -1), trusting()) ==
        "certificate not trusted");
}

TEST_CASE("a channel is secured in the middle of a conversation, as for STARTTLS") {
  const Server server{[](StreamSocket socket) {
    if (read(socket, 8) != "STARTTLS") return;
    write(socket, "220");
    auto safe = secured(socket, localhost());
    if (read(safe, 4) == "EHLO") write(safe, "250");
  }};
  Channel channel{loopback, server.port(), in(60s)};
  channel.send("STARTTLS", in(60s));
  std::string text;
  while (text != "220") channel.receive_into(text, in(60s));
  channel.secure(trusting(), in(60s));
  channel.send("EHLO", in(60s));
  while (text != "220250") channel.receive_into(text, in(60s));
}

TEST_CASE("what speaks no TLS, says nothing or hangs up is not secured") {
  const auto to = [](const std::function<void(StreamSocket&)>& conversation) {
    std::promise<void> over;
    const auto is_over = over.get_future().share();
    const Server server{[&](StreamSocket socket) {
      conversation(socket);
      is_over.wait();
    }};
    Channel channel{loopback, server.port(), in(60s)};
    const auto what = failure([&] { channel.secure(trusting(), in(300ms)); });
    over.set_value();
    return what;
  };
  CHECK(to([](StreamSocket& socket) { write(socket, "220 mail.example ESMTP\r\n"); }) ==
        "TLS handshake failed");
  CHECK(to([](StreamSocket&) {}) == "timed out");
  CHECK(to([](StreamSocket& socket) {
          read(socket, 1);
          socket.shutdownSend();
        }) != "none");
}

TEST_CASE("octets that came in one record are news while some of them are unread") {
  // Longer than what is read at once.
  const std::string large(std::size_t{16} * 1024, 'x');
  std::promise<void> over;
  const auto is_over = over.get_future().share();
  const Server server{[&](const StreamSocket& socket) {
    auto safe = secured(socket, localhost());
    read(safe, 1);
    write(safe, large + large);
    is_over.wait();
  }};
  Channel channel{loopback, server.port(), in(60s)};
  channel.secure(trusting(), in(60s));
  channel.send("?", in(60s));
  std::string text;
  while (text.size() < 2 * large.size()) {
    channel.receive_into(text, in(60s));
    if (text.size() == 2 * large.size()) break;
    for (int tries = 0; tries < 1'000 && !channel.has_news(); ++tries) {
      std::this_thread::sleep_for(10ms);
    }
    CHECK(channel.has_news());
  }
  CHECK_FALSE(channel.has_news());
  over.set_value();
}

TEST_CASE("a failure of TLS leaves nothing on the thread, and what was there is none") {
  const auto self_signed = certificates().self_signed_for_localhost();
  ERR_clear_error();
  CHECK(shaken(self_signed, trusting()) == "certificate not trusted");
  CHECK(ERR_peek_error() == 0);
  const auto tls = trusting();
  ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
  CHECK(shaken(localhost(), tls) == "none");
  ERR_clear_error();
}

TEST_CASE("a write to, or a goodbye to, what is gone raises no SIGPIPE") {
  static std::atomic<int> raised;
  raised = 0;
  const auto before = std::signal(SIGPIPE, [](int) { ++raised; });
  // Whoever started this program may have had it block the signal.
  sigset_t none{};
  sigset_t mask{};
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, &mask);
  for (const bool by_tls : {false, true}) {
    CAPTURE(by_tls);
    std::promise<void> gone;
    {
      const Server server{[&](StreamSocket socket) {
        auto other = by_tls ? secured(socket, localhost()) : socket;
        read(other, 1);
        // An end first, and a reset for what comes after it: only then does a write raise it.
        other.close();
        gone.set_value();
      }};
      Channel channel{loopback, server.port(), in(60s)};
      if (by_tls) channel.secure(trusting(), in(60s));
      channel.send("?", in(60s));
      gone.get_future().wait();
      CHECK(failure([&] {
              for (int i = 0; i < 1'000; ++i) {
                channel.send("x", in(60s));
                std::this_thread::sleep_for(1ms);
              }
            }) == "connection lost");
    }
  }
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  std::signal(SIGPIPE, before);
  CHECK(raised == 0);
}

TEST_CASE(
    "a context that could check nothing is refused, in words that tell neither host nor file") {
  const auto refused = [](const std::string& host, const std::string& file) -> std::string {
    try {
      const TlsContext tls{host, file, "the mail server"};
      return "accepted";
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
  };
  CHECK(refused("localhost", "/nowhere/hunter2.pem") ==
        "the file of authorities for the mail server cannot be read");
  CHECK(ERR_peek_error() == 0);
  CHECK(refused("", "") == "the host of the mail server cannot be checked");
}
