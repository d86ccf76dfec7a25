#include "coffeeauth/secret.hpp"

coffeeauth::Secret wrong(const coffeeauth::Secret& secret) { return secret; }
