#pragma once
/// What the tests of the services share: an Auth over fakes, and a few verbs of a person at a form.

#include "coffeeauth/testing/doctest.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "tests/parsed.hpp"

namespace coffeeauth {

using testing::email;
using testing::password;
inline VerificationCode code(std::string_view text) {
  return VerificationCode::parse(text).value();
}

/// A password that is strong enough, and another one.
inline constexpr std::string_view good = "correct horse battery";
inline constexpr std::string_view other_good = "staple the donkey twice";

struct Fixture {
  testing::TestAuth t;
  ClientContext client{.address = "192.0.2.1", .user_agent = "doctest"};

  Auth& auth() { return t.auth(); }

  Result<CodeReceipt> sign_up(std::string_view address, std::string_view secret = good,
                              std::string_view first_name = "Ada") {
    return auth().users().sign_up({.email = email(address),
                                   .password = password(secret),
                                   .first_name = std::string{first_name}},
                                  client);
  }
  /// The code in the last mail to `address`; delivers what waits in the outbox first.
  std::string mailed_code(std::string_view address) {
    t.deliver_mail();
    return t.mailer().last_code_for(email(address)).value_or("");
  }
  std::size_t mails_to(std::string_view address) {
    t.deliver_mail();
    return t.mailer().count_for(email(address));
  }
  Result<User> verify(std::string_view address, std::string_view digits) {
    return auth().verification().verify({.email = email(address), .code = code(digits)}, client);
  }
  Result<User> verify_with(std::string_view address, std::string_view digits,
                           std::string_view secret) {
    return auth().verification().verify(
        {.email = email(address), .code = code(digits), .password = password(secret)}, client);
  }
  Result<TokenPair> log_in(std::string_view address, std::string_view secret = good) {
    return tokens_of(auth().sessions().log_in(email(address), password(secret), client));
  }
  void resend(std::string_view address) {
    static_cast<void>(auth().verification().resend_code(email(address), client));
  }
  /// Signs up and verifies.
  User verified_user(std::string_view address, std::string_view secret = good) {
    REQUIRE_OK(sign_up(address, secret));
    return verify(address, mailed_code(address)).value();
  }
  User admin(std::string_view address) {
    return auth()
        .admin()
        .create_admin({.email = email(address), .password = password(good)})
        .value();
  }
  Result<Principal> who(const TokenPair& tokens) {
    return auth().sessions().authenticate_token(tokens.access_token.expose_secret());
  }
  Result<TokenPair> refresh(const TokenPair& tokens) {
    return auth().sessions().refresh(tokens.refresh_token.expose_secret(), client);
  }
  /// Six digits that are not `right`.
  static std::string wrong_code(std::string_view right, int n = 0) {
    auto value = (std::stoi(std::string{right}) + 1 + n) % 1'000'000;
    auto digits = std::to_string(value);
    return std::string(6 - digits.size(), '0') + digits;
  }
};

template <class T>
testing::Outcome code_of(const Result<T>& result) {
  return testing::outcome(result);
}

}  // namespace coffeeauth
