// The list is private; through PasswordService only its verdict shows.
#include "lib/passwords/common_passwords.hpp"

#include "tests/unit/passwords/fixture.hpp"

using namespace coffeeauth;

TEST_CASE("passwords that everybody tries first are in the list") {
  for (const auto* text : {"password", "password1", "12345678", "123456789", "1234567890",
                           "iloveyou", "sunshine", "princess", "football", "baseball"}) {
    CAPTURE(text);
    CHECK(is_common_password(text));
  }
}

TEST_CASE("a password that nobody else has is not in the list") {
  for (const auto* text : {"correct horse battery", "zq8!vTr2#mLp", "", "passwor", "password1x"}) {
    CAPTURE(text);
    CHECK_FALSE(is_common_password(text));
  }
}
