#include "coffeeauth/auth.hpp"

void wrong(coffeeauth::AuthParts parts) {
  coffeeauth::Auth auth{{},
                        coffeeauth::Secret{},
                        {.store = parts.store,
                         .counters = parts.counters,
                         .cache = parts.cache,
                         .clock = parts.clock,
                         .random = parts.random,
                         .judge = parts.judge,
                         .hasher = parts.hasher,
                         .keys = parts.keys,
                         .templates = parts.templates,
                         .events = parts.events}};
}
