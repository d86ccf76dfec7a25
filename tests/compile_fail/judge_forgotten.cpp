#include "coffeeauth/auth.hpp"

void wrong(coffeeauth::AuthParts parts) {
  coffeeauth::Auth auth{{},
                        coffeeauth::Secret{},
                        {.store = parts.store,
                         .cache = parts.cache,
                         .counters = parts.counters,
                         .clock = parts.clock,
                         .random = parts.random,
                         .hasher = parts.hasher,
                         .keys = parts.keys,
                         .templates = parts.templates,
                         .events = parts.events}};
}
