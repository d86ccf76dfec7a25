// The REST API in a cpp-httplib server, beside one of the program's own routes.

#include <httplib.h>

#include <iostream>
#include <limits>
#include <string>
#include <thread>

#include "coffeeauth/standard/standard.hpp"
#include "mount.hpp"

namespace {

namespace ca = coffeeauth;

/// Prints mails instead of sending them; see examples/embed for a real mailer.
class PrintedMail final : public ca::Mailer {
 public:
  ca::Delivery deliver(const ca::Mail& mail) noexcept override {
    std::cout << mail.text << std::flush;
    return {.verdict = ca::DeliveryVerdict::delivered};
  }
};

}  // namespace

int main(int count, char** words) {
  PrintedMail mailer;
  auto accounts = ca::standard::open({
      .database_url = "memory:",
      .secret_key = ca::Secret{"an example's key, of 32 bytes or more"},
      .mailer = &mailer,
  });
  accounts.start();

  httplib::Server server;
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("a page of the program's own\n", "text/plain");
  });
  mount(server, accounts.api());

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
