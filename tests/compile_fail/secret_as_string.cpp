#include <string>

#include "coffeeauth/secret.hpp"

std::string wrong(const coffeeauth::Secret& secret) {
  std::string text = secret;
  return text;
}
