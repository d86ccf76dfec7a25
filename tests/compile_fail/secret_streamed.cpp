#include <iostream>

#include "coffeeauth/secret.hpp"

void wrong(const coffeeauth::Secret& secret) { std::cout << secret; }
