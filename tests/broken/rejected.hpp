#pragma once
/// REJECTED: a Store of which one part is wrong, and the part of the suite that must find it.

#include "coffeeauth/testing/doctest.hpp"

#include "tests/broken/decorated_store.hpp"

#define REJECTED(name, Parts, part)                                      \
  TEST_CASE("the suite rejects a Store " name* doctest::should_fail()) { \
    Harness<Parts> harness;                                              \
    testing::part(harness);                                              \
  }
