#pragma once
/// What the tests of password hashing share.

#include "coffeeauth/testing/doctest.hpp"

#include <memory>
#include <string>
#include <string_view>

#include "coffeeauth/password_service.hpp"
#include "coffeeauth/testing/scripted_random.hpp"
#include "tests/parsed.hpp"

namespace coffeeauth {

using testing::password;

inline PasswordSalt salt_of(unsigned char byte) {
  PasswordSalt salt{};
  salt.fill(std::byte{byte});
  return salt;
}

/// The real hasher, with parameters that a test can afford.
inline std::unique_ptr<PasswordHasher> cheap_argon2(std::size_t memory_kib = 64,
                                                    std::size_t iterations = 1) {
  testing::ScriptedRandom random;
  return make_argon2_hasher({.argon2_memory_kib = memory_kib, .argon2_iterations = iterations},
                            random);
}

}  // namespace coffeeauth
