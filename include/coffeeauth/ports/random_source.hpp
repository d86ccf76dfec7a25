#pragma once
/// RandomSource: the only source of chance in the core.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "coffeeauth/export.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Cryptographically secure random bytes. Callable from any thread.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  RandomSource(const RandomSource&) = delete;
  RandomSource& operator=(const RandomSource&) = delete;

  /// Fills all of `out`, or throws Unavailable; never returns short and never falls back to a
  /// weaker generator, also when no file descriptor is free.
  virtual void fill(std::span<std::byte> out) = 0;

 protected:
  RandomSource() = default;
};

/// The operating system's generator, through libsodium.
[[nodiscard]] std::unique_ptr<RandomSource> make_system_random();

/// A number in [0, bound), each equally likely (rejection, no modulo bias). Precondition: bound >
/// 0.
[[nodiscard]] std::uint32_t uniform_below(RandomSource& random, std::uint32_t bound);
/// `count` decimal digits, leading zeros included, uniform over all 10^count. 1 <= count <= 9.
[[nodiscard]] Secret random_digits(RandomSource& random, std::size_t count);
/// `size` random bytes.
[[nodiscard]] Secret random_bytes(RandomSource& random, std::size_t size);

}  // namespace coffeeauth
