#include <iostream>

#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/http/api.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "command.hpp"

namespace coffeeauth::server {
namespace {

class NoEvents final : public EventSink {
 public:
  void on(const Event&) noexcept override {}
};

}  // namespace

/// The document is made from the route table and the settings, so the parts below are never asked
/// for anything.
int run_openapi(const Arguments& arguments) {
  const auto settings = settings_of(arguments).settings;
  const auto clock = make_system_clock();
  NoEvents events;
  const auto random = make_system_random();
  const auto store = memory::make_memory_store();
  const auto cache = memory::make_memory_cache({}, *clock);
  const auto counters = memory::make_memory_counters({});
  const auto hasher = make_argon2_hasher({}, *random);
  const auto keys = crypto::make_openssl_keys();
  const auto templates = make_default_templates("coffeeauth");
  Auth auth{settings.policy,
            Secret{std::string(32, 'x')},
            {.store = *store,
             .cache = *cache,
             .counters = *counters,
             .clock = *clock,
             .random = *random,
             .judge = accept_any_password(),
             .hasher = *hasher,
             .keys = *keys,
             .templates = *templates,
             .events = events}};
  const http::Api api{auth, {.public_url = settings.public_url}};
  std::cout << api.openapi() << "\n";
  return 0;
}

}  // namespace coffeeauth::server
