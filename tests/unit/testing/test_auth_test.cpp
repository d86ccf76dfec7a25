#include "coffeeauth/testing/test_auth.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "coffeeauth/memory/memory.hpp"

using namespace coffeeauth;

namespace {

const ClientContext client{.address = "192.0.2.1"};

Result<CodeReceipt> sign_up(testing::TestAuth& t, std::string_view email) {
  return t.auth().users().sign_up({.email = EmailAddress::parse(email).value(),
                                   .password = Password::parse("correct horse battery").value()},
                                  client);
}

}  // namespace

TEST_CASE("from sign-up to login over fakes only") {
  testing::TestAuth t;
  const auto ada = EmailAddress::parse("ada@example.org").value();
  REQUIRE(sign_up(t, "ada@example.org").has_value());
  CHECK(t.deliver_mail() == 1);
  CHECK(t.deliver_mail() == 0);
  auto code = VerificationCode::parse(t.mailer().last_code_for(ada).value()).value();
  REQUIRE(
      t.auth().verification().verify({.email = ada, .code = std::move(code)}, client).has_value());
  const auto password = Password::parse("correct horse battery").value();
  const auto tokens = t.auth().sessions().log_in(ada, password, client);
  REQUIRE(tokens.has_value());
  CHECK(t.auth().sessions().authorise(tokens->access_token.expose_secret()).has_value());
  CHECK(t.events().count(EventKind::logged_in) == 1);
}

TEST_CASE("a store of one's own is used, faults included") {
  auto store = memory::make_memory_store();
  auto& kept = *store;
  testing::TestAuth t{Config{}, std::move(store)};
  REQUIRE(sign_up(t, "ada@example.org").has_value());
  CHECK(kept.users().count({}) == 1);
  t.faults().take_down();
  CHECK_THROWS_AS(static_cast<void>(sign_up(t, "bob@example.org")), Unavailable);
  CHECK(kept.users().count({}) == 1);
}

TEST_CASE("an algorithm the core has by itself is kept, others become EdDSA") {
  Config config;
  CHECK(testing::TestAuth{config}.auth().config().tokens.algorithm == SigningAlgorithm::eddsa);
  config.tokens.algorithm = SigningAlgorithm::hs256;
  CHECK(testing::TestAuth{config}.auth().config().tokens.algorithm == SigningAlgorithm::hs256);
}
