#pragma once
/// ScriptedRandom: chance that a test can repeat.

#include <cstdint>
#include <deque>
#include <mutex>
#include <random>
#include <span>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/random_source.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// INSECURE: for tests only. Gives the bytes that were queued, then those of a generator that
/// starts at `seed` and is the same in every run. Callable from any thread; which thread gets which
/// bytes is then up to the scheduler, but no two get the same.
class ScriptedRandom final : public RandomSource {
 public:
  /// Equal seeds give equal bytes.
  explicit ScriptedRandom(std::uint64_t seed = 1) : generator_(seed) {}

  void fill(std::span<std::byte> out) override;

  /// These bytes come next, behind what is queued already.
  void queue(std::span<const std::byte> bytes);
  /// The next call throws Unavailable, as when the operating system gives no entropy.
  void fail_next() noexcept;

 private:
  std::mutex mutex_;
  std::deque<std::byte> queued_;
  std::mt19937_64 generator_;
  bool fails_next_ = false;
};

}  // namespace testing
}  // namespace coffeeauth
