#include "coffeeauth/auth.hpp"

coffeeauth::AuthParts wrong(coffeeauth::AuthParts parts) {
  return coffeeauth::AuthParts{.store = parts.store, .cache = parts.cache};
}
