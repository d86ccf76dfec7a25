#include "accounts.hpp"

#include <iostream>

#include "app_migrations.hpp"
#include "coffeeauth/sql/sql.hpp"
#include "profiles.hpp"

namespace ca = coffeeauth;

namespace {

ca::Config eddsa() {
  ca::Config config;
  // What the core can sign with by itself; ES256 and RS256 are in coffeeauth::crypto.
  config.tokens.algorithm = ca::SigningAlgorithm::eddsa;
  return config;
}

}  // namespace

ca::Delivery PrintedMail::deliver(const ca::Mail& mail) noexcept {
  std::cout << mail.text << std::flush;
  return {.verdict = ca::DeliveryVerdict::delivered};
}

Accounts::Accounts(const std::string& database)
    : config(eddsa()),
      clock(ca::make_system_clock()),
      random(ca::make_system_random()),
      sql(ca::sql::make_sqlite_store({.path = database, .rooms = {ca::sql::app_migrations()}})),
      store(with_profiles(*sql)),
      cache(ca::memory::make_memory_cache({}, *clock)),
      counters(ca::memory::make_memory_counters({})),
      hasher(ca::make_hashing_pool(config.passwords,
                                   ca::make_argon2_hasher(config.passwords, *random))),
      keys(ca::make_sodium_keys()),
      templates(ca::make_default_templates("Notes")),
      auth(std::make_unique<ca::Auth>(config, ca::Secret{"an example's key, of 32 bytes or more"},
                                      ca::AuthParts{.store = *store,
                                                    .cache = *cache,
                                                    .counters = *counters,
                                                    .clock = *clock,
                                                    .random = *random,
                                                    .judge = ca::accept_any_password(),
                                                    .hasher = *hasher,
                                                    .keys = *keys,
                                                    .templates = *templates,
                                                    .events = events})),
      worker(std::make_unique<ca::jobs::MailWorker>(auth->services(), mailer)) {
  worker->start();
}
