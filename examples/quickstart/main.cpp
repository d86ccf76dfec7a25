// From sign-up to "who am I" over fakes in memory: the shortest complete program.

#include <iostream>

#include "coffeeauth/testing/test_auth.hpp"

namespace ca = coffeeauth;

int main() {
  ca::testing::TestAuth world;  // Auth and every part it needs
  auto& auth = world.auth();
  const ca::ClientContext client{.address = "192.0.2.7"};
  const auto email = ca::EmailAddress::parse("ada@example.com").value();
  const auto password = [] { return ca::Password::parse("plum tart & 47 spoons").value(); };

  // Sign up: the account waits for the code, which is mailed.
  if (!auth.users().sign_up({.email = email, .password = password()}, client)) return 1;
  world.deliver_mail();
  const auto digits = world.mailer().last_code_for(email).value();
  std::cout << "mailed a code of " << digits.size() << " digits\n";

  // Verify: the code proves that the user reads the mailbox.
  auto code = ca::VerificationCode::parse(digits).value();
  if (!auth.verification().verify({.email = email, .code = std::move(code)}, client)) return 1;

  // Log in, and ask for the user of the token.
  const auto tokens = ca::tokens_of(auth.sessions().log_in(email, password(), client));
  if (!tokens) {
    std::cerr << ca::message(tokens.error().code) << "\n";
    return 1;
  }
  const auto me = auth.sessions().authenticate_token(tokens->access_token.expose_secret());
  std::cout << "I am " << me.value().user.email.display() << "\n";
}
