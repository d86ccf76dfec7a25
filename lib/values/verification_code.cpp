#include "coffeeauth/verification_code.hpp"

#include <algorithm>

namespace coffeeauth {

Result<VerificationCode> VerificationCode::parse(std::string_view typed) {
  if (typed.empty()) return field_error("code", "required", "This field may not be blank.");
  const bool six_digits =
      typed.size() == digits &&
      std::all_of(typed.begin(), typed.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!six_digits) return field_error("code", "invalid", "Enter the six digits of the code.");
  return VerificationCode{Secret{typed}};
}

VerificationCode VerificationCode::random(RandomSource& random) {
  return VerificationCode{random_digits(random, digits)};
}

}  // namespace coffeeauth
