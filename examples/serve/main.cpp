// A whole service: sign-up, verification, login, administration, password reset and change of email
// address, with the REST API and the pages behind mailed links.
//
//   serve <folder> <port>    stores the users, and mails instead of sending them, in the folder
#include <csignal>
#include <cstdint>
#include <iostream>
#include <string>

#include "coffeeauth/http_poco/http_poco.hpp"
#include "coffeeauth/recovery/bundle.hpp"
#include "coffeeauth/standard/standard.hpp"

namespace ca = coffeeauth;

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: serve <folder> <port>\n";
    return 2;
  }
  const std::string folder = argv[1];
  const std::string url = "http://127.0.0.1:" + std::string{argv[2]};
  // Blocks the signals before other threads exist, so that only sigwait() below receives them.
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  try {
    auto accounts = ca::standard::open({
        .database_url = "sqlite:///" + folder + "/users.db",
        .secret_key = ca::Secret{"an example: read yours from where your other secrets are"},
        .mail_folder = folder + "/mail",      // or .smtp_url and .from_email
        .public_url = url,                    // where the links in mails lead
        .bundles = {ca::recovery::bundle()},  // password reset, change of email address
    });
    const auto server = ca::http_poco::make_poco_server(
        accounts.api(), {.port = static_cast<std::uint16_t>(std::stoul(argv[2]))});
    server->start();
    accounts.start();
    std::cout << "serving on " << url << " until Ctrl-C or SIGTERM" << std::endl;
    int came = 0;
    sigwait(&stops, &came);
    server->stop();
    accounts.stop();
  } catch (const std::exception& failure) {
    std::cerr << "serve: " << failure.what() << "\n";
    return 1;
  }
  return 0;
}
