#pragma once
/// Cache and RateCounter: fast, shared, and allowed to lose data.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The number of invalidations of a tag, as far as the cache remembers.
enum class CacheGeneration : std::uint64_t {};

/// Caches values that can be recomputed. A cache that is down misses; it never fails.
///
/// Stale writes are impossible by construction: a caller reads the tag's generation *before* it
/// reads the Store, and stores its value under that generation. A caller that raced an update
/// stores under a generation that is no longer read. All methods are thread-safe and do not throw.
class Cache {
 public:
  virtual ~Cache() = default;
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  /// Returns the tag's current generation; nothing when it is unknown: bypass the cache then.
  [[nodiscard]] virtual std::optional<CacheGeneration> generation(
      std::string_view tag) noexcept = 0;
  /// Returns the value under this tag, generation and key; null on a miss.
  [[nodiscard]] virtual std::shared_ptr<const std::string> get(std::string_view tag,
                                                               CacheGeneration generation,
                                                               std::string_view key) noexcept = 0;
  /// Stores `value` for at most `ttl`; may drop it at any time.
  virtual void put(std::string_view tag, CacheGeneration generation, std::string_view key,
                   std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept = 0;
  /// Makes all values under `tag` unreachable, for every process that shares the cache.
  virtual void invalidate(std::string_view tag) noexcept = 0;

 protected:
  Cache() = default;
};

/// The state of a counter.
struct RateCount {
  /// The count since the window began.
  std::uint64_t count = 0;
  /// The time until the counter restarts from zero.
  std::chrono::milliseconds resets_in{};
};

/// Counters that expire, for the rate limits.
///
/// Separate from Cache, because losing a count weakens security and losing a page does not:
/// implementations over a network must continue to count in the process when the network fails.
/// All methods are thread-safe and do not throw.
class RateCounter {
 public:
  virtual ~RateCounter() = default;
  RateCounter(const RateCounter&) = delete;
  RateCounter& operator=(const RateCounter&) = delete;

  /// Adds one and returns the count, atomically. The first count starts the window.
  virtual RateCount add(std::string_view key, std::chrono::milliseconds window,
                        UtcTime now) noexcept = 0;
  /// Returns the count without adding to it.
  [[nodiscard]] virtual RateCount peek(std::string_view key, UtcTime now) noexcept = 0;
  /// Resets the counter to zero.
  virtual void clear(std::string_view key) noexcept = 0;

 protected:
  RateCounter() = default;
};

}  // namespace coffeeauth
