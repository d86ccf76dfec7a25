#include <iterator>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>

#include "coffeeauth/memory/memory.hpp"

namespace coffeeauth::memory {
namespace {

// Tags are few by design; more than this many that were ever invalidated are forgotten together.
constexpr std::size_t most_tags = 10'000;

class MemoryCache final : public Cache {
 public:
  MemoryCache(const MemoryCacheOptions& options, const Clock& clock)
      : options_(options), clock_(clock) {}

  std::optional<CacheGeneration> generation(std::string_view tag) noexcept override {
    const std::lock_guard lock{mutex_};
    return current(tag);
  }

  std::shared_ptr<const std::string> get(std::string_view tag, CacheGeneration generation,
                                         std::string_view key) noexcept override try {
    const std::lock_guard lock{mutex_};
    const auto found = index_.find(full_key(tag, generation, key));
    if (found == index_.end()) return nullptr;
    const auto entry = found->second;
    if (entry->expires_at <= clock_.now()) {
      erase(entry);
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    return entry->value;
  } catch (...) {
    return nullptr;  // no memory: a miss
  }

  void put(std::string_view tag, CacheGeneration generation, std::string_view key,
           std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept override
      try {
    const std::lock_guard lock{mutex_};
    // What was made before an invalidation would never be asked for.
    if (!value || ttl <= std::chrono::seconds::zero() || current(tag) != generation) return;
    auto name = full_key(tag, generation, key);
    if (const auto old = index_.find(name); old != index_.end()) erase(old->second);
    const auto size = name.size() + value->size();
    if (size > options_.max_bytes || options_.max_entries == 0) return;
    while (entries_.size() >= options_.max_entries || bytes_ + size > options_.max_bytes) {
      erase(std::prev(entries_.end()));
    }
    entries_.push_front({name, std::move(value), clock_.now() + ttl});
    bytes_ += size;
    try {
      index_.emplace(std::move(name), entries_.begin());
    } catch (...) {
      entries_.pop_front();
      bytes_ -= size;
    }
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
  struct Entry {
    std::string name;
    std::shared_ptr<const std::string> value;
    UtcTime expires_at;
  };
  using Position = std::list<Entry>::iterator;

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
  void erase(Position entry) noexcept {
    bytes_ -= entry->name.size() + entry->value->size();
    index_.erase(entry->name);
    entries_.erase(entry);
  }

  const MemoryCacheOptions options_;
  const Clock& clock_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<std::string, Position> index_;
  std::size_t bytes_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> generations_;
  std::uint64_t latest_ = 1;
  std::uint64_t forgotten_ = 1;
};

}  // namespace

std::unique_ptr<Cache> make_memory_cache(const MemoryCacheOptions& options, const Clock& clock) {
  return std::make_unique<MemoryCache>(options, clock);
}

}  // namespace coffeeauth::memory
