#pragma once
/// Cache and RateCounter: fast, shared, and allowed to forget.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// How many times a tag has been invalidated, as far as the cache remembers.
enum class CacheGeneration : std::uint64_t {};

/// Values that can be made again. A cache that is down is a miss, never an error.
///
/// A stale write is impossible by construction: a caller reads the tag's generation *before* it
/// reads the Store, and stores under that generation. Whoever raced an update stores under a
/// generation that nobody asks for any more. All methods are callable from any thread and do not
/// throw.
class Cache {
 public:
  virtual ~Cache() = default;
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  /// The tag's present generation; nothing when the cache cannot say, and then it must be bypassed.
  [[nodiscard]] virtual std::optional<CacheGeneration> generation(
      std::string_view tag) noexcept = 0;
  /// The value stored under this tag, generation and key; null when there is none.
  [[nodiscard]] virtual std::shared_ptr<const std::string> get(std::string_view tag,
                                                               CacheGeneration generation,
                                                               std::string_view key) noexcept = 0;
  /// Keeps `value` under all three for at most `ttl`; may forget it any time.
  virtual void put(std::string_view tag, CacheGeneration generation, std::string_view key,
                   std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept = 0;
  /// Makes every value under `tag` unreachable, for every process that shares the cache.
  virtual void invalidate(std::string_view tag) noexcept = 0;

 protected:
  Cache() = default;
};

/// Where a counter stands.
struct RateCount {
  /// How many since the window began.
  std::uint64_t count = 0;
  /// Until the counter starts again at zero.
  std::chrono::milliseconds resets_in{};
};

/// Counters that expire: the memory of the rate limits.
///
/// Apart from Cache because losing a count is a security decision and losing a page is not:
/// implementations over a network must go on counting in the process when the network fails.
/// All methods are callable from any thread and do not throw.
class RateCounter {
 public:
  virtual ~RateCounter() = default;
  RateCounter(const RateCounter&) = delete;
  RateCounter& operator=(const RateCounter&) = delete;

  /// Adds one and returns the sum, atomically. The window starts with the first count.
  virtual RateCount add(std::string_view key, std::chrono::milliseconds window,
                        UtcTime now) noexcept = 0;
  /// Where it stands, without counting.
  [[nodiscard]] virtual RateCount peek(std::string_view key, UtcTime now) noexcept = 0;
  /// Back to zero, as if nothing had been counted.
  virtual void clear(std::string_view key) noexcept = 0;

 protected:
  RateCounter() = default;
};

}  // namespace coffeeauth
