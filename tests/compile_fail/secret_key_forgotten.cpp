#include "coffeeauth/standard/standard.hpp"

void wrong() { (void)coffeeauth::standard::open({.database_url = "memory:"}); }
