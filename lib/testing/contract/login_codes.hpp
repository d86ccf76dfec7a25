#pragma once
/// The promises about login codes, which sessions make. Private to the suites.

#include "coffeeauth/testing/contract/store.hpp"

namespace coffeeauth::testing {

void login_codes(StoreHarness& harness);

}  // namespace coffeeauth::testing
