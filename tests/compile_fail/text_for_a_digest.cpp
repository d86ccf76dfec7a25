#include <string>

#include "coffeeauth/digest.hpp"

bool try_code(const coffeeauth::CodeDigest& guess);

bool wrong(const std::string& code) { return try_code(code); }
