#pragma once
/// Store, Cache and RateCounter in the memory of one process: for tests, and for trying things out.
///
/// The cache and the counters also serve a single server process well. The Store forgets everything
/// when it is destroyed; its semantics are those of every other Store, held by the same contract
/// suite.

#include <chrono>
#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/cache.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace memory {

/// A Store that keeps everything in memory, one transaction at a time.
///
/// A Transaction holds the store's one lock from its begin to its end, so no transaction ever
/// conflicts and every other thread waits meanwhile. A plain read from inside a transaction of the
/// same thread is served, and sees what that transaction has written so far. Searches ignore the
/// case of ASCII letters only. Lists cost time in proportion to the number of users, the same for
/// every page.
[[nodiscard]] std::unique_ptr<Store> make_memory_store();

/// How much a Cache in memory may hold.
struct MemoryCacheOptions {
  /// Most values held; the least recently used goes first. 0 keeps nothing.
  std::size_t max_entries = 10'000;
  /// Most octets held, keys and values together; a larger value is not stored at all.
  std::size_t max_bytes = 64U * 1024 * 1024;
};

/// A Cache for one process, bounded, least recently used out first. Borrows `clock`, by which
/// values grow old.
[[nodiscard]] std::unique_ptr<Cache> make_memory_cache(const MemoryCacheOptions& options,
                                                       const Clock& clock);

/// How long the near copy may be believed, and how much it may hold.
struct NearCacheOptions {
  /// How long a value is kept at most, whatever its own time is: one that was put here, or came
  /// from the other cache, which does not say how much of its time is left. At most 1 s.
  std::chrono::milliseconds max_age{1'000};
  /// How long a tag's generation is believed before it is asked for again. At 0 it is asked for
  /// every time, and what any process invalidates is out of reach here at once; above, what another
  /// process invalidates may be served for as long. At most 1 s.
  std::chrono::milliseconds generation_age{0};
  /// As of MemoryCacheOptions.
  std::size_t max_entries = 10'000;
  /// As of MemoryCacheOptions.
  std::size_t max_bytes = 64U * 1024 * 1024;
};

/// A Cache of this process before one that many share, to spare the way to it.
///
/// Values do not change under their generation, so a copy is as good as the value; what this
/// process invalidates is out of reach at once, whatever the options say. That `far` cannot tell a
/// generation is not remembered. Takes `far` over; borrows `clock`. Throws std::invalid_argument
/// for no `far`, or an age above 1 s or below 0.
[[nodiscard]] std::unique_ptr<Cache> make_near_cache(std::unique_ptr<Cache> far,
                                                     const NearCacheOptions& options,
                                                     const Clock& clock);

/// How much memory counters may take.
struct MemoryCountersOptions {
  /// Most counters held. When they are all running, each kind (what a key says up to its second
  /// colon) loses no more than it takes up beyond an even share, so that a flood of one kind
  /// displaces that kind alone: requests from invented networks do not end what bars a login. Of a
  /// kind those that stand lowest are given up, so that an attacker who invents keys cannot push
  /// out the counter that holds him back; and of these, what ends first. At least 1.
  std::size_t max_entries = 200'000;
};

/// Counters for one process, in bounded memory: what several processes count does not add up.
[[nodiscard]] std::unique_ptr<RateCounter> make_memory_counters(
    const MemoryCountersOptions& options);

}  // namespace memory
}  // namespace coffeeauth
