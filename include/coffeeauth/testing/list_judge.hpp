#pragma once
/// ListJudge: refuses the passwords that a test names, and a handful that everybody knows.

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/password_judge.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// INSECURE: knows four common passwords (`password`, `12345678`, `qwertyuiop`, `iloveyou`) and
/// those that it is told; every other one is good enough. For tests only. Callable from any thread.
class ListJudge final : public PasswordJudge {
 public:
  [[nodiscard]] std::optional<PasswordWeakness> weakness(
      const PasswordCandidate& candidate) override;

  /// Refuses a password from now on, in any letter case; `folded` as PasswordCandidate has it (in
  /// lower case).
  void refuse(std::string_view folded, PasswordWeakness reason);

 private:
  std::mutex mutex_;
  std::map<std::string, PasswordWeakness, std::less<>> told_;
};

}  // namespace testing
}  // namespace coffeeauth
