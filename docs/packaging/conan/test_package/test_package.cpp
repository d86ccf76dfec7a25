#include <iostream>

#include "coffeeauth/testing/test_auth.hpp"

int main() {
  coffeeauth::testing::TestAuth world;
  const auto email = coffeeauth::EmailAddress::parse("ada@example.com").value();
  auto password = coffeeauth::Password::parse("plum tart & 47 spoons").value();
  const auto receipt =
      world.auth().users().sign_up({.email = email, .password = std::move(password)}, {});
  if (!receipt || world.deliver_mail() != 1) return 1;
  std::cout << "coffeeauth works\n";
}
