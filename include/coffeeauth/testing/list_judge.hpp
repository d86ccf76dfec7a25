#pragma once
/// ListJudge: rejects the passwords that a test names, and a few common ones.

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/password_judge.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// INSECURE: rejects four common passwords (`password`, `12345678`, `qwertyuiop`, `iloveyou`) and
/// those that a test adds; accepts all others. For tests only. Thread-safe.
class ListJudge final : public PasswordJudge {
 public:
  [[nodiscard]] std::optional<PasswordWeakness> weakness(
      const PasswordCandidate& candidate) override;

  /// Rejects a password from now on, in any letter case; `folded` is in lower case, like
  /// PasswordCandidate::folded.
  void refuse(std::string_view folded, PasswordWeakness reason);

 private:
  std::mutex mutex_;
  std::map<std::string, PasswordWeakness, std::less<>> told_;
};

}  // namespace testing
}  // namespace coffeeauth
