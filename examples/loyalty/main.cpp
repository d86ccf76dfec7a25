// Accounts with loyalty tiers: the library's REST API and a room of this program's own, in one
// server.

#include <iostream>
#include <limits>
#include <string>

#include "coffeeauth/http_poco/http_poco.hpp"
#include "coffeeauth/standard/standard.hpp"
#include "loyalty_migrations.hpp"
#include "room.hpp"

namespace ca = coffeeauth;

int main(int count, char** words) {
  if (count < 3) {
    std::cerr << "usage: loyalty DATABASE_URL MAIL_FOLDER [PORT]\n";
    return 2;
  }
  loyalty::Room room;
  auto accounts = ca::standard::open({
      .database_url = words[1],
      .secret_key = ca::Secret{"an example's key, of 32 bytes or more"},
      .mail_folder = words[2],
      .features = {&room},
      .rooms = {ca::sql::loyalty_migrations()},
      .api = {.extra_routes = loyalty::routes(room)},
  });
  accounts.start();
  // Whoever starts the program is its first administrator. From the second start on there is one.
  (void)accounts.auth().admin().create_admin(
      {.email = ca::EmailAddress::parse("root@example.com").value(),
       .password = ca::Password::parse("a mountain of brown sugar").value()});
  const auto port = static_cast<std::uint16_t>(count > 3 ? std::stoi(words[3]) : 8080);
  const auto server = ca::http_poco::make_poco_server(accounts.api(), {.port = port});
  server->start();
  std::cout << "http://127.0.0.1:" << server->port() << " until the end of the input" << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  server->stop();
}
