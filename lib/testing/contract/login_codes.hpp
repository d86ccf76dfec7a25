#pragma once
/// The promises about login codes, which sessions make. Private to the suites.

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"

namespace coffeeauth::testing {

/// A Store with two users.
struct TwoUsers : Trial {
  explicit TwoUsers(StoreHarness& harness) : Trial(harness) {
    alone.create(user(1));
    alone.create(user(2));
  }
};

void login_codes(StoreHarness& harness);

}  // namespace coffeeauth::testing
