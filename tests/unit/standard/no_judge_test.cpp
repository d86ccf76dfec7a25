// open() of a library that was built without zxcvbn: made of the same sources, but for the judge.

#include "tests/unit/standard/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::standard;

TEST_CASE("without zxcvbn open() asks for a judge, before it makes anything") {
  InMemory world;
  CHECK(refusal_of(world.options()) ==
        "judge: this coffeeauth was built without zxcvbn: give a judge, or "
        "&accept_any_password()");
}

TEST_CASE("without zxcvbn a judge that is given decides, whatever the strength") {
  InMemory world;
  auto options = world.options();
  options.password_min_strength = 5;
  options.judge = &accept_any_password();
  auto accounts = open(std::move(options));
  CHECK_OK(accounts.auth().users().sign_up(
      {.email = ada(), .password = Password::parse("password").value()}, {}));
}
