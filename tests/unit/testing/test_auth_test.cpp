#include "coffeeauth/testing/test_auth.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
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

/// Signs somebody up, verifies them and logs them in.
TokenPair arrive(testing::TestAuth& t, std::string_view email) {
  REQUIRE_OK(sign_up(t, email));
  REQUIRE(t.deliver_mail() == 1);
  const auto address = EmailAddress::parse(email).value();
  auto code = VerificationCode::parse(t.mailer().last_code_for(address).value()).value();
  REQUIRE_OK(t.auth().verification().verify({.email = address, .code = std::move(code)}, client));
  return tokens_of(t.auth().sessions().log_in(
                       address, Password::parse("correct horse battery").value(), client))
      .value();
}

bool knows(testing::TestAuth& t, const TokenPair& tokens) {
  return t.auth().sessions().authenticate_token(tokens.access_token.expose_secret()).has_value();
}

}  // namespace

TEST_CASE("from sign-up to login over fakes only") {
  testing::TestAuth t;
  const auto ada = EmailAddress::parse("ada@example.org").value();
  REQUIRE_OK(sign_up(t, "ada@example.org"));
  CHECK(t.deliver_mail() == 1);
  CHECK(t.deliver_mail() == 0);
  auto code = VerificationCode::parse(t.mailer().last_code_for(ada).value()).value();
  REQUIRE_OK(t.auth().verification().verify({.email = ada, .code = std::move(code)}, client));
  const auto password = Password::parse("correct horse battery").value();
  const auto tokens = tokens_of(t.auth().sessions().log_in(ada, password, client));
  REQUIRE_OK(tokens);
  CHECK_OK(t.auth().sessions().authenticate_token(tokens->access_token.expose_secret()));
  CHECK(t.events().count(EventKind::logged_in) == 1);
}

TEST_CASE("a store of one's own is used, faults included") {
  auto store = memory::make_memory_store();
  auto& kept = *store;
  testing::TestAuth t{Config{}, std::move(store)};
  REQUIRE_OK(sign_up(t, "ada@example.org"));
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

TEST_CASE("two Auths in one process do not know of each other") {
  testing::TestAuth one;
  testing::TestAuth two;
  // The chance of fakes repeats itself; without this both would make the same ids and keys.
  std::array<std::byte, 1> skipped{};
  two.random().fill(skipped);
  const auto tokens = arrive(one, "ada@example.org");
  CHECK(two.store().users().count({}) == 0);
  CHECK(two.mailer().delivered().empty());
  CHECK(two.events().all().empty());
  CHECK_FALSE(knows(two, tokens));

  // Who is locked out of one is not of two, and what ends in one goes on in two.
  const auto others = arrive(two, "ada@example.org");
  const auto ada = EmailAddress::parse("ada@example.org").value();
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(
        one.auth().sessions().log_in(ada, Password::parse("a wrong password").value(), {}));
  }
  const auto in = [&](testing::TestAuth& t) {
    return t.auth().sessions().log_in(ada, Password::parse("correct horse battery").value(), {});
  };
  REQUIRE_ERROR(in(one), ErrorCode::rate_limited);
  CHECK_OK(in(two));
  one.clock().advance(std::chrono::hours{24});
  CHECK_FALSE(knows(one, tokens));
  CHECK(knows(two, others));
  one.faults().take_down();
  CHECK(knows(two, others));
}

TEST_CASE("two Auths are used from two threads, and one goes while the other works") {
  testing::TestAuth stays;
  std::thread other{[] {
    for (int i = 0; i < 20; ++i) {
      testing::TestAuth goes;
      const auto user = goes.auth().users().sign_up(
          {.email = EmailAddress::parse("ada@example.org").value(),
           .password = Password::parse("correct horse battery").value()},
          client);
      if (!user || goes.deliver_mail() != 1) std::abort();
    }
  }};
  for (int i = 0; i < 20; ++i) {
    CHECK(knows(stays, arrive(stays, std::to_string(i) + "@example.org")));
    stays.clock().advance(std::chrono::hours{1});
  }
  other.join();
  CHECK(stays.store().users().count({}) == 20);
  CHECK(stays.events().count(EventKind::logged_in) == 20);
}

TEST_CASE("with another secret key nothing is begun, and no token is thrown away") {
  testing::TestAuth t;
  const auto tokens = arrive(t, "ada@example.org");
  Auth other{t.auth().config(), Secret{std::string_view{"another secret of thirty-two byte"}},
             t.auth().parts()};
  CHECK_THROWS_AS(other.check(), SecretKeyMismatch);
  t.auth().check();

  const auto logins = t.events().count(EventKind::logged_in);
  const auto ada = EmailAddress::parse("ada@example.org").value();
  const auto password = Password::parse("correct horse battery").value();
  CHECK_THROWS_AS((void)other.sessions().log_in(ada, password, client), SecretKeyMismatch);
  CHECK_THROWS_AS((void)other.sessions().refresh(tokens.refresh_token.expose_secret(), client),
                  SecretKeyMismatch);
  CHECK_THROWS_AS((void)other.sessions().authenticate_token(tokens.access_token.expose_secret()),
                  SecretKeyMismatch);
  CHECK(t.events().count(EventKind::logged_in) == logins);
  CHECK(t.events().count(EventKind::login_failed) == 0);

  CHECK(knows(t, tokens));
  CHECK_OK(t.auth().sessions().refresh(tokens.refresh_token.expose_secret(), client));
}

namespace {

/// What an embedder gets who dereferences a smart pointer that is empty.
template <class Part>
__attribute__((no_sanitize("undefined"))) Part& nothing() {
  Part* part = nullptr;
  return *part;
}

__attribute__((no_sanitize("undefined"))) void make_auth_without_a_store(const AuthParts& parts) {
  const Auth auth{{},
                  Secret{"a key of the test, of 32 bytes at least"},
                  {.store = nothing<Store>(),
                   .cache = parts.cache,
                   .counters = parts.counters,
                   .clock = parts.clock,
                   .random = parts.random,
                   .judge = parts.judge,
                   .hasher = parts.hasher,
                   .keys = parts.keys,
                   .templates = parts.templates,
                   .events = parts.events}};
}

}  // namespace

// Where UndefinedBehaviorSanitizer ends the program before Auth can say it. Its preset comes with
// AddressSanitizer, which has a macro.
#ifdef __SANITIZE_ADDRESS__
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

TEST_CASE("a part made from a null pointer is refused by its name" * doctest::skip(is_sanitized)) {
  testing::TestAuth world;
  CHECK_THROWS_WITH_AS(make_auth_without_a_store(world.auth().parts()),
                       "coffeeauth: AuthParts::store was made from a null pointer",
                       std::invalid_argument);
}

TEST_CASE("a worker that outlives its Auth ends the program there, not somewhere later") {
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    testing::TestAuth world;
    auto auth = std::make_unique<Auth>(world.auth().config(),
                                       Secret{"a key of the test, of 32 bytes at least"},
                                       world.auth().parts());
    const jobs::MailWorker worker{auth->services(), world.mailer()};
    // Not the handler of a test framework or a sanitizer.
    std::signal(SIGABRT, SIG_DFL);
    auth.reset();
    std::_Exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}
