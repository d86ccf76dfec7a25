// The REST API in a Boost.Beast server: one thread for all connections, others for what takes long.

#include <chrono>
#include <cstdint>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/http/api.hpp"
#include "coffeeauth/jobs/worker.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "mount.hpp"

namespace {

namespace ca = coffeeauth;
namespace asio = boost::asio;

/// Mails that are read by somebody at a terminal; see examples/embed for real ones.
class PrintedMail final : public ca::Mailer {
 public:
  ca::Delivery deliver(const ca::Mail& mail) noexcept override {
    std::cout << mail.text << std::flush;
    return {.verdict = ca::DeliveryVerdict::delivered};
  }
};

class NoEvents final : public ca::EventSink {
 public:
  void on(const ca::Event&) noexcept override {}
};

/// Auth over parts in memory.
struct Accounts {
  Accounts() { worker.start(); }

  // Hashes of half a second, one at a time, so that one can see that nobody else waits for them.
  ca::Config config{
      .tokens = {.algorithm = ca::SigningAlgorithm::eddsa},
      .passwords = {.argon2_memory_kib = 64 * 1024, .argon2_iterations = 8, .hashing_threads = 1}};
  NoEvents events{};
  PrintedMail mailer{};
  std::unique_ptr<ca::Clock> clock = ca::make_system_clock();
  std::unique_ptr<ca::RandomSource> random = ca::make_system_random();
  std::unique_ptr<ca::Store> store = ca::memory::make_memory_store();
  std::unique_ptr<ca::Cache> cache = ca::memory::make_memory_cache({}, *clock);
  std::unique_ptr<ca::RateCounter> counters = ca::memory::make_memory_counters({});
  std::unique_ptr<ca::PasswordHasher> hasher =
      ca::make_hashing_pool(config.passwords, ca::make_argon2_hasher(config.passwords, *random));
  std::unique_ptr<ca::SigningKeyFactory> keys = ca::make_sodium_keys();
  std::unique_ptr<ca::MailTemplates> templates = ca::make_default_templates("Example");
  ca::Auth auth{config,
                ca::Secret{"an example's key, of 32 bytes or more"},
                {.store = *store,
                 .cache = *cache,
                 .counters = *counters,
                 .clock = *clock,
                 .random = *random,
                 .judge = ca::accept_any_password(),
                 .hasher = *hasher,
                 .keys = *keys,
                 .templates = *templates,
                 .events = events}};
  ca::jobs::MailWorker worker{auth.services(), mailer};
};

/// Accepts connections for as long as the event loop runs.
asio::awaitable<void> listen(asio::ip::tcp::acceptor& acceptor, ca::http::Api& api,
                             asio::thread_pool& workers) {
  for (;;) {
    boost::system::error_code failed;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failed));
    if (failed) {  // no descriptor is free, say: there will be one again
      asio::steady_timer pause{acceptor.get_executor(), std::chrono::milliseconds{100}};
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), api, workers), asio::detached);
  }
}

}  // namespace

int main(int count, char** words) {
  Accounts accounts;
  ca::http::Api api{accounts.auth, {}};

  // More than there are cores: a login waits here while the hashing pool works on it, and others,
  // which need no hash, should not wait with it.
  asio::thread_pool workers{32};
  asio::io_context loop{1};
  const auto wanted = static_cast<std::uint16_t>(count > 1 ? std::stoi(words[1]) : 8080);
  asio::ip::tcp::acceptor acceptor{
      loop, asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), wanted}};
  asio::co_spawn(loop, listen(acceptor, api, workers), asio::detached);
  std::thread events{[&] { loop.run(); }};
  std::cout << "http://127.0.0.1:" << acceptor.local_endpoint().port()
            << " until the end of the input" << std::endl;

  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  loop.stop();
  events.join();
  workers.join();
}
