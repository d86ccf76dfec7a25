#pragma once
/// The contract of PasswordJudge, as a test suite. Needs doctest; for its use see
/// testing/contract/store.hpp.

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/password_judge.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Runs the suite inside a TEST_CASE: each promise is a SUBCASE that begins with `judge:`.
/// accept_any_password() does not satisfy it.
void password_judge_contract(PasswordJudge& judge);

}  // namespace testing
}  // namespace coffeeauth
