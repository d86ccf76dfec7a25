// Tests of a handler that builds on coffeeauth, without server, database or waiting.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "coffeeauth/testing/doctest.hpp"

#include <string>

#include "checkout.hpp"
#include "coffeeauth/testing/test_auth.hpp"

namespace ca = coffeeauth;
using namespace std::chrono_literals;

namespace {

/// A shop, and a customer who has just logged in.
struct World {
  ca::testing::TestAuth fakes;
  shop::Checkout checkout{fakes.auth().sessions()};
  ca::EmailAddress email = ca::EmailAddress::parse("ada@example.com").value();

  static ca::Password password() { return ca::Password::parse("plum tart & 47 spoons").value(); }

  /// The Authorization header of the logged-in customer.
  std::string log_in() {
    auto& auth = fakes.auth();
    REQUIRE_OK(auth.users().sign_up({.email = email, .password = password()}, {}));
    fakes.deliver_mail();
    auto code = ca::VerificationCode::parse(fakes.mailer().last_code_for(email).value());
    REQUIRE_OK(auth.verification().verify({.email = email, .code = std::move(code.value())}, {}));
    const auto tokens = ca::tokens_of(auth.sessions().log_in(email, password(), {}));
    return "Bearer " + std::string{tokens.value().access_token.expose_secret()};
  }
};

}  // namespace

TEST_CASE("a customer gets what they ordered") {
  World world;

  const auto reply = world.checkout.order(world.log_in(), "tea");

  CHECK(reply.status == 200);
  CHECK(reply.text == "tea for ada@example.com");
}

TEST_CASE("a stranger is asked to log in") {
  World world;

  CHECK(world.checkout.order("", "tea").status == 401);
  CHECK(world.checkout.order("Bearer nonsense", "tea").status == 401);
}

TEST_CASE("how a client spells the scheme does not matter") {
  World world;
  const auto header = world.log_in();

  CHECK(world.checkout.order("bearer" + header.substr(6), "tea").status == 200);
  CHECK(world.checkout.order("BEARER" + header.substr(6), "tea").status == 200);
}

TEST_CASE("a token is good for ten minutes") {
  World world;
  const auto header = world.log_in();

  world.fakes.clock().advance(9min);
  CHECK(world.checkout.order(header, "tea").status == 200);

  world.fakes.clock().advance(2min);
  const auto late = world.checkout.order(header, "tea");
  CHECK(late.status == 401);
  CHECK(late.text == ca::message(ca::ErrorCode::token_expired));
}

TEST_CASE("who deleted their account orders no more") {
  World world;
  const auto header = world.log_in();
  const auto customer = world.fakes.auth().sessions().authenticate_token(header.substr(7)).value();

  REQUIRE_OK(world.fakes.auth().users().delete_account(customer.user.id, World::password(), {}));

  CHECK(world.checkout.order(header, "tea").status == 401);
}

TEST_CASE("a database that is down does not log anybody out") {
  World world;
  const auto header = world.log_in();

  world.fakes.faults().take_down();
  CHECK(world.checkout.order(header, "tea").status == 503);

  world.fakes.faults().bring_back();
  CHECK(world.checkout.order(header, "tea").status == 200);
}

TEST_CASE("what the customer did can be looked up") {
  World world;

  (void)world.log_in();

  CHECK(world.fakes.events().count(ca::EventKind::signed_up) == 1);
  CHECK(world.fakes.events().count(ca::EventKind::logged_in) == 1);
}
