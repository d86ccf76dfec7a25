#include "coffeeauth/testing/list_judge.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace coffeeauth::testing {
namespace {

constexpr std::array<std::string_view, 4> known{"password", "12345678", "qwertyuiop", "iloveyou"};

}  // namespace

std::optional<PasswordWeakness> ListJudge::weakness(const PasswordCandidate& candidate) {
  if (std::find(known.begin(), known.end(), candidate.folded) != known.end()) {
    return PasswordWeakness{.code = "too_common", .message = "This password is too common."};
  }
  const std::lock_guard lock{mutex_};
  const auto found = told_.find(candidate.folded);
  if (found == told_.end()) return std::nullopt;
  return found->second;
}

void ListJudge::refuse(std::string_view folded, PasswordWeakness reason) {
  const std::lock_guard lock{mutex_};
  told_.insert_or_assign(std::string{folded}, std::move(reason));
}

}  // namespace coffeeauth::testing
