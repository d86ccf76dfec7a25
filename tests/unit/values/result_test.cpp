#include "coffeeauth/result.hpp"

#include "coffeeauth/testing/doctest.hpp"

using namespace coffeeauth;

namespace {

std::string why_there_is_no_value(const Result<int>& result) {
  try {
    return std::to_string(result.value());
  } catch (const BadResultAccess& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("the value of an error is an exception that names code and fields") {
  CHECK(why_there_is_no_value(7) == "7");
  CHECK(why_there_is_no_value(ErrorCode::email_taken) == "coffeeauth: no value: email_taken");

  Error error = field_error("password", "too_short", "never shown");
  error.fields.push_back({"email", "invalid", "never shown"});
  CHECK(why_there_is_no_value(error) ==
        "coffeeauth: no value: validation_failed (password: too_short, email: invalid)");
}

TEST_CASE("the exception of a Result without a value carries its error") {
  const Result<void> result{ErrorCode::last_admin};
  try {
    result.value();
    FAIL("it did not throw");
  } catch (const BadResultAccess& thrown) {
    CHECK(thrown.error() == Error{ErrorCode::last_admin});
  }
  CHECK_NOTHROW(Result<void>{}.value());
}
