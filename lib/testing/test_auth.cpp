#include "coffeeauth/testing/test_auth.hpp"

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

TestAuth::TestAuth(Config config) : TestAuth(std::move(config), memory::make_memory_store()) {}

TestAuth::TestAuth(Config config, std::unique_ptr<Store> store)
    : kept_(std::move(store)),
      faults_(*kept_),
      cache_(memory::make_memory_cache({}, clock_)),
      counters_(memory::make_memory_counters({})),
      keys_(make_sodium_keys()),
      templates_(make_default_templates(config.passwords.service_name)),
      auth_(std::make_unique<Auth>(with_algorithm_of(*keys_, std::move(config)),
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
                                             .events = events_})),
      worker_(std::make_unique<jobs::MailWorker>(auth_->services(), mailer_)) {}

TestAuth::~TestAuth() = default;

std::size_t TestAuth::deliver_mail() {
  std::size_t total = 0;
  while (const auto claimed = worker_->run_once()) total += claimed;
  return total;
}

}  // namespace coffeeauth::testing
