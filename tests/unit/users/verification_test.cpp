#include "fixture.hpp"

#include <set>
#include <thread>
#include <vector>

using namespace coffeeauth;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(Fixture, "the fifth wrong code kills it, also for the right digits") {
  REQUIRE_OK(sign_up("ada@example.org"));
  const auto right = mailed_code("ada@example.org");
  for (int i = 0; i < 5; ++i) {
    CHECK(code_of(verify("ada@example.org", wrong_code(right, i))) == ErrorCode::invalid_code);
  }
  CHECK(code_of(verify("ada@example.org", right)) == ErrorCode::invalid_code);

  t.clock().advance(61s);
  static_cast<void>(auth().verification().resend_code(email("ada@example.org"), client));
  CHECK_OK(verify("ada@example.org", mailed_code("ada@example.org")));
}

TEST_CASE_FIXTURE(Fixture, "a code is good for an hour and once") {
  REQUIRE_OK(sign_up("ada@example.org"));
  const auto right = mailed_code("ada@example.org");
  SUBCASE("expired") {
    t.clock().advance(1h);
    CHECK(code_of(verify("ada@example.org", right)) == ErrorCode::invalid_code);
  }
  SUBCASE("just before its end") {
    t.clock().advance(1h - 1ms);
    CHECK_OK(verify("ada@example.org", right));
  }
  SUBCASE("used") {
    REQUIRE_OK(verify("ada@example.org", right));
    CHECK(code_of(verify("ada@example.org", right)) == ErrorCode::invalid_code);
  }
  SUBCASE("not the last, but the one before it") {
    t.clock().advance(61s);
    resend("ada@example.org");
    REQUIRE(mails_to("ada@example.org") == 2);
    CHECK_OK(verify("ada@example.org", right));
  }
  SUBCASE("superseded by two") {
    for (int i = 0; i < 2; ++i) {
      t.clock().advance(61s);
      resend("ada@example.org");
    }
    const auto newest = mailed_code("ada@example.org");
    if (newest != right)
      CHECK_FALSE(testing::outcome(verify("ada@example.org", right)) == testing::ok);
    CHECK_OK(verify("ada@example.org", newest));
  }
}

TEST_CASE_FIXTURE(Fixture, "a code is good for its own address only") {
  REQUIRE_OK(sign_up("ada@example.org"));
  REQUIRE_OK(sign_up("bob@example.org"));
  const auto of_ada = mailed_code("ada@example.org");
  if (of_ada != mailed_code("bob@example.org")) {
    CHECK(code_of(verify("bob@example.org", of_ada)) == ErrorCode::invalid_code);
  }
  CHECK(code_of(verify("nobody@example.org", of_ada)) == ErrorCode::invalid_code);
}

TEST_CASE_FIXTURE(Fixture,
                  "resend answers alike for everybody and mails only who waits for a code") {
  verified_user("verified@example.org");
  REQUIRE_OK(sign_up("pending@example.org"));
  const auto pending_before = mails_to("pending@example.org");
  const auto verified_before = mails_to("verified@example.org");
  t.clock().advance(61s);
  for (const auto* address :
       {"pending@example.org", "verified@example.org", "nobody@example.org"}) {
    const auto receipt = auth().verification().resend_code(email(address), client);
    CHECK(receipt.expires_at == t.clock().now() + 1h);
  }
  CHECK(mails_to("pending@example.org") == pending_before + 1);
  CHECK(mails_to("verified@example.org") == verified_before);
  CHECK(mails_to("nobody@example.org") == 0);
}

TEST_CASE_FIXTURE(Fixture, "a new code comes at most every minute, five an hour, ten a day") {
  REQUIRE_OK(sign_up("ada@example.org"));
  const auto ask = [&] {
    static_cast<void>(auth().verification().resend_code(email("ada@example.org"), client));
    return mails_to("ada@example.org");
  };
  CHECK(ask() == 1);
  for (int i = 0; i < 10; ++i) {
    t.clock().advance(60s);
    ask();
  }
  CHECK(mails_to("ada@example.org") == 5);
  for (int i = 0; i < 12; ++i) {
    t.clock().advance(30min);
    ask();
  }
  CHECK(mails_to("ada@example.org") == 10);
  t.clock().advance(24h);
  CHECK(ask() == 11);
}

TEST_CASE_FIXTURE(Fixture, "new codes do not refill the guesses of a day") {
  Config config;
  config.codes.guesses_per_day = 7;
  Fixture f{.t = testing::TestAuth{config}};
  REQUIRE_OK(f.sign_up("ada@example.org"));
  auto right = f.mailed_code("ada@example.org");
  for (int i = 0; i < 5; ++i) {
    REQUIRE_FALSE(testing::outcome(f.verify("ada@example.org", wrong_code(right, i))) ==
                  testing::ok);
  }
  f.t.clock().advance(61s);
  static_cast<void>(f.auth().verification().resend_code(email("ada@example.org"), f.client));
  right = f.mailed_code("ada@example.org");
  for (int i = 0; i < 2; ++i) {
    REQUIRE_FALSE(testing::outcome(f.verify("ada@example.org", wrong_code(right, i))) ==
                  testing::ok);
  }
  CHECK(code_of(f.verify("ada@example.org", right)) == ErrorCode::invalid_code);
}

TEST_CASE_FIXTURE(
    Fixture, "a stranger's guesses and resends keep nobody unverified who signed up elsewhere") {
  REQUIRE_OK(sign_up("ada@example.org"));
  const auto right = mailed_code("ada@example.org");
  const ClientContext stranger{.address = "198.51.100.7"};
  const auto guess = [&](int n) {
    return auth().verification().verify(
        {.email = email("ada@example.org"), .code = code(wrong_code(right, n))}, stranger);
  };
  for (int i = 0; i < 60; ++i) {
    if (i % 6 == 0) {
      t.clock().advance(61s);
      static_cast<void>(auth().verification().resend_code(email("ada@example.org"), stranger));
    }
    REQUIRE_FALSE(testing::outcome(guess(i)) == testing::ok);
  }
  SUBCASE("the code that she is typing") { CHECK_OK(verify("ada@example.org", right)); }
  SUBCASE("a new one, after four typing errors") {
    for (int i = 0; i < 4; ++i) {
      REQUIRE_FALSE(testing::outcome(verify("ada@example.org", wrong_code(right, i))) ==
                    testing::ok);
    }
    const auto mails = mails_to("ada@example.org");
    resend("ada@example.org");
    CHECK(mails_to("ada@example.org") == mails + 1);
    CHECK_OK(verify("ada@example.org", mailed_code("ada@example.org")));
  }
}

TEST_CASE_FIXTURE(
    Fixture, "strangers who signed up from every network with a share keep nobody unverified") {
  const auto as = [&](std::string address) { client.address = std::move(address); };
  for (int i = 1; i <= 3; ++i) {
    as("198.51.100." + std::to_string(i));
    REQUIRE_OK(sign_up("ada@example.org", other_good));
  }
  t.clock().advance(61s);
  as("192.0.2.1");
  REQUIRE_OK(sign_up("ada@example.org"));
  const auto right = mailed_code("ada@example.org");
  for (int i = 0; i < 20; ++i) {
    as("203.0.113." + std::to_string(i));
    CHECK_FALSE(testing::outcome(verify_with("ada@example.org", wrong_code(right, i),
                                             other_good)) == testing::ok);
  }
  CHECK_FALSE(testing::outcome(verify_with("ada@example.org", right, good)) == testing::ok);
  as("192.0.2.1");
  for (int i = 0; i < 4; ++i) {
    CHECK_FALSE(testing::outcome(verify_with("ada@example.org", wrong_code(right, i), good)) ==
                testing::ok);
  }
  CHECK_OK(verify_with("ada@example.org", right, good));
}

TEST_CASE_FIXTURE(Fixture, "strangers who ask for codes in turn do not void the owner's") {
  REQUIRE_OK(sign_up("ada@example.org"));
  const auto right = mailed_code("ada@example.org");
  for (int i = 0; i < 9; ++i) {
    t.clock().advance(61s);
    const ClientContext stranger{.address = "198.51.100." + std::to_string(i % 3)};
    static_cast<void>(auth().verification().resend_code(email("ada@example.org"), stranger));
  }
  CHECK(mails_to("ada@example.org") == 10);
  CHECK_OK(verify("ada@example.org", right));
}

TEST_CASE_FIXTURE(Fixture, "a stranger with an IPv6 /56 has one share, not one for each /64") {
  for (int i = 0; i < 5; ++i) {
    client.address = "2001:db8:1:aa0" + std::to_string(i) + "::1";
    REQUIRE_OK(sign_up("ada@example.org", other_good));
  }
  CHECK(mails_to("ada@example.org") == 1);
  client.address = "192.0.2.1";
  REQUIRE_OK(sign_up("ada@example.org"));
  CHECK(mails_to("ada@example.org") == 2);
  const auto right = mailed_code("ada@example.org");
  client.address = "2001:db8:1:aa05::1";
  for (int i = 0; i < 6; ++i) {
    CHECK_FALSE(testing::outcome(verify("ada@example.org", wrong_code(right, i))) == testing::ok);
  }
  client.address = "192.0.2.1";
  CHECK_OK(verify_with("ada@example.org", right, good));
}

TEST_CASE_FIXTURE(Fixture, "all networks together are sent as many mails as Config says") {
  REQUIRE_OK(sign_up("ada@example.org"));
  for (int hour = 0; hour < 23; ++hour) {
    for (int i = 0; i < 8; ++i) {
      const ClientContext from{.address = "192.0.2." + std::to_string(i)};
      static_cast<void>(auth().verification().resend_code(email("ada@example.org"), from));
    }
    t.deliver_mail();
    t.clock().advance(1h);
  }
  // Three networks and all others, ten each.
  CHECK(mails_to("ada@example.org") == 4 * 10);
}

TEST_CASE_FIXTURE(Fixture, "of 64 right answers at once exactly one is accepted") {
  REQUIRE_OK(sign_up("ada@example.org"));
  const auto right = mailed_code("ada@example.org");
  std::vector<int> accepted(64);
  std::vector<std::thread> people;
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    people.emplace_back([&, i] { accepted[i] = verify("ada@example.org", right).has_value(); });
  }
  for (auto& person : people) person.join();
  CHECK(std::count(accepted.begin(), accepted.end(), 1) == 1);
}

TEST_CASE_FIXTURE(Fixture, "verifying does not log in, and nobody logs in unverified") {
  REQUIRE_OK(sign_up("ada@example.org"));
  CHECK(code_of(log_in("ada@example.org")) == ErrorCode::email_not_verified);
  CHECK(code_of(log_in("ada@example.org", other_good)) == ErrorCode::invalid_credentials);
  const auto user = verify("ada@example.org", mailed_code("ada@example.org")).value();
  CHECK(auth().sessions().list(user.id).empty());
}

TEST_CASE_FIXTURE(Fixture, "a wrong code costs the same hashes as an unknown address") {
  REQUIRE_OK(sign_up("ada@example.org"));
  const auto right = mailed_code("ada@example.org");
  for (const auto* address : {"ada@example.org", "nobody@example.org"}) {
    CAPTURE(address);
    const auto before = t.hasher().hashes();
    CHECK(code_of(verify_with(address, wrong_code(right), good)) == ErrorCode::invalid_code);
    CHECK(t.hasher().hashes() - before == 1);
  }
}
