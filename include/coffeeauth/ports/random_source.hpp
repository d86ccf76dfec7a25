#pragma once
/// RandomSource: the only source of randomness in the core.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "coffeeauth/export.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Cryptographically secure random bytes. Thread-safe.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  RandomSource(const RandomSource&) = delete;
  RandomSource& operator=(const RandomSource&) = delete;

  /// Fills all of `out`, or throws Unavailable. Never fills a part only, and never falls back to a
  /// weaker generator, even when no file descriptor is free.
  virtual void fill(std::span<std::byte> out) = 0;

 protected:
  RandomSource() = default;
};

/// Makes a source that reads the operating system's generator through libsodium.
[[nodiscard]] std::unique_ptr<RandomSource> make_system_random();

/// Returns a number in [0, bound), uniformly (rejection sampling, no modulo bias). Precondition:
/// bound > 0.
[[nodiscard]] std::uint32_t uniform_below(RandomSource& random, std::uint32_t bound);
/// Returns `count` decimal digits (1 to 9), leading zeros included, uniform over all 10^count.
[[nodiscard]] Secret random_digits(RandomSource& random, std::size_t count);
/// Returns `size` random bytes.
[[nodiscard]] Secret random_bytes(RandomSource& random, std::size_t size);

}  // namespace coffeeauth
