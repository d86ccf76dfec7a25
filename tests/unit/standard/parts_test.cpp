// That each part is the usual one, and that each can be replaced.

#include "coffeeauth/standard/parts.hpp"

#include <atomic>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/ports/forwarding.hpp"
#include "coffeeauth/testing/list_judge.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "coffeeauth/testing/recording_events.hpp"
#include "coffeeauth/testing/scripted_random.hpp"
#include "tests/unit/standard/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::standard;

namespace {

class Templates final : public MailTemplates {
 public:
  [[nodiscard]] std::optional<MailContent> render(std::string_view,
                                                  const MailParameters&) const override {
    return MailContent{.subject = "ours", .text = "ours", .html = {}};
  }
};

class Heard final : public Diagnostics {
 public:
  void tell(const Diagnostic&) noexcept override { ++count; }
  std::atomic<int> count{0};
};

/// EdDSA, whatever is asked for.
Config with_eddsa() {
  Config config;
  config.tokens.algorithm = SigningAlgorithm::eddsa;
  return config;
}

Result<CodeReceipt> sign_up_with(Accounts& accounts, std::string_view password) {
  return accounts.auth().users().sign_up(
      {.email = ada(), .password = Password::parse(password).value()}, {});
}

}  // namespace

TEST_CASE("what nobody replaces is the usual part") {
  InMemory world;
  auto options = world.options();
  options.hasher = nullptr;
  auto accounts = open(std::move(options));
  CHECK_ERROR(sign_up_with(accounts, "sunshine1984"), ErrorCode::validation_failed);
  CHECK_OK(sign_up_with(accounts, "plum tart & 47 spoons"));
  const auto hash = accounts.auth().passwords().hash(her_password());
  CHECK(hash.phc().starts_with("$argon2id$"));
  CHECK(accounts.auth().parts().keys.supports(SigningAlgorithm::rs256));
  CHECK(accounts.auth().parts().diagnostics == &stderr_diagnostics());
}

TEST_CASE("every part can be replaced") {
  testing::ManualClock clock;
  testing::ScriptedRandom random;
  testing::ListJudge judge;
  testing::FastHasher hasher;
  testing::RecordingEvents events;
  testing::RecordingMailer mailer;
  Templates templates;
  Heard diagnostics;
  const auto store = memory::make_memory_store();
  const auto cache = memory::make_memory_cache({}, clock);
  const auto counters = memory::make_memory_counters({});
  const auto keys = make_sodium_keys();
  auto accounts = open({.secret_key = a_key(),
                        .config = with_eddsa(),
                        .store = store.get(),
                        .cache = cache.get(),
                        .counters = counters.get(),
                        .clock = &clock,
                        .random = &random,
                        .judge = &judge,
                        .hasher = &hasher,
                        .keys = keys.get(),
                        .templates = &templates,
                        .events = &events,
                        .mailer = &mailer,
                        .diagnostics = &diagnostics});
  const auto& parts = accounts.auth().parts();
  CHECK(&parts.store == store.get());
  CHECK(&accounts.store() == store.get());
  CHECK(&parts.cache == cache.get());
  CHECK(&parts.counters == counters.get());
  CHECK(&parts.clock == &clock);
  CHECK(&parts.random == &random);
  CHECK(&parts.judge == &judge);
  CHECK(&parts.hasher == &hasher);
  CHECK(&parts.keys == keys.get());
  CHECK(&parts.templates == &templates);
  CHECK(&parts.events == &events);
  CHECK(parts.diagnostics == &diagnostics);

  // "sunshine1984" is nothing to this judge.
  CHECK_OK(sign_up_with(accounts, "sunshine1984"));
  CHECK(accounts.worker().run_once() == 1);
  CHECK(mailer.last_to(ada())->subject == "ours");
}

TEST_CASE("a policy of one's own says who may sign up") {
  InMemory world;
  auto options = world.options();
  options.sign_up_policy = [](const SignUpRequest&, const ClientContext&) -> Result<void> {
    return field_error("email", "not_allowed", "Nobody may.");
  };
  auto accounts = open(std::move(options));
  CHECK_ERROR(sign_up(accounts), ErrorCode::validation_failed);
}

TEST_CASE("Redis that is away keeps nobody from signing up, and is told of") {
  InMemory world;
  auto options = world.options();
  // Nobody listens there.
  options.redis_url = "redis://127.0.0.1:1";
  options.api.operator_token = Secret{"a-token-of-operators"};
  auto accounts = open(std::move(options));
  CHECK_OK(sign_up(accounts));
  const auto ready =
      accounts.api().handle({.method = "GET",
                             .target = "/readyz",
                             .headers = {{"Authorization", "Bearer a-token-of-operators"}}});
  CHECK(ready.text().find(R"("cache":"memory")") == std::string_view::npos);
  CHECK(ready.text().find(R"("cache")") != std::string_view::npos);
}

TEST_CASE("without Redis the cache is this process's own, and the API says so") {
  InMemory world;
  auto options = world.options();
  options.api.operator_token = Secret{"a-token-of-operators"};
  auto accounts = open(std::move(options));
  const auto ready =
      accounts.api().handle({.method = "GET",
                             .target = "/readyz",
                             .headers = {{"Authorization", "Bearer a-token-of-operators"}}});
  CHECK(ready.text().find(R"("cache":"memory")") != std::string_view::npos);
}

TEST_CASE("cache and counters of a program that ties them together itself") {
  testing::ManualClock clock;
  const auto cache = make_cache(nullptr, clock);
  const auto counters = make_counters(nullptr);
  REQUIRE(cache);
  REQUIRE(counters);
  const auto client = redis::make_redis_client({.port = 1});
  CHECK(make_cache(client, clock));
  CHECK(make_counters(client));
}
