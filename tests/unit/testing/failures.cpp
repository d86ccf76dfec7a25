// Fails on purpose: the script failures_say reads what it prints.

#include "coffeeauth/testing/doctest.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

Result<int> seven() { return 7; }
Result<void> nothing_wrong() { return {}; }
Result<int> refused() {
  return Error{.code = ErrorCode::rate_limited, .retry_after = std::chrono::seconds{15}};
}
Result<void> invalid() { return field_error("email", "too_long", "Too long."); }

}  // namespace

TEST_CASE("assertions about a Result say which error there is") {
  CHECK_OK(refused());
  CHECK_OK(invalid());
  CHECK_ERROR(seven(), ErrorCode::not_found);
  CHECK_ERROR(nothing_wrong(), ErrorCode::forbidden);
  CHECK_ERROR(invalid(), ErrorCode::email_taken);
}

TEST_CASE("REQUIRE_OK ends the case") {
  REQUIRE_OK(refused());
  FAIL_CHECK("it went on after REQUIRE_OK");
}

TEST_CASE("REQUIRE_ERROR ends the case") {
  REQUIRE_ERROR(seven(), ErrorCode::not_found);
  FAIL_CHECK("it went on after REQUIRE_ERROR");
}

TEST_CASE("values say what they are") {
  CHECK(ErrorCode::invalid_code == ErrorCode::last_admin);
  CHECK_FALSE(seven());
  CHECK(invalid());
  CHECK(refused().error() == invalid().error());
  CHECK(refused().error().retry_after == 3s);
  CHECK(seven().value() == 7);
  CHECK(UserId{} != UserId{});
  CHECK(from_unix_millis(0) == from_unix_millis(1'500));
  CHECK(250ms == 90min);
  CHECK(UserId::parse("no id") == UserId{});
}
