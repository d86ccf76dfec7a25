#include "coffeeauth/secret_keys.hpp"

void wrong() { const coffeeauth::SecretKeys keys = "32 bytes or more, for all to read"; }
