#include "adapters/standard/src/judge.hpp"

namespace coffeeauth::standard {

std::unique_ptr<PasswordJudge> make_usual_judge(unsigned) { return nullptr; }

}  // namespace coffeeauth::standard
