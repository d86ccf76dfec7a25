#pragma once
/// The judge of passwords: one source for a library that has zxcvbn, and one for a library without.

#include <memory>

#include "coffeeauth/ports/password_judge.hpp"

namespace coffeeauth::standard {

/// Null in a library that was built without zxcvbn. Throws std::invalid_argument for a strength
/// above 4.
[[nodiscard]] std::unique_ptr<PasswordJudge> make_usual_judge(unsigned min_strength);

}  // namespace coffeeauth::standard
