// Who asks for somebody else's password reset, and what that costs the owner.

#include <string>

#include "features/recovery/tests/world.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::recovery {
namespace {

ClientContext at(const std::string& address) { return {.address = address}; }
/// The n-th IPv4 address.
ClientContext from_network(std::size_t n) { return at("198.51.100." + std::to_string(n)); }

void ask_from(World& w, const ClientContext& client) {
  static_cast<void>(w.recovery.ask_reset(email("ada@example.org"), client));
}

/// A stranger asks for all that one network gets in a day.
void use_up(World& w, const ClientContext& client) {
  const auto before = w.t.events().count(password_reset_asked);
  for (int i = 0; i < 12; ++i) {
    ask_from(w, client);
    w.t.clock().advance(15min);
  }
  CHECK(w.t.events().count(password_reset_asked) == before + 10);
  static_cast<void>(w.mails());
}

TEST_CASE("ten asks of a stranger leave the owner in another network a mail") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    static_cast<void>(w.user());
    use_up(w, from_network(1));
    const auto token = w.asked_reset();
    CHECK_MESSAGE((ask_from(w, from_network(1)), w.mails().empty()), "the stranger has had all");
    CHECK_OK(w.recovery.reset(token.clone(), password(new_password), somewhere));
  });
}

TEST_CASE("asks at the same moment from another network get a mail each") {
  World w{backends().front()};
  static_cast<void>(w.user());
  static_cast<void>(w.mails());
  for (const std::size_t n : {1, 1, 2, 2}) ask_from(w, from_network(n));
  CHECK(w.mails().size() == 2);
}

TEST_CASE("all networks of one IPv6 /48 have one share, however many a stranger has of them") {
  World w{backends().front()};
  static_cast<void>(w.user());
  use_up(w, at("2001:db8:7:1::1"));
  for (const auto* const sibling : {"2001:db8:7:2::1", "2001:db8:7:ff00::1"}) {
    ask_from(w, at(sibling));
    CHECK(w.mails().empty());
  }
  ask_from(w, at("2001:db8:8:1::1"));
  CHECK(w.mails().size() == 1);
}

TEST_CASE("a stranger with many networks has as many mails sent in a day as the shares have") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    static_cast<void>(w.user());
    static_cast<void>(w.mails());
    std::size_t mailed = 0;
    for (int quarter = 0; quarter < 14; ++quarter) {
      for (std::size_t n = 1; n <= 7; ++n) ask_from(w, from_network(n));
      mailed += w.mails().size();
      w.t.clock().advance(15min);
    }
    CHECK(mailed == 40);
    ask_from(w, somewhere);
    CHECK(w.mails().empty());
    w.t.clock().advance(24h);
    CHECK_MESSAGE((ask_from(w, somewhere), w.mails().size() == 1), "the next day begins");
  });
}

TEST_CASE("without shares all networks have one pace") {
  auto options = usual_options();
  options.reset_networks = 0;
  World w{backends().front(), options};
  static_cast<void>(w.user());
  use_up(w, from_network(1));
  ask_from(w, somewhere);
  CHECK(w.mails().empty());
}

TEST_CASE("of 64 networks that ask at once four get a mail") {
  on_each_store([](const Backend& backend) {
    for (testing::Rounds rounds{backend.harness()}; rounds.next();) {
      World w{backend};
      static_cast<void>(w.user());
      static_cast<void>(w.mails());
      testing::race(testing::race_threads, [&](std::size_t i) {
        ask_from(w, from_network(i + 1));
        return true;
      });
      CHECK(w.mails().size() == 4);
    }
  });
}

}  // namespace
}  // namespace coffeeauth::recovery
