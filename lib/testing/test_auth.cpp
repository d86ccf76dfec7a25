#include "coffeeauth/testing/test_auth.hpp"

#include <stdexcept>
#include <utility>

#include "coffeeauth/memory/memory.hpp"

namespace coffeeauth::testing {
namespace {

constexpr std::string_view known_secret = "INSECURE: known to all, for tests only";

Config with_algorithm_of(const SigningKeyFactory& keys, Config config) {
  if (!keys.supports(config.tokens.algorithm)) config.tokens.algorithm = SigningAlgorithm::eddsa;
  return config;
}

}  // namespace

TestAuth::TestAuth(Config config) : TestAuth(TestAuthOptions{.config = std::move(config)}) {}

TestAuth::TestAuth(Config config, std::unique_ptr<Store> store)
    : TestAuth(TestAuthOptions{.config = std::move(config), .store = std::move(store)}) {}

TestAuth::TestAuth(TestAuthOptions options)
    : kept_(options.store ? std::move(options.store) : memory::make_memory_store()),
      faults_(*kept_),
      cache_(memory::make_memory_cache({}, clock_)),
      counters_(memory::make_memory_counters({})),
      keys_(make_sodium_keys()),
      templates_(options.templates ? std::move(options.templates)
                                   : make_default_templates(options.config.passwords.service_name)),
      auth_(std::make_unique<Auth>(with_algorithm_of(*keys_, std::move(options.config)),
                                   Secret{known_secret},
                                   AuthParts{.store = faults_,
                                             .cache = *cache_,
                                             .counters = *counters_,
                                             .clock = clock_,
                                             .random = random_,
                                             .judge = judge_,
                                             .hasher = hasher_,
                                             .keys = *keys_,
                                             .templates = *templates_,
                                             .events = events_,
                                             .sign_up_policy = std::move(options.sign_up_policy)},
                                   options.features)),
      worker_(std::make_unique<jobs::MailWorker>(
          auth_->services(), options.mailer != nullptr ? *options.mailer : mailer_)) {}

TestAuth::~TestAuth() = default;

LoggedInUser TestAuth::logged_in_user(std::string_view address, Role role) {
  const auto email = EmailAddress::parse(address).value();
  const auto password = Password::parse("correct horse battery").value();
  const NewUser wanted{.id = UserId::make(clock_.now(), random_),
                       .email = email,
                       .first_name = "Ada",
                       .last_name = "Lovelace",
                       .role = role,
                       .is_verified = true,
                       .password_hash = auth_->passwords().hash(password),
                       .now = clock_.now()};
  const auto written =
      kept_->transact([&](Transaction& tx) { return tx.users().create_user(wanted); });
  if (!written.user) throw std::logic_error("the address of a logged_in_user() is taken");
  auto tokens = tokens_of(
      auth_->sessions().log_in(email, password, {.address = "192.0.2.1", .user_agent = "tests"}));
  auto header = "Bearer " + std::string{tokens.value().access_token.expose_secret()};
  return {.user = *written.user, .tokens = *std::move(tokens), .authorization = std::move(header)};
}

std::size_t TestAuth::deliver_mail() {
  std::size_t total = 0;
  while (const auto claimed = worker_->run_once()) total += claimed;
  return total;
}

}  // namespace coffeeauth::testing
