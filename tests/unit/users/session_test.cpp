#include "fixture.hpp"
#include "tests/sanitized.hpp"

#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coffeeauth;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(Fixture, "unknown address and wrong password are one answer at one price") {
  verified_user("ada@example.org");
  for (const auto* address : {"ada@example.org", "nobody@example.org"}) {
    CAPTURE(address);
    const auto before = t.hasher().hashes();
    CHECK(code_of(log_in(address, other_good)) == ErrorCode::invalid_credentials);
    CHECK(t.hasher().hashes() - before == 1);
  }
}

TEST_CASE_FIXTURE(Fixture, "a disabled account is told so only after the right password") {
  const auto boss = admin("boss@example.org");
  const auto user = verified_user("ada@example.org");
  REQUIRE_OK(auth().admin().update_user(user.id, {.is_active = false}, {}, boss.id, client));
  CHECK(code_of(log_in("ada@example.org", other_good)) == ErrorCode::invalid_credentials);
  CHECK(code_of(log_in("ada@example.org")) == ErrorCode::account_disabled);
}

TEST_CASE_FIXTURE(Fixture, "ten failures close the account to strangers, not to its owner") {
  verified_user("ada@example.org");
  REQUIRE_OK(log_in("ada@example.org"));
  ClientContext stranger{.address = "198.51.100.7"};
  const auto guess = [&] {
    return auth().sessions().log_in(email("ada@example.org"), password(other_good), stranger);
  };
  for (int i = 0; i < 10; ++i) REQUIRE(code_of(guess()) == ErrorCode::invalid_credentials);
  const auto refused = guess();
  CHECK(code_of(refused) == ErrorCode::rate_limited);
  CHECK(refused.error().retry_after.value() > 0s);
  CHECK(code_of(auth().sessions().log_in(email("ada@example.org"), password(good), stranger)) ==
        ErrorCode::rate_limited);
  CHECK_OK(log_in("ada@example.org"));
}

TEST_CASE_FIXTURE(Fixture, "the owner on a new network may try once after each wait") {
  verified_user("ada@example.org");
  const ClientContext abroad{.address = "203.0.113.5"};
  for (int i = 0; i < 10; ++i) {
    const ClientContext stranger{.address = "198.51.100." + std::to_string(i)};
    REQUIRE(code_of(auth().sessions().log_in(email("ada@example.org"), password(other_good),
                                             stranger)) == ErrorCode::invalid_credentials);
  }
  const auto enter = [&] {
    return auth().sessions().log_in(email("ada@example.org"), password(good), abroad);
  };
  const auto refused = enter();
  REQUIRE(code_of(refused) == ErrorCode::rate_limited);
  CHECK(refused.error().retry_after == 15s);
  t.clock().advance(15s);
  CHECK_OK(enter());
}

// A busy service must not lock its users out; nor may who keeps it busy guess for nothing.
TEST_CASE_FIXTURE(Fixture, "a login that nobody could judge is not held against the account") {
  verified_user("ada@example.org");
  const ClientContext abroad{.address = "203.0.113.5"};
  const auto enter = [&](std::string_view secret, const ClientContext& from) {
    return auth().sessions().log_in(email("ada@example.org"), password(secret), from);
  };
  const auto be_refused = [&](std::string_view secret, const ClientContext& from) {
    for (int i = 0; i < 30; ++i)
      CHECK_THROWS_AS(static_cast<void>(enter(secret, from)), Unavailable);
  };

  SUBCASE("for a full queue, on a network that is not known") {
    t.hasher().fail_next(30);
    be_refused(good, abroad);
    CHECK_OK(enter(good, abroad));
  }
  SUBCASE("for a full queue, on one that is") {
    REQUIRE_OK(enter(good, client));
    t.hasher().fail_next(30);
    be_refused(good, client);
    CHECK_OK(enter(good, client));
  }
  SUBCASE("for a Store that went away after the password was found right") {
    for (int i = 0; i < 30; ++i) {
      t.faults().fail_next_commit();
      CHECK_THROWS_AS(static_cast<void>(enter(good, abroad)), Unavailable);
    }
    CHECK_OK(enter(good, abroad));
  }
  SUBCASE("and what was judged is held against it as ever") {
    for (int i = 0; i < 10; ++i) {
      t.hasher().fail_next(30);
      be_refused(other_good, abroad);
      CHECK(code_of(enter(other_good, abroad)) == ErrorCode::invalid_credentials);
    }
    CHECK(code_of(enter(good, abroad)) == ErrorCode::rate_limited);
    CHECK(code_of(enter(good, client)) == ErrorCode::rate_limited);
  }
}

struct Owner {
  std::string from;
  /// When they were told to wait, in spite of the right password.
  std::set<int> barred{};
};

// What a neighbour sees who fails on purpose, from the network `from`, after strangers failed
// `before` times elsewhere: statuses and waits, whatever the time between. The owner of ada@ logs
// in meanwhile, if there is one; of nobody@ they can only fail, when the other had to wait: that is
// seen, as of whoever fails.
std::string seen_by_neighbour(Fixture& f, std::string_view victim, std::string_view from,
                              int before, Owner* owner = nullptr) {
  std::string seen;
  const auto fail = [&](std::string_view address) {
    const auto answer = f.auth().sessions().log_in(email(victim), password(other_good),
                                                   {.address = std::string{address}});
    REQUIRE_FALSE(answer);
    return answer.error();
  };
  for (int i = 0; i < before; ++i) fail("198.51.100." + std::to_string(i % 7));
  for (int i = 0; i < 40; ++i) {
    if (owner && victim == "ada@example.org" && i % 6 == 1) {
      const auto entered =
          f.auth().sessions().log_in(email(victim), password(good), {.address = owner->from});
      if (!entered) {
        CHECK(code_of(entered) == ErrorCode::rate_limited);
        owner->barred.insert(i);
      }
    } else if (owner && owner->barred.contains(i)) {
      fail(owner->from);
    }
    const auto hashed = f.t.hasher().hashes();
    const auto error = fail(from);
    seen += error.code == ErrorCode::invalid_credentials ? "401" : "429";
    if (error.retry_after) seen += "/" + std::to_string(error.retry_after->count());
    seen += " " + std::to_string(f.t.hasher().hashes() - hashed) + "\n";
    f.t.clock().advance(std::chrono::seconds{7 * (i % 5)});
  }
  return seen;
}

TEST_CASE("a neighbour cannot tell by failing who has an account, or logs in from there") {
  const std::string home = "192.0.2.1";
  const std::string away = "203.0.113.5";
  for (const int before : {0, 3, 9, 10, 11, 25}) {
    const auto seen = [&](std::string_view victim, std::string_view from, Owner* owner = nullptr) {
      Fixture f;
      f.verified_user("ada@example.org");
      REQUIRE_OK(f.log_in("ada@example.org"));
      return seen_by_neighbour(f, victim, from, before, owner);
    };
    const auto of_nobody = seen("nobody@example.org", away);
    for (const auto& from : {home, away}) {
      CAPTURE(before);
      CAPTURE(from);
      CHECK(seen("ada@example.org", from) == of_nobody);
      CHECK(seen("nobody@example.org", from) == of_nobody);
      for (const auto& owner_from : {home, away, std::string{"198.51.100.3"}}) {
        CAPTURE(owner_from);
        Owner owner{owner_from};
        const auto of_owner = seen("ada@example.org", from, &owner);
        if (before < 10 || owner_from == home) CHECK(owner.barred.size() < 7);
        CHECK(of_owner == seen("nobody@example.org", from, &owner));
      }
    }
  }
}

// Any order of failures and logins, from networks that are known and that are not, over days.
TEST_CASE(
    "no order of logins shows in what failures are answered, nor is a right one called wrong") {
  for (unsigned seed = 1; seed <= testing::tries(30); ++seed) {
    CAPTURE(seed);
    std::minstd_rand random{seed};
    const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() >> 8U) % below; };
    Fixture f;
    f.verified_user("ada@example.org");
    const auto ask = [&](std::string_view whom, std::string_view secret, unsigned from) {
      return f.auth().sessions().log_in(email(whom), password(secret),
                                        {.address = "192.0.2." + std::to_string(from)});
    };
    const unsigned rest[] = {0, 1, 20, 900, 20'000};
    for (int i = 0; i < 400; ++i) {
      CAPTURE(i);
      const auto from = pick(3);
      if (pick(8) == 0) {
        const auto entered = ask("ada@example.org", good, from);
        if (entered) continue;
        REQUIRE(code_of(entered) == ErrorCode::rate_limited);
        const auto of_nobody = ask("nobody@example.org", other_good, from).error();
        REQUIRE(of_nobody.code == ErrorCode::rate_limited);
        REQUIRE(of_nobody.retry_after == entered.error().retry_after);
      } else {
        const auto of_ada = ask("ada@example.org", other_good, from).error();
        const auto of_nobody = ask("nobody@example.org", other_good, from).error();
        REQUIRE(of_ada.code == of_nobody.code);
        REQUIRE(of_ada.retry_after == of_nobody.retry_after);
      }
      if (pick(3) == 0) f.t.clock().advance(std::chrono::seconds{pick(1 + rest[pick(5)])});
    }
    CHECK(f.t.events().count(EventKind::logged_in) > 0);
  }
}

TEST_CASE_FIXTURE(Fixture, "a login code beside the right password passes the account's throttle") {
  verified_user("ada@example.org");
  const ClientContext abroad{.address = "203.0.113.5"};
  const auto enter = [&](std::string_view secret, std::string_view digits) {
    return auth().sessions().log_in(email("ada@example.org"), password(secret), code(digits),
                                    abroad);
  };
  for (int i = 0; i < 11; ++i) {
    static_cast<void>(
        auth().sessions().log_in(email("ada@example.org"), password(other_good), abroad));
  }
  REQUIRE(code_of(auth().sessions().log_in(email("ada@example.org"), password(good), abroad)) ==
          ErrorCode::rate_limited);
  static_cast<void>(auth().sessions().send_login_code(email("ada@example.org"), abroad));
  const auto digits = mailed_code("ada@example.org");
  CHECK(t.events().count(EventKind::login_code_queued) == 1);

  // Neither alone; and strangers who have neither cannot use the guesses up.
  for (int i = 0; i < 20; ++i) {
    CHECK(code_of(enter(other_good, wrong_code(digits))) == ErrorCode::invalid_credentials);
  }
  CHECK(code_of(enter(other_good, digits)) == ErrorCode::invalid_credentials);
  CHECK(code_of(enter(good, wrong_code(digits))) == ErrorCode::invalid_credentials);
  CHECK(t.events().count(EventKind::login_code_rejected) == 1);
  CHECK_OK(enter(good, digits));
  CHECK(code_of(enter(good, digits)) == ErrorCode::invalid_credentials);
}

TEST_CASE_FIXTURE(Fixture,
                  "who reads the mailbox tries five passwords with a login code, no more") {
  verified_user("ada@example.org");
  const auto enter = [&](std::string_view secret, std::string_view digits) {
    return auth().sessions().log_in(email("ada@example.org"), password(secret), code(digits),
                                    client);
  };
  // Fifty a day, however many codes are asked for.
  int tried = 0;
  for (int i = 0; i < 10; ++i) {
    t.clock().advance(10min);
    static_cast<void>(auth().sessions().send_login_code(email("ada@example.org"), client));
    const auto digits = mailed_code("ada@example.org");
    for (int n = 0; n < 5; ++n, ++tried) {
      CHECK(code_of(enter(other_good, digits)) == ErrorCode::invalid_credentials);
    }
    CHECK(code_of(enter(good, digits)) == ErrorCode::invalid_credentials);
  }
  static_cast<void>(
      auth().sessions().send_login_code(email("ada@example.org"), password(good), client));
  CHECK(tried == 50);
  t.clock().advance(10min);
  static_cast<void>(
      auth().sessions().send_login_code(email("ada@example.org"), password(good), client));
  CHECK(code_of(enter(good, mailed_code("ada@example.org"))) == ErrorCode::invalid_credentials);
  CHECK_OK(log_in("ada@example.org"));
}

TEST_CASE_FIXTURE(
    Fixture, "a login code is dead after as many wrong guesses as a code has, and in its time") {
  verified_user("ada@example.org");
  static_cast<void>(auth().sessions().send_login_code(email("ada@example.org"), client));
  const auto digits = mailed_code("ada@example.org");
  const auto enter = [&](std::string_view guess) {
    return auth().sessions().log_in(email("ada@example.org"), password(good), code(guess), client);
  };
  SUBCASE("guessed at") {
    for (int i = 0; i < 5; ++i)
      CHECK_FALSE(testing::outcome(enter(wrong_code(digits, i))) == testing::ok);
    CHECK(code_of(enter(digits)) == ErrorCode::invalid_credentials);
  }
  SUBCASE("too late") {
    t.clock().advance(10min);
    CHECK(code_of(enter(digits)) == ErrorCode::invalid_credentials);
  }
  SUBCASE("asked for again while it is good: the one in the mailbox stays") {
    for (int i = 0; i < 30; ++i) {
      t.clock().advance(10s);
      static_cast<void>(auth().sessions().send_login_code(email("ada@example.org"), client));
    }
    CHECK(mailed_code("ada@example.org") == digits);
    CHECK_OK(enter(digits));
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "a login code is mailed to whoever could log in, and says the same to all") {
  const auto boss = admin("boss@example.org");
  const auto disabled = verified_user("off@example.org");
  REQUIRE_OK(auth().admin().update_user(disabled.id, {.is_active = false}, {}, boss.id, client));
  REQUIRE_OK(sign_up("new@example.org"));
  // Has no password until its owner chooses one.
  REQUIRE_OK(sign_up("hand@example.org"));
  const auto by_hand = t.store().users().find_credentials(email("hand@example.org"))->user.id;
  REQUIRE_OK(auth().admin().update_user(by_hand, {.is_verified = true}, {}, boss.id, client));
  t.deliver_mail();
  for (const auto* address :
       {"off@example.org", "new@example.org", "hand@example.org", "nobody@example.org"}) {
    CAPTURE(address);
    const auto before = mails_to(address);
    const auto receipt = auth().sessions().send_login_code(email(address), client);
    CHECK(receipt.expires_at == t.clock().now() + 10min);
    CHECK(mails_to(address) == before);
  }
  static_cast<void>(auth().sessions().send_login_code(email("boss@example.org"), client));
  CHECK(mails_to("boss@example.org") == 1);
}

TEST_CASE_FIXTURE(Fixture, "a mail bears a name only where its owner has proved the mailbox") {
  verified_user("ada@example.org");
  const auto greeting = [&] {
    const auto mails = t.mailer().delivered();
    return mails.back().text.substr(0, mails.back().text.find('\n'));
  };
  CHECK(greeting() == "Hello,");
  REQUIRE_OK(sign_up("ada@example.org", other_good, "Free money"));
  t.deliver_mail();
  CHECK(greeting() == "Hello,");
  static_cast<void>(auth().sessions().send_login_code(email("ada@example.org"), client));
  t.deliver_mail();
  CHECK(greeting() == "Hello Ada,");
}

TEST_CASE_FIXTURE(Fixture,
                  "strangers cannot use up the login codes of who gives the account's password") {
  verified_user("ada@example.org");
  const ClientContext stranger{.address = "198.51.100.7"};
  const auto mails = [&] { return mails_to("ada@example.org"); };
  const auto ask = [&](std::string_view secret) {
    t.clock().advance(10min);
    const auto before = mails();
    const auto hashes = t.hasher().hashes();
    static_cast<void>(
        auth().sessions().send_login_code(email("ada@example.org"), password(secret), stranger));
    CHECK(t.hasher().hashes() - hashes == 1);
    return mails() - before;
  };
  for (int i = 0; i < 10; ++i) {
    t.clock().advance(10min);
    static_cast<void>(auth().sessions().send_login_code(email("ada@example.org"), stranger));
  }
  CHECK(ask(other_good) == 0);
  for (int i = 0; i < 10; ++i) CHECK(ask(good) == 1);
  CHECK(ask(good) == 0);

  const auto hashes = t.hasher().hashes();
  const auto receipt =
      auth().sessions().send_login_code(email("nobody@example.org"), password(good), stranger);
  CHECK(receipt.expires_at == t.clock().now() + 10min);
  CHECK(t.hasher().hashes() - hashes == 1);
  CHECK(mails_to("nobody@example.org") == 0);
}

TEST_CASE_FIXTURE(Fixture, "neither code opens what the other is for") {
  REQUIRE_OK(sign_up("ada@example.org"));
  const auto verification = mailed_code("ada@example.org");
  const auto enter = [&](std::string_view guess) {
    return auth().sessions().log_in(email("ada@example.org"), password(good), code(guess), client);
  };
  CHECK_FALSE(testing::outcome(enter(verification)) == testing::ok);
  REQUIRE_OK(verify("ada@example.org", verification));
  CHECK_FALSE(testing::outcome(enter(verification)) == testing::ok);
}

TEST_CASE_FIXTURE(Fixture, "a login says that its network is new, unless it is the first") {
  verified_user("ada@example.org");
  const auto said_of = [&](std::string_view address) {
    client.address = address;
    REQUIRE_OK(log_in("ada@example.org"));
    return t.events().last(EventKind::logged_in)->details;
  };
  const std::vector<EventDetail> is_new{{"network", "new"}};
  CHECK_MESSAGE(said_of("192.0.2.1").empty(), "there is none to compare with");
  CHECK(said_of("192.0.2.1").empty());
  CHECK(said_of("198.51.100.7") == is_new);
  CHECK(said_of("198.51.100.7").empty());
  CHECK_MESSAGE(said_of("::ffff:192.0.2.1").empty(), "another spelling");
  CHECK(said_of("2001:db8:1:2::1") == is_new);
  CHECK_MESSAGE(said_of("2001:db8:1:2::2").empty(), "the same /64");
}

TEST_CASE("a user has as many sessions as are allowed, those used last") {
  for (const std::size_t cap : {1UL, 2UL, 100UL}) {
    CAPTURE(cap);
    Config config;
    config.tokens.sessions_per_user = cap;
    testing::TestAuth t{config};
    const auto user = t.auth().admin().create_admin(
        {.email = email("ada@example.org"), .password = password(good)});
    const auto enter = [&] {
      t.clock().advance(1s);
      return tokens_of(t.auth().sessions().log_in(email("ada@example.org"), password(good),
                                                  {.address = "192.0.2.1"}))
          .value();
    };
    const auto is_in = [&](const TokenPair& tokens) {
      return t.auth()
          .sessions()
          .authenticate_token(tokens.access_token.expose_secret())
          .has_value();
    };
    const auto first = enter();
    REQUIRE(is_in(first));
    std::vector<TokenPair> later;
    for (std::size_t i = 1; i < cap; ++i) later.push_back(enter());
    CHECK(is_in(first));
    CHECK(t.events().count(EventKind::session_ended) == 0);
    const auto last = enter();
    // At once on this process, although its session was seen a moment ago.
    CHECK_FALSE(is_in(first));
    CHECK(is_in(last));
    if (cap > 1) CHECK(is_in(later.front()));
    CHECK(t.events().count(EventKind::session_ended) == 1);
    CHECK(t.auth().sessions().list(user->id).size() == cap);
  }
}

TEST_CASE_FIXTURE(Fixture, "the Store is asked about a dead token once") {
  verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  auth().sessions().log_out(tokens.refresh_token.expose_secret(), client);
  CHECK(code_of(who(tokens)) == ErrorCode::token_invalid);
  const auto before = t.faults().calls();
  for (int i = 0; i < 100; ++i) CHECK(code_of(who(tokens)) == ErrorCode::token_invalid);
  t.clock().advance(2s);  // the keys are read anew, the session is not
  const auto keys = t.faults().calls();
  CHECK(keys == before);
  CHECK(code_of(who(tokens)) == ErrorCode::token_invalid);
  CHECK(t.faults().calls() <= keys + 1);
}

TEST_CASE(
    "dead tokens of neighbours turn away whoever is new to this process, and nobody it knows") {
  Config config;
  config.limits.any = {10, 1min};
  config.tokens.sessions_per_user = 100;
  Fixture f{.t = testing::TestAuth{config}};
  auto& sessions = f.auth().sessions();
  f.verified_user("ada@example.org");
  f.verified_user("eve@example.org");
  const auto bob = f.verified_user("bob@example.org").id;
  const auto boss = f.admin("boss@example.org").id;
  const auto known = f.log_in("ada@example.org").value();
  auto other_role = f.log_in("bob@example.org").value();
  // Another process over the same Store, with chance of its own.
  Fixture elsewhere{
      .t = testing::TestAuth{config, std::make_unique<testing::FaultyStore>(f.t.store())}};
  for (int i = 0; i < 1'000; ++i) {
    static_cast<void>(UserId::make(f.t.clock().now(), elsewhere.t.random()));
  }
  const auto unknown = elsewhere.log_in("ada@example.org").value();
  std::vector<TokenPair> dead;
  for (int i = 0; i < 12; ++i) {
    dead.push_back(elsewhere.log_in("eve@example.org").value());
    sessions.log_out(dead.back().refresh_token.expose_secret(), f.client);
  }
  const auto ask = [&](const TokenPair& tokens) {
    return sessions.authenticate("Bearer " + std::string{tokens.access_token.expose_secret()},
                                 f.client);
  };
  REQUIRE_OK(ask(known));
  f.t.clock().advance(2s);
  for (std::size_t i = 0; i < 10; ++i) CHECK(code_of(ask(dead[i])) == ErrorCode::token_invalid);
  CHECK(code_of(ask(dead[10])) == ErrorCode::rate_limited);
  CHECK(code_of(ask(unknown)) == ErrorCode::rate_limited);
  // Who logged in a moment ago and has never asked yet, or was given another role and refreshed.
  CHECK_OK(ask(f.log_in("ada@example.org").value()));
  REQUIRE_OK(f.auth().admin().update_user(bob, {.role = Role::admin}, {}, boss, f.client));
  CHECK(code_of(ask(other_role)) == ErrorCode::token_invalid);
  other_role = f.refresh(other_role).value();
  CHECK_OK(ask(other_role));
  CHECK(code_of(ask(unknown)) == ErrorCode::rate_limited);
  // Without an address nothing is limited, and elsewhere nobody is.
  CHECK_OK(sessions.authenticate("Bearer " + std::string{unknown.access_token.expose_secret()}));
  CHECK_OK(f.who(known));
  for (int i = 0; i < 3; ++i) {
    f.t.clock().advance(2s);
    const auto calls = f.t.faults().calls();
    CHECK_OK(ask(known));
    CHECK(f.t.faults().calls() > calls);  // as often as before
  }
  // What is dead now is no better than the others, once the Store has said so.
  sessions.log_out(known.refresh_token.expose_secret(), f.client);
  CHECK(code_of(ask(known)) == ErrorCode::token_invalid);
}

TEST_CASE("authenticate() reads the field as it does without a client") {
  Fixture f;
  CHECK(code_of(f.auth().sessions().authenticate("", f.client)) == ErrorCode::not_authenticated);
  CHECK(code_of(f.auth().sessions().authenticate("Bearer ?", f.client)) ==
        ErrorCode::token_invalid);
}

TEST_CASE_FIXTURE(Fixture, "a refreshed token replaces the old one, and works") {
  verified_user("ada@example.org");
  const auto first = log_in("ada@example.org").value();
  const auto second = refresh(first);
  REQUIRE_OK(second);
  CHECK_FALSE(second->refresh_token == first.refresh_token);
  CHECK_OK(who(*second));
  CHECK_OK(refresh(*second));
}

TEST_CASE_FIXTURE(Fixture, "a token spent moments ago is answered with the same successor") {
  verified_user("ada@example.org");
  const auto first = log_in("ada@example.org").value();
  const auto second = refresh(first).value();
  t.clock().advance(9s);
  const auto again = refresh(first);
  REQUIRE_OK(again);
  CHECK(again->refresh_token == second.refresh_token);
  CHECK_OK(who(*again));
}

TEST_CASE_FIXTURE(Fixture, "an old token that comes back ends the session and its access tokens") {
  verified_user("ada@example.org");
  const auto first = log_in("ada@example.org").value();
  const auto other_device = log_in("ada@example.org").value();
  const auto second = refresh(first).value();
  t.clock().advance(11s);
  CHECK(code_of(refresh(first)) == ErrorCode::token_invalid);
  CHECK(code_of(refresh(second)) == ErrorCode::token_invalid);
  CHECK(code_of(who(second)) == ErrorCode::token_invalid);
  CHECK(t.events().count(EventKind::refresh_token_reused) == 1);
  CHECK_OK(who(other_device));
}

TEST_CASE_FIXTURE(Fixture, "an invented token of a known session does not end it") {
  verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  std::string forged{tokens.refresh_token.expose_secret()};
  forged[40] = forged[40] == 'A' ? 'B' : 'A';
  CHECK(code_of(auth().sessions().refresh(forged, client)) == ErrorCode::token_invalid);
  CHECK_OK(who(tokens));
}

TEST_CASE_FIXTURE(Fixture, "a session ends when it is idle too long, or too old") {
  verified_user("ada@example.org");
  auto tokens = log_in("ada@example.org").value();
  SUBCASE("idle for fourteen days") {
    t.clock().advance(24h * 14);
    CHECK(code_of(refresh(tokens)) == ErrorCode::token_invalid);
  }
  SUBCASE("used every week, for thirty days") {
    for (int week = 0; week < 4; ++week) {
      t.clock().advance(24h * 7);
      tokens = refresh(tokens).value();
    }
    t.clock().advance(24h * 2);
    CHECK(code_of(refresh(tokens)) == ErrorCode::token_invalid);
  }
}

TEST_CASE_FIXTURE(Fixture, "of many refreshes with one token at once all get the same successor") {
  verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  std::vector<std::string> successors(32);
  std::vector<std::thread> tabs;
  for (auto& successor : successors) {
    tabs.emplace_back([&] {
      auto pair = refresh(tokens);
      if (pair) successor = std::string{pair->refresh_token.expose_secret()};
    });
  }
  for (auto& tab : tabs) tab.join();
  CHECK(std::set<std::string>(successors.begin(), successors.end()).size() == 1);
  CHECK_FALSE(successors.front().empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "logging out ends the session, a token that means nothing does nothing") {
  verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  auth().sessions().log_out("nonsense", client);
  CHECK_OK(who(tokens));
  auth().sessions().log_out(tokens.refresh_token.expose_secret(), client);
  CHECK(code_of(who(tokens)) == ErrorCode::token_invalid);
  CHECK(code_of(refresh(tokens)) == ErrorCode::token_invalid);
  auth().sessions().log_out(tokens.refresh_token.expose_secret(), client);
}

TEST_CASE_FIXTURE(Fixture, "an access token is good for ten minutes") {
  verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  t.clock().advance(10min - 1s);
  CHECK_OK(who(tokens));
  t.clock().advance(10s);
  CHECK(code_of(who(tokens)) == ErrorCode::token_expired);
}

TEST_CASE_FIXTURE(Fixture, "neither token passes for the other") {
  verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  CHECK(code_of(auth().sessions().authenticate_token(tokens.refresh_token.expose_secret())) ==
        ErrorCode::token_invalid);
  CHECK(code_of(auth().sessions().refresh(tokens.access_token.expose_secret(), client)) ==
        ErrorCode::token_invalid);
}

TEST_CASE_FIXTURE(Fixture, "what an administrator changes stops the user's access tokens at once") {
  const auto boss = admin("boss@example.org");
  const auto user = verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  UserPatch patch;
  bool refresh_goes_on = false;
  SUBCASE("disabled") { patch.is_active = false; }
  SUBCASE("unverified") { patch.is_verified = false; }
  SUBCASE("another address") { patch.email = email("countess@example.org"); }
  SUBCASE("another role") {
    patch.role = Role::admin;
    refresh_goes_on = true;
  }
  REQUIRE_OK(auth().admin().update_user(user.id, patch, {}, boss.id, client));
  CHECK(code_of(who(tokens)) == ErrorCode::token_invalid);
  const auto refreshed = refresh(tokens);
  CHECK(refreshed.has_value() == refresh_goes_on);
  if (refresh_goes_on) CHECK(who(*refreshed)->user.role == Role::admin);
}

TEST_CASE_FIXTURE(Fixture, "a name changed by an administrator stops no token") {
  const auto boss = admin("boss@example.org");
  const auto user = verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  REQUIRE_OK(auth().admin().update_user(user.id, {.first_name = "A."}, {}, boss.id, client));
  CHECK(who(tokens)->user.first_name == "A.");
}

TEST_CASE_FIXTURE(Fixture, "a person sees and ends their sessions, and nobody else's") {
  const auto user = verified_user("ada@example.org");
  const auto stranger = verified_user("bob@example.org");
  const auto here = log_in("ada@example.org").value();
  t.clock().advance(1s);
  const auto there = log_in("ada@example.org").value();
  const auto sessions = auth().sessions().list(user.id);
  REQUIRE(sessions.size() == 2);
  CHECK(sessions.front().id == who(there)->session);
  CHECK(sessions.front().user_agent == "doctest");
  CHECK(sessions.front().address == "192.0.2.1");

  const auto target = who(there)->session;
  CHECK(code_of(auth().sessions().end(stranger.id, target, client)) == ErrorCode::not_found);
  REQUIRE_OK(auth().sessions().end(user.id, target, client));
  CHECK(code_of(who(there)) == ErrorCode::token_invalid);
  CHECK_OK(who(here));
}

TEST_CASE_FIXTURE(Fixture, "a person ends all sessions but the present one") {
  const auto user = verified_user("ada@example.org");
  const auto here = log_in("ada@example.org").value();
  const auto there = log_in("ada@example.org").value();
  CHECK(auth().sessions().end_others(user.id, who(here)->session, client) == 1);
  CHECK_OK(who(here));
  CHECK(code_of(who(there)) == ErrorCode::token_invalid);
}

TEST_CASE_FIXTURE(Fixture, "a hash made with other settings is renewed at login, once") {
  verified_user("ada@example.org");
  t.hasher().raise_parameters();
  const auto before = t.hasher().hashes();
  REQUIRE_OK(log_in("ada@example.org"));
  CHECK(t.hasher().hashes() == before + 2);
  REQUIRE_OK(log_in("ada@example.org"));
  CHECK(t.hasher().hashes() == before + 3);
}

TEST_CASE_FIXTURE(Fixture, "a request does not ask the Store again within a second") {
  verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  REQUIRE_OK(who(tokens));
  const auto before = t.faults().calls();
  t.clock().advance(999ms);
  CHECK_OK(who(tokens));
  CHECK(t.faults().calls() == before);
  t.clock().advance(1ms);
  CHECK_OK(who(tokens));
  CHECK(t.faults().calls() > before);
}

// Each with who() asked a moment before, so that what it learnt then would show.
TEST_CASE_FIXTURE(Fixture, "what this process changes is seen by the next request") {
  const auto boss = admin("boss@example.org");
  const auto user = verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  const auto other = log_in("ada@example.org").value();
  const auto session = who(tokens).value().session;
  REQUIRE_OK(who(other));
  bool stops = true;
  SUBCASE("the session is ended by its owner") {
    REQUIRE_OK(auth().sessions().end(user.id, session, client));
  }
  SUBCASE("all others are ended") {
    CHECK(auth().sessions().end_others(user.id, who(other)->session, client) == 1);
  }
  SUBCASE("logged out") { auth().sessions().log_out(tokens.refresh_token.expose_secret(), client); }
  SUBCASE("a refresh token was reused") {
    const auto next = refresh(tokens).value();
    REQUIRE_OK(who(next));
    t.clock().advance(11s);
    REQUIRE_OK(who(next));
    CHECK(code_of(refresh(tokens)) == ErrorCode::token_invalid);
    CHECK(code_of(who(next)) == ErrorCode::token_invalid);
  }
  SUBCASE("disabled") {
    REQUIRE_OK(auth().admin().update_user(user.id, {.is_active = false}, {}, boss.id, client));
  }
  SUBCASE("disabled, and the answer of the Store was lost") {
    t.faults().lose_next_answer();
    CHECK_THROWS_AS(static_cast<void>(auth().admin().update_user(user.id, {.is_active = false}, {},
                                                                 boss.id, client)),
                    Unavailable);
  }
  SUBCASE("deleted by an administrator") {
    REQUIRE_OK(auth().admin().delete_user(user.id, {}, boss.id, client));
  }
  SUBCASE("deleted by their owner") {
    REQUIRE_OK(auth().users().delete_account(user.id, password(good), client));
  }
  SUBCASE("promoted") { REQUIRE_OK(auth().admin().promote(email("ada@example.org"))); }
  SUBCASE("another name") {
    REQUIRE_OK(auth().users().update_profile(user.id, {.first_name = "Augusta"}, client));
    CHECK(who(tokens)->user.first_name == "Augusta");
    stops = false;
  }
  SUBCASE("another login") {
    t.clock().advance(500ms);
    REQUIRE_OK(log_in("ada@example.org"));
    CHECK(who(tokens)->user.last_login == t.clock().now());
    stops = false;
  }
  CHECK(who(tokens).has_value() != stops);
}

TEST_CASE_FIXTURE(Fixture, "a token newer than what is known of its user is not refused") {
  const auto boss = admin("boss@example.org");
  const auto user = verified_user("ada@example.org");
  const auto tokens = log_in("ada@example.org").value();
  REQUIRE_OK(who(tokens));
  // As another process would: over the same Store, unknown to this one.
  t.store().transact([&](Transaction& tx) {
    return tx.users().update_user(user.id, std::nullopt, {.role = Role::admin}, t.clock().now());
  });
  const auto next = t.store().transact([&](Transaction& tx) {
    return tx.sessions().find_live(who(tokens)->session, t.clock().now());
  });
  const auto token = auth().tokens().issue(next.value());
  const auto principal = auth().sessions().authenticate_token(token.expose_secret());
  REQUIRE_OK(principal);
  CHECK(principal->user.role == Role::admin);
}
