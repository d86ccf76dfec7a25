#include "coffeeauth/token.hpp"

coffeeauth::VerifiedToken wrong(coffeeauth::AccessClaims claims) {
  return coffeeauth::VerifiedToken{std::move(claims)};
}
