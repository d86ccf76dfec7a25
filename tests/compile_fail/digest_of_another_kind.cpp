#include "coffeeauth/digest.hpp"

bool try_code(const coffeeauth::CodeDigest& guess);

bool wrong(const coffeeauth::RefreshTokenDigest& digest) { return try_code(digest); }
