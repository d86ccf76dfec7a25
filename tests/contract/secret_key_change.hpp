#pragma once
/// What a change of the secret key must not lose, over any Store.

#include "coffeeauth/testing/contract/store.hpp"

namespace coffeeauth::testing {

/// Each kind of thing that is made under a secret key: before the change, beside it, and after it.
void secret_key_change(StoreHarness& harness);

}  // namespace coffeeauth::testing
