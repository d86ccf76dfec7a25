#include <map>
#include <mutex>

#include "bounded_values.hpp"
#include "coffeeauth/memory/memory.hpp"

namespace coffeeauth::memory {
namespace {

// Tags are few by design; more than this many that were ever invalidated are forgotten together.
constexpr std::size_t most_tags = 10'000;

class MemoryCache final : public Cache {
 public:
  MemoryCache(const MemoryCacheOptions& options, const Clock& clock)
      : clock_(clock), values_(options.max_entries, options.max_bytes) {}

  std::optional<CacheGeneration> generation(std::string_view tag) noexcept override {
    const std::lock_guard lock{mutex_};
    return current(tag);
  }

  std::shared_ptr<const std::string> get(std::string_view tag, CacheGeneration generation,
                                         std::string_view key) noexcept override try {
    const std::lock_guard lock{mutex_};
    return values_.find(full_key(tag, generation, key), clock_.now());
  } catch (...) {
    return nullptr;  // no memory: a miss
  }

  void put(std::string_view tag, CacheGeneration generation, std::string_view key,
           std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept override
      try {
    const std::lock_guard lock{mutex_};
    // What was made before an invalidation would never be asked for.
    if (!value || ttl <= std::chrono::seconds::zero() || current(tag) != generation) return;
    values_.keep(full_key(tag, generation, key), std::move(value), clock_.now() + ttl);
  } catch (...) {
    // no memory: not stored
  }

  void invalidate(std::string_view tag) noexcept override {
    const std::lock_guard lock{mutex_};
    ++latest_;
    try {
      if (generations_.size() >= most_tags) forget_tags();
      generations_.insert_or_assign(std::string{tag}, latest_);
    } catch (...) {
      forget_tags();
    }
  }

 private:
  CacheGeneration current(std::string_view tag) const noexcept {
    const auto found = generations_.find(tag);
    return CacheGeneration{found == generations_.end() ? forgotten_ : found->second};
  }
  // No generation was ever given out that is as late as this one, so nothing old comes back.
  void forget_tags() noexcept {
    generations_.clear();
    forgotten_ = latest_;
  }
  static std::string full_key(std::string_view tag, CacheGeneration generation,
                              std::string_view key) {
    // The length of the tag keeps ("a", "bc") and ("ab", "c") apart.
    auto name = std::to_string(tag.size()) + ":" +
                std::to_string(static_cast<std::uint64_t>(generation)) + ":";
    name += tag;
    name += key;
    return name;
  }

  const Clock& clock_;
  std::mutex mutex_;
  BoundedValues values_;
  std::map<std::string, std::uint64_t, std::less<>> generations_;
  std::uint64_t latest_ = 1;
  std::uint64_t forgotten_ = 1;
};

}  // namespace

std::unique_ptr<Cache> make_memory_cache(const MemoryCacheOptions& options, const Clock& clock) {
  return std::make_unique<MemoryCache>(options, clock);
}

}  // namespace coffeeauth::memory
