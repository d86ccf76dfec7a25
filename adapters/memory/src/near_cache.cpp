#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "bounded_values.hpp"
#include "coffeeauth/memory/memory.hpp"

namespace coffeeauth::memory {
namespace {

// Tags are few by design; more than this many are forgotten together.
constexpr std::size_t most_known_tags = 10'000;

/// Copies of the far cache's values, and optionally of its generations.
///
/// A value is stored under a generation and never changes within it, so a copy can be outdated only
/// if its generation is. With `generation_age` 0 each generation comes from `far_`. Otherwise a
/// generation is remembered for that long, counted from before it was requested. An invalidation by
/// this process may happen while another thread requests the generation; `epoch_` counts
/// invalidations, so that the answer to such a request is used once and not remembered.
class NearCache final : public Cache {
 public:
  NearCache(std::unique_ptr<Cache> far, const NearCacheOptions& options, const Clock& clock)
      : far_(std::move(far)),
        options_(options),
        clock_(clock),
        values_(options.max_entries, options.max_bytes) {}

  std::optional<CacheGeneration> generation(std::string_view tag) noexcept override {
    if (options_.generation_age.count() == 0) return far_->generation(tag);
    const auto now = clock_.now();
    std::uint64_t epoch = 0;
    {
      const std::lock_guard lock{mutex_};
      if (const auto known = still_known(tag, now)) return known;
      epoch = epoch_;
    }
    // Its age counts from before the request: it may have been outdated right after.
    const auto fetched = far_->generation(tag);
    if (fetched) remember(tag, {*fetched, now}, epoch);
    return fetched;
  }

  std::shared_ptr<const std::string> get(std::string_view tag, CacheGeneration generation,
                                         std::string_view key) noexcept override try {
    const auto name = name_of(tag, generation, key);
    {
      const std::lock_guard lock{mutex_};
      if (auto value = values_.find(name, clock_.now())) return value;
    }
    auto value = far_->get(tag, generation, key);
    if (value) keep(name, value, options_.max_age);
    return value;
  } catch (...) {
    return nullptr;  // no memory: a miss
  }

  void put(std::string_view tag, CacheGeneration generation, std::string_view key,
           std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept override {
    if (!value || ttl <= std::chrono::seconds::zero()) return;
    try {
      const auto life = ttl < options_.max_age ? ttl : options_.max_age;
      keep(name_of(tag, generation, key), value, life);
    } catch (...) {
      // Not kept near.
    }
    far_->put(tag, generation, key, std::move(value), ttl);
  }

  void invalidate(std::string_view tag) noexcept override {
    forget(tag);
    far_->invalidate(tag);
    // Again, for generations that other threads fetched before `far` was invalidated.
    forget(tag);
  }

 private:
  struct Known {
    CacheGeneration generation{};
    UtcTime asked_at;
  };

  /// The lengths keep ("a", "bc") and ("ab", "c") apart.
  static std::string name_of(std::string_view tag, CacheGeneration generation,
                             std::string_view key) {
    auto name = std::to_string(tag.size()) + ":" +
                std::to_string(static_cast<std::uint64_t>(generation)) + ":";
    name += tag;
    name += key;
    return name;
  }

  std::optional<CacheGeneration> still_known(std::string_view tag, UtcTime now) const noexcept {
    const auto found = known_.find(tag);
    if (found == known_.end()) return std::nullopt;
    const auto age = now - found->second.asked_at;
    // A negative age: the clock was set back, which must not make a copy live longer.
    if (age < std::chrono::milliseconds::zero() || age >= options_.generation_age)
      return std::nullopt;
    return found->second.generation;
  }

  /// Does nothing if something was invalidated since `epoch`: `known` may be older than that.
  void remember(std::string_view tag, Known known, std::uint64_t epoch) noexcept {
    const std::lock_guard lock{mutex_};
    if (epoch != epoch_) return;
    try {
      if (known_.size() >= most_known_tags) known_.clear();
      known_.insert_or_assign(std::string{tag}, known);
    } catch (...) {
      // No memory: it is requested again.
    }
  }

  void forget(std::string_view tag) noexcept {
    const std::lock_guard lock{mutex_};
    ++epoch_;
    if (const auto found = known_.find(tag); found != known_.end()) known_.erase(found);
  }

  void keep(std::string name, std::shared_ptr<const std::string> value,
            std::chrono::milliseconds life) {
    const std::lock_guard lock{mutex_};
    values_.keep(std::move(name), std::move(value), clock_.now() + life);
  }

  const std::unique_ptr<Cache> far_;
  const NearCacheOptions options_;
  const Clock& clock_;
  std::mutex mutex_;
  BoundedValues values_;
  std::map<std::string, Known, std::less<>> known_;
  std::uint64_t epoch_ = 0;
};

bool is_short(std::chrono::milliseconds age) {
  return age >= std::chrono::milliseconds::zero() && age <= std::chrono::seconds{1};
}

}  // namespace

std::unique_ptr<Cache> make_near_cache(std::unique_ptr<Cache> far, const NearCacheOptions& options,
                                       const Clock& clock) {
  if (!far) throw std::invalid_argument("a near cache needs one to be before");
  if (!is_short(options.max_age) || !is_short(options.generation_age)) {
    throw std::invalid_argument("a near cache keeps nothing for longer than a second");
  }
  return std::make_unique<NearCache>(std::move(far), options, clock);
}

}  // namespace coffeeauth::memory
