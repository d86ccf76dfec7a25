#include "coffeeauth/jobs/scheduler.hpp"
#include "fixture.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(Fixture, "a person signs up, reads the code, verifies and logs in") {
  const auto receipt = sign_up("Ada@Example.org");
  REQUIRE_OK(receipt);
  CHECK(receipt->email.display() == "Ada@Example.org");
  CHECK(receipt->expires_at == t.clock().now() + 1h);

  const auto user = verify("ada@example.org", mailed_code("ada@example.org"));
  REQUIRE_OK(user);
  CHECK(user->is_verified);
  CHECK(user->first_name == "Ada");
  CHECK(user->role == Role::user);

  const auto tokens = log_in("ADA@example.ORG");
  REQUIRE_OK(tokens);
  CHECK(tokens->expires_in == 10min);
  const auto principal = who(*tokens);
  REQUIRE_OK(principal);
  CHECK(principal->user.id == user->id);
}

TEST_CASE_FIXTURE(Fixture,
                  "sign-up answers alike and hashes once for new, pending and taken addresses") {
  verified_user("taken@example.org");
  REQUIRE_OK(sign_up("pending@example.org"));
  for (const auto* address : {"new@example.org", "pending@example.org", "taken@example.org"}) {
    CAPTURE(address);
    const auto before = t.hasher().hashes();
    const auto receipt = sign_up(address, other_good);
    REQUIRE_OK(receipt);
    CHECK(receipt->expires_at == t.clock().now() + 1h);
    CHECK(t.hasher().hashes() - before == 1);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "the owner of a taken address is told, without a code, and nothing changes") {
  const auto before = verified_user("ada@example.org");
  const auto mails = mails_to("ada@example.org");
  t.clock().advance(61s);
  REQUIRE_OK(sign_up("ada@example.org", other_good, "Mallory"));
  CHECK(mails_to("ada@example.org") == mails + 1);
  CHECK(t.mailer().last_to(email("ada@example.org"))->text.find("already") != std::string::npos);
  CHECK(auth().users().get(before.id).value() == before);
  CHECK_OK(log_in("ada@example.org"));
  // As for an address that has no account: see "a sign-up says at login the same".
  CHECK(code_of(log_in("ada@example.org", other_good)) == ErrorCode::email_not_verified);
}

TEST_CASE_FIXTURE(Fixture, "a sign-up says at login the same, whether the address has an account") {
  verified_user("taken@example.org");
  auto disabled = verified_user("disabled@example.org");
  const auto boss = admin("boss@example.org");
  REQUIRE_OK(auth().admin().update_user(disabled.id, {.is_active = false}, {}, boss.id, client));
  for (const auto* address :
       {"new@example.org", "taken@example.org", "disabled@example.org", "boss@example.org"}) {
    CAPTURE(address);
    // One more than are kept: the first one is forgotten everywhere.
    for (int i = 0; i < 6; ++i) {
      t.clock().advance(1s);
      REQUIRE_OK(sign_up(address, "a stranger's guess " + std::to_string(i)));
    }
    const auto hashes = t.hasher().hashes();
    CHECK(code_of(log_in(address, "a stranger's guess 0")) == ErrorCode::invalid_credentials);
    CHECK(code_of(log_in(address, "a stranger's guess 1")) == ErrorCode::email_not_verified);
    CHECK(code_of(log_in(address, "a stranger's guess 5")) == ErrorCode::email_not_verified);
    CHECK(code_of(log_in(address, "never tried before")) == ErrorCode::invalid_credentials);
    CHECK(t.hasher().hashes() - hashes == 4);
  }
  CHECK_OK(log_in("taken@example.org"));
}

TEST_CASE_FIXTURE(Fixture,
                  "a sign-up that was not confirmed is told so at login after another was") {
  REQUIRE_OK(sign_up("ada@example.org", other_good));
  REQUIRE_OK(sign_up("ada@example.org", good));
  const auto digits = mailed_code("ada@example.org");
  CHECK(code_of(log_in("ada@example.org", other_good)) == ErrorCode::email_not_verified);
  REQUIRE_OK(verify_with("ada@example.org", digits, good));
  CHECK(code_of(log_in("ada@example.org", other_good)) == ErrorCode::email_not_verified);
  CHECK_OK(log_in("ada@example.org", good));
}

TEST_CASE_FIXTURE(Fixture,
                  "what a sign-up left behind is forgotten alike with and without account") {
  verified_user("taken@example.org");
  for (const auto* address : {"new@example.org", "taken@example.org"}) {
    REQUIRE_OK(sign_up(address, other_good));
  }
  jobs::Scheduler scheduler{auth().services()};
  t.clock().advance(48h - 1ms);
  scheduler.run_once();
  for (const auto* address : {"new@example.org", "taken@example.org"}) {
    CHECK(code_of(log_in(address, other_good)) == ErrorCode::email_not_verified);
  }
  t.clock().advance(2ms);
  scheduler.run_once();
  for (const auto* address : {"new@example.org", "taken@example.org"}) {
    CHECK(code_of(log_in(address, other_good)) == ErrorCode::invalid_credentials);
  }
  CHECK_OK(log_in("taken@example.org"));
}

TEST_CASE_FIXTURE(Fixture,
                  "a sign-up says at login the same after a login under other hash settings") {
  verified_user("ada@example.org");
  const auto said = [&](std::string_view address) { return code_of(log_in(address, other_good)); };
  for (const auto* address : {"ada@example.org", "nobody@example.org"}) {
    REQUIRE_OK(sign_up(address, other_good));
  }
  t.hasher().raise_parameters();
  for (int i = 0; i < 2; ++i) {
    CHECK_OK(log_in("ada@example.org"));
    CHECK(said("ada@example.org") == ErrorCode::email_not_verified);
    CHECK(said("nobody@example.org") == ErrorCode::email_not_verified);
  }
  // Both are forgotten alike; then the hash is made anew.
  t.clock().advance(24h * 3);
  jobs::Scheduler{auth().services()}.run_once();
  CHECK(said("ada@example.org") == ErrorCode::invalid_credentials);
  CHECK(said("nobody@example.org") == ErrorCode::invalid_credentials);
  auto hashes = t.hasher().hashes();
  CHECK_OK(log_in("ada@example.org"));
  CHECK(t.hasher().hashes() - hashes == 2);
  CHECK_OK(log_in("ada@example.org"));
  CHECK(t.hasher().hashes() - hashes == 3);
}

TEST_CASE_FIXTURE(Fixture, "a login with the password of a sign-up is a failure to every limit") {
  verified_user("taken@example.org");
  for (const auto* address : {"new@example.org", "taken@example.org"}) {
    CAPTURE(address);
    REQUIRE_OK(sign_up(address, other_good));
    for (int i = 0; i < 10; ++i) {
      REQUIRE(code_of(log_in(address, other_good)) == ErrorCode::email_not_verified);
    }
    CHECK(code_of(log_in(address, other_good)) == ErrorCode::rate_limited);
  }
}

TEST_CASE_FIXTURE(Fixture, "names that an edge forgot to check are refused by the service") {
  const auto refused = auth().users().sign_up({.email = email("ada@example.org"),
                                               .password = password(good),
                                               .first_name = "\xFF",
                                               .last_name = "Love\nlace"},
                                              client);
  REQUIRE_ERROR(refused, ErrorCode::validation_failed);
  REQUIRE(refused.error().fields.size() == 2);
  CHECK(refused.error().fields.at(0).field == "first_name");
  CHECK(refused.error().fields.at(1).field == "last_name");
  const auto user = verified_user("grace@example.org");
  CHECK(code_of(auth().users().update_profile(user.id, {.last_name = "\xC3("}, client)) ==
        ErrorCode::validation_failed);
  CHECK(auth().users().get(user.id).value() == user);
}

TEST_CASE_FIXTURE(Fixture,
                  "an embedder's policy refuses sign-ups before they cost or write anything") {
  auto parts = auth().parts();
  parts.sign_up_policy = [](const SignUpRequest& request, const ClientContext&) -> Result<void> {
    if (request.email.canonical().ends_with("@example.org")) return {};
    return field_error("email", "not_allowed", "Only people of example.org may sign up.");
  };
  Auth strict{auth().config(), Secret{"of thirty-two bytes and some more"}, parts};
  const auto try_out = [&](std::string_view address) {
    return strict.users().sign_up({.email = email(address), .password = password(good)}, client);
  };

  const auto hashes = t.hasher().hashes();
  const auto calls = t.faults().calls();
  const auto refused = try_out("eve@elsewhere.example");
  REQUIRE_ERROR(refused, ErrorCode::validation_failed);
  CHECK(refused.error().fields.at(0).code == "not_allowed");
  CHECK(t.hasher().hashes() == hashes);
  CHECK(t.faults().calls() == calls);
  CHECK_OK(try_out("ada@example.org"));
}

TEST_CASE("a service may prefer to say that an address is taken") {
  Config config;
  config.codes.sign_up_reveals_existing = true;
  Fixture f{.t = testing::TestAuth{config}};
  f.verified_user("ada@example.org");
  CHECK(code_of(f.sign_up("ada@example.org")) == ErrorCode::email_taken);
}

TEST_CASE_FIXTURE(Fixture, "while all sign-ups carry one password the code alone verifies") {
  REQUIRE_OK(sign_up("ada@example.org", good, "Ada"));
  t.clock().advance(61s);
  REQUIRE_OK(sign_up("ada@example.org", good, "Augusta"));
  const auto user = verify("ada@example.org", mailed_code("ada@example.org"));
  REQUIRE_OK(user);
  CHECK(user->first_name == "Augusta");
}

TEST_CASE_FIXTURE(Fixture, "registering somebody's address first or last opens nothing") {
  bool stranger_first = false;
  SUBCASE("first") { stranger_first = true; }
  SUBCASE("last") { stranger_first = false; }
  REQUIRE_OK(sign_up("ada@example.org", stranger_first ? other_good : good));
  t.clock().advance(61s);
  REQUIRE_OK(sign_up("ada@example.org", stranger_first ? good : other_good));
  const auto digits = mailed_code("ada@example.org");

  CHECK(code_of(verify("ada@example.org", digits)) == ErrorCode::password_required);
  CHECK_OK(verify_with("ada@example.org", digits, good));
  CHECK_OK(log_in("ada@example.org", good));
  CHECK_FALSE(testing::outcome(log_in("ada@example.org", other_good)) == testing::ok);
}

TEST_CASE_FIXTURE(Fixture,
                  "a code activates the password that comes with it, whatever is pending") {
  for (int i = 0; i < 6; ++i) {
    t.clock().advance(13min);
    REQUIRE_OK(sign_up("ada@example.org", "a strong password " + std::to_string(i)));
  }
  const auto digits = mailed_code("ada@example.org");
  std::string_view chosen;
  SUBCASE("the last one") { chosen = "a strong password 5"; }
  SUBCASE("one that was displaced") { chosen = "a strong password 0"; }
  SUBCASE("one that nobody signed up with") { chosen = "my own and nobody else's"; }
  CHECK(code_of(verify("ada@example.org", digits)) == ErrorCode::password_required);
  REQUIRE_OK(verify_with("ada@example.org", digits, chosen));
  CHECK_OK(log_in("ada@example.org", chosen));
  for (int i = 0; i < 6; ++i) {
    const auto other = "a strong password " + std::to_string(i);
    if (other != chosen)
      CHECK_FALSE(testing::outcome(log_in("ada@example.org", other)) == testing::ok);
  }
}

TEST_CASE("with room for one sign-up, the owner's code never activates a stranger's") {
  Config config;
  config.codes.pending_sign_ups = 1;
  Fixture f{.t = testing::TestAuth{config}};
  bool stranger_first = false;
  SUBCASE("the stranger first") { stranger_first = true; }
  SUBCASE("the owner first") { stranger_first = false; }
  REQUIRE_OK(f.sign_up("ada@example.org", stranger_first ? other_good : good));
  REQUIRE_OK(f.sign_up("ada@example.org", stranger_first ? good : other_good));
  const auto digits = f.mailed_code("ada@example.org");
  CHECK(code_of(f.verify("ada@example.org", digits)) == ErrorCode::password_required);
  REQUIRE_OK(f.verify_with("ada@example.org", digits, good));
  CHECK_OK(f.log_in("ada@example.org", good));
  CHECK_FALSE(testing::outcome(f.log_in("ada@example.org", other_good)) == testing::ok);
}

TEST_CASE_FIXTURE(Fixture,
                  "a password chosen with the code must be good enough, and the code lives on") {
  REQUIRE_OK(sign_up("ada@example.org", good));
  const auto digits = mailed_code("ada@example.org");
  const auto weak = verify_with("ada@example.org", digits, "password");
  REQUIRE_ERROR(weak, ErrorCode::validation_failed);
  CHECK(weak.error().fields.at(0).field == "password");
  // Who has no code is told nothing about passwords.
  CHECK(code_of(verify_with("ada@example.org", wrong_code(digits), "password")) ==
        ErrorCode::invalid_code);
  CHECK_OK(verify_with("ada@example.org", digits, good));
}

TEST_CASE_FIXTURE(Fixture,
                  "an account disabled before it was verified stays so, and nobody sees it") {
  REQUIRE_OK(sign_up("ada@example.org"));
  const auto code = mailed_code("ada@example.org");
  const auto id = t.store().users().find_credentials(email("ada@example.org"))->user.id;
  const auto boss = admin("boss@example.org");
  REQUIRE_OK(auth().admin().update_user(id, {.is_active = false}, {}, boss.id, client));

  CHECK(code_of(verify("ada@example.org", code)) == ErrorCode::invalid_code);
  CHECK(code_of(verify_with("ada@example.org", code, good)) == ErrorCode::invalid_code);
  // Signing up again answers as for a new address, and mails nothing.
  t.clock().advance(2h);
  const auto mails = mails_to("ada@example.org");
  const auto receipt = sign_up("ada@example.org");
  REQUIRE_OK(receipt);
  CHECK(receipt->expires_at == sign_up("new@example.org")->expires_at);
  CHECK(mails_to("ada@example.org") == mails);
  CHECK(mails_to("new@example.org") == 1);
  // Nor does the ban end with the time that an unverified account is kept.
  t.clock().advance(72h);
  static_cast<void>(jobs::Scheduler{auth().services()}.run_once());
  REQUIRE(t.store().users().find(id));
  CHECK_FALSE(t.store().users().find(id)->is_active);
  CHECK(code_of(log_in("ada@example.org")) == ErrorCode::invalid_credentials);
  CHECK(code_of(log_in("never@example.org")) == ErrorCode::invalid_credentials);
}

TEST_CASE_FIXTURE(Fixture, "a weak password is refused before anything is written") {
  const auto weak = sign_up("ada@example.org", "password");
  REQUIRE_ERROR(weak, ErrorCode::validation_failed);
  REQUIRE(weak.error().fields.size() == 1);
  CHECK(weak.error().fields.front().field == "password");
  CHECK(t.store().users().count({}) == 0);
}

TEST_CASE_FIXTURE(Fixture, "names may be changed by their owner") {
  const auto user = verified_user("ada@example.org");
  const auto changed = auth().users().update_profile(user.id, {.last_name = "Lovelace"}, client);
  REQUIRE_OK(changed);
  CHECK(changed->first_name == "Ada");
  CHECK(changed->last_name == "Lovelace");
  CHECK(changed->version == user.version + 1);
}

TEST_CASE_FIXTURE(Fixture, "deleting an account takes its password, and all that hangs on it") {
  const auto user = verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  CHECK(code_of(auth().users().delete_account(user.id, password(other_good), client)) ==
        ErrorCode::invalid_credentials);
  REQUIRE_OK(auth().users().delete_account(user.id, password(good), client));
  CHECK(code_of(who(tokens)) == ErrorCode::token_invalid);
  CHECK(code_of(refresh(tokens)) == ErrorCode::token_invalid);
  CHECK(code_of(log_in("ada@example.org")) == ErrorCode::invalid_credentials);
  CHECK(code_of(auth().users().get(user.id)) == ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Fixture, "the password asked for at deletion cannot be guessed at leisure") {
  const auto user = verified_user("ada@example.org");
  for (int i = 0; i < 10; ++i) {
    REQUIRE(code_of(auth().users().delete_account(user.id, password(other_good), client)) ==
            ErrorCode::invalid_credentials);
  }
  CHECK(code_of(auth().users().delete_account(user.id, password(good), client)) ==
        ErrorCode::rate_limited);
}

TEST_CASE_FIXTURE(Fixture, "a deletion whose password nobody could judge is no guess") {
  const auto user = verified_user("ada@example.org");
  const auto remove = [&] {
    return auth().users().delete_account(user.id, password(good), client);
  };
  t.hasher().fail_next(30);
  for (int i = 0; i < 30; ++i) CHECK_THROWS_AS(static_cast<void>(remove()), Unavailable);
  CHECK_OK(remove());
}

TEST_CASE_FIXTURE(Fixture,
                  "the guesses at deletion are counted over all networks that are not known") {
  const auto user = verified_user("ada@example.org");
  const auto guess = [&](int network) {
    const ClientContext elsewhere{.address = "198.51.100." + std::to_string(network)};
    return code_of(auth().users().delete_account(user.id, password(other_good), elsewhere));
  };
  for (int i = 0; i < 10; ++i) REQUIRE(guess(i) == ErrorCode::invalid_credentials);
  CHECK(guess(10) == ErrorCode::rate_limited);
}

TEST_CASE_FIXTURE(Fixture, "user, code and mail are written together or not at all") {
  t.faults().fail_next_commit();
  CHECK_THROWS_AS(static_cast<void>(sign_up("ada@example.org")), Unavailable);
  CHECK(t.store().users().count({}) == 0);
  CHECK(t.store().outbox().depth().pending == 0);
  CHECK(mails_to("ada@example.org") == 0);
}
