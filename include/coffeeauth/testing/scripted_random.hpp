#pragma once
/// ScriptedRandom: repeatable randomness for tests.

#include <cstdint>
#include <deque>
#include <mutex>
#include <random>
#include <span>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/random_source.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// INSECURE: for tests only. Returns the queued bytes, then those of a generator that starts at
/// `seed` and is the same in every run. Thread-safe; which thread gets which bytes then depends on
/// the scheduler, but each byte is used once.
class ScriptedRandom final : public RandomSource {
 public:
  /// Equal seeds give equal bytes.
  explicit ScriptedRandom(std::uint64_t seed = 1) : generator_(seed) {}

  void fill(std::span<std::byte> out) override;

  /// Queues bytes for the next calls, behind those already queued.
  void queue(std::span<const std::byte> bytes);
  /// Makes the next call throw Unavailable, as when the operating system provides no entropy.
  void fail_next() noexcept;

 private:
  std::mutex mutex_;
  std::deque<std::byte> queued_;
  std::mt19937_64 generator_;
  bool fails_next_ = false;
};

}  // namespace testing
}  // namespace coffeeauth
