#pragma once
/// The part of outbox_contract() that is about channels.

#include "coffeeauth/testing/contract/store.hpp"

namespace coffeeauth::testing {

void outbox_channels(StoreHarness& harness);

}  // namespace coffeeauth::testing
