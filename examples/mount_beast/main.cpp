// The REST API in a Boost.Beast server: one thread for all connections, and a pool for slow work.

#include <chrono>
#include <cstdint>
#include <iostream>
#include <limits>
#include <string>
#include <thread>
#include <utility>

#include "coffeeauth/standard/standard.hpp"
#include "mount.hpp"

namespace {

namespace ca = coffeeauth;
namespace asio = boost::asio;

/// Prints mails instead of sending them; see examples/embed for a real mailer.
class PrintedMail final : public ca::Mailer {
 public:
  ca::Delivery deliver(const ca::Mail& mail) noexcept override {
    std::cout << mail.text << std::flush;
    return {.verdict = ca::DeliveryVerdict::delivered};
  }
};

/// Accepts connections for as long as the event loop runs.
asio::awaitable<void> listen(asio::ip::tcp::acceptor& acceptor, ca::http::Api& api,
                             asio::thread_pool& workers) {
  for (;;) {
    boost::system::error_code failed;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failed));
    if (failed) {  // no free descriptor, for example, which is temporary
      asio::steady_timer pause{acceptor.get_executor(), std::chrono::milliseconds{100}};
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), api, workers), asio::detached);
  }
}

}  // namespace

int main(int count, char** words) {
  PrintedMail mailer;
  auto accounts = ca::standard::open({
      .database_url = "memory:",
      .secret_key = ca::Secret{"an example's key, of 32 bytes or more"},
      // Hashes of half a second, one at a time, to show that other requests do not wait for them.
      .config = {.passwords = {.argon2_memory_kib = 64 * 1024,
                               .argon2_iterations = 8,
                               .hashing_threads = 1}},
      .mailer = &mailer,
  });
  accounts.start();

  // More threads than cores: while logins wait for the hashing pool, requests without a password
  // need free threads.
  asio::thread_pool workers{32};
  asio::io_context loop{1};
  const auto wanted = static_cast<std::uint16_t>(count > 1 ? std::stoi(words[1]) : 8080);
  asio::ip::tcp::acceptor acceptor{
      loop, asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), wanted}};
  asio::co_spawn(loop, listen(acceptor, accounts.api(), workers), asio::detached);
  std::thread events{[&] { loop.run(); }};
  std::cout << "http://127.0.0.1:" << acceptor.local_endpoint().port()
            << " until the end of the input" << std::endl;

  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  loop.stop();
  events.join();
  workers.join();
}
