#include "adapters/standard/src/judge.hpp"
#include "coffeeauth/zxcvbn/zxcvbn.hpp"

namespace coffeeauth::standard {

std::unique_ptr<PasswordJudge> make_usual_judge(unsigned min_strength) {
  return zxcvbn::make_zxcvbn_judge({.min_strength = min_strength});
}

}  // namespace coffeeauth::standard
