#pragma once
/// What a secret holds, for tests that look at one that is gone at the end of the expression.

#include <string>

namespace coffeeauth {

template <class Holder>
std::string exposed(const Holder& secret) {
  return std::string{secret.expose_secret()};
}

}  // namespace coffeeauth
