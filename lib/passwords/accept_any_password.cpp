#include "coffeeauth/ports/password_judge.hpp"

namespace coffeeauth {
namespace {

class AcceptsAny final : public PasswordJudge {
 public:
  [[nodiscard]] std::optional<PasswordWeakness> weakness(const PasswordCandidate&) override {
    return std::nullopt;
  }
};

}  // namespace

PasswordJudge& accept_any_password() noexcept {
  static AcceptsAny judge;
  return judge;
}

}  // namespace coffeeauth
