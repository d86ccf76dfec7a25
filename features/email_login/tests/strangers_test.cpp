// Who asks for mails to somebody else's mailbox, and what that costs the owner.

#include <string>

#include "features/email_login/tests/world.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::email_login {
namespace {

/// The n-th IPv4 address.
ClientContext network(std::size_t n) { return {.address = "198.51.100." + std::to_string(n)}; }

void ask_from(World& w, const ClientContext& client) {
  static_cast<void>(w.login.ask(email("ada@example.org"), client));
}

TEST_CASE("all asks of a stranger's network leave the owner in another network a mail") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    static_cast<void>(w.user());
    for (int i = 0; i < 12; ++i) {
      ask_from(w, network(1));
      w.t.clock().advance(15min);
    }
    CHECK(w.t.events().count(email_login_asked) == 10);
    CHECK(is_in(w.log_in(w.asked().by_code())));
  });
}

TEST_CASE("all networks of one IPv6 /48 have one share") {
  World w{backends().front()};
  static_cast<void>(w.user());
  static_cast<void>(w.mails());
  for (const auto* const address : {"2001:db8:7:1::1", "2001:db8:7:2::1", "2001:db8:8:1::1"}) {
    ask_from(w, {.address = address});
  }
  CHECK(w.login_mails().size() == 2);
}

TEST_CASE("of 64 networks that ask at once four get a mail") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    static_cast<void>(w.user());
    static_cast<void>(w.mails());
    testing::race(testing::race_threads, [&](std::size_t i) {
      ask_from(w, network(i + 1));
      return true;
    });
    CHECK(w.login_mails().size() == 4);
  });
}

}  // namespace
}  // namespace coffeeauth::email_login
