#pragma once
/// Store, Cache and RateCounter in the memory of one process: for tests and trials.
///
/// The cache and the counters also suit a single server process. The Store loses all data when it
/// is destroyed; it has the semantics of every other Store, checked by the same contract suite.

#include <chrono>
#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/cache.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace memory {

/// Makes a Store that keeps everything in memory, one transaction at a time. Thread-safe.
///
/// A Transaction holds the store's only lock from beginning to end, so transactions never conflict
/// and other threads wait. A plain read on the thread of an open transaction works, and sees its
/// writes. Searches fold the case of ASCII letters only. Every page of a list takes time
/// proportional to the number of users.
[[nodiscard]] std::unique_ptr<Store> make_memory_store();

/// Bounds of a Cache in memory.
struct MemoryCacheOptions {
  /// Maximum number of values; the least recently used is evicted first. 0 stores nothing.
  std::size_t max_entries = 10'000;
  /// Maximum octets of keys and values together; a value larger than this is not stored.
  std::size_t max_bytes = 64U * 1024 * 1024;
};

/// Makes a bounded Cache for one process, which evicts the least recently used value first. Borrows
/// `clock`, by which values expire.
[[nodiscard]] std::unique_ptr<Cache> make_memory_cache(const MemoryCacheOptions& options,
                                                       const Clock& clock);

/// Bounds of a near cache.
struct NearCacheOptions {
  /// Maximum age of a value here, whatever its own ttl is, for values put here and values from the
  /// far cache, which does not report the remaining ttl. At most 1 s.
  std::chrono::milliseconds max_age{1'000};
  /// How long a tag's generation is cached. With 0 the far cache is asked every time, so that
  /// invalidations of all processes apply at once; otherwise those of other processes may apply
  /// this much later. At most 1 s.
  std::chrono::milliseconds generation_age{0};
  /// Maximum number of values; see MemoryCacheOptions::max_entries.
  std::size_t max_entries = 10'000;
  /// Maximum octets; see MemoryCacheOptions::max_bytes.
  std::size_t max_bytes = 64U * 1024 * 1024;
};

/// Makes a Cache within this process in front of a shared one, to save network round trips.
///
/// A value never changes within its generation, so a copy is always correct; invalidations by this
/// process apply at once, whatever the options are. When `far` cannot report a generation, it is
/// requested again at the next call. Takes ownership of `far`; borrows `clock`. Throws
/// std::invalid_argument for a null `far`, or an age below 0 or above 1 s.
[[nodiscard]] std::unique_ptr<Cache> make_near_cache(std::unique_ptr<Cache> far,
                                                     const NearCacheOptions& options,
                                                     const Clock& clock);

/// Bounds of counters in memory.
struct MemoryCountersOptions {
  /// Maximum number of counters. When all are in use, each kind (the key up to its second colon)
  /// loses at most its excess over an even share, so that a flood of one kind evicts that kind
  /// only: requests from invented networks do not end the limits on logins. Within a kind the
  /// lowest counts are evicted first, so that an attacker who invents keys cannot evict the counter
  /// that limits him; among equals, those that expire first. At least 1.
  std::size_t max_entries = 200'000;
};

/// Makes counters for one process, in bounded memory: several processes would count separately.
[[nodiscard]] std::unique_ptr<RateCounter> make_memory_counters(
    const MemoryCountersOptions& options);

}  // namespace memory
}  // namespace coffeeauth
