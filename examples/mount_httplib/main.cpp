// The REST API in a cpp-httplib server, beside a route of the program's own.

#include <httplib.h>

#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <thread>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/http/api.hpp"
#include "coffeeauth/jobs/worker.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "mount.hpp"

namespace {

namespace ca = coffeeauth;

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

  ca::Config config{.tokens = {.algorithm = ca::SigningAlgorithm::eddsa}};
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

}  // namespace

int main(int count, char** words) {
  Accounts accounts;
  ca::http::Api api{accounts.auth, {}};

  httplib::Server server;
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("a page of the program's own\n", "text/plain");
  });
  mount(server, api);

  const int wanted = count > 1 ? std::stoi(words[1]) : 8080;
  const int port = wanted == 0                                ? server.bind_to_any_port("127.0.0.1")
                   : server.bind_to_port("127.0.0.1", wanted) ? wanted
                                                              : -1;
  if (port < 0) {
    std::cerr << "mount_httplib: the port is taken\n";
    return 1;
  }
  std::thread listening{[&] { server.listen_after_bind(); }};
  std::cout << "http://127.0.0.1:" << port << " until the end of the input" << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  server.stop();
  listening.join();
}
