#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include "coffeeauth/memory/memory.hpp"

namespace coffeeauth::memory {
namespace {

class MemoryCounters final : public RateCounter {
 public:
  explicit MemoryCounters(const MemoryCountersOptions& options)
      : max_entries_(std::max<std::size_t>(options.max_entries, 1)) {}

  RateCount add(std::string_view key, std::chrono::milliseconds window,
                UtcTime now) noexcept override try {
    const std::lock_guard lock{mutex_};
    auto counter = counters_.find(key);
    if (counter == counters_.end()) {
      if (counters_.size() >= max_entries_) make_room(now);
      counter = counters_.emplace(std::string{key}, Counter{}).first;
    }
    auto& [count, ends_at] = counter->second;
    if (ends_at <= now) counter->second = {0, now + window};
    ++count;
    return {count, ends_at - now};
  } catch (...) {
    // No memory to count in: a limit that cannot be held is taken for reached.
    return {std::numeric_limits<std::uint64_t>::max(), window};
  }

  RateCount peek(std::string_view key, UtcTime now) noexcept override {
    const std::lock_guard lock{mutex_};
    const auto counter = counters_.find(key);
    if (counter == counters_.end() || counter->second.ends_at <= now) return {};
    return {counter->second.count, counter->second.ends_at - now};
  }

  void clear(std::string_view key) noexcept override {
    const std::lock_guard lock{mutex_};
    const auto counter = counters_.find(key);
    if (counter != counters_.end()) counters_.erase(counter);
  }

 private:
  struct Counter {
    std::uint64_t count = 0;
    UtcTime ends_at{};
  };
  using Counters = std::map<std::string, Counter, std::less<>>;

  // Frees a quarter at once, so that a flood of new keys pays for the walk only now and then.
  void make_room(UtcTime now) {
    std::erase_if(counters_, [&](const auto& entry) { return entry.second.ends_at <= now; });
    const auto kept = max_entries_ - (max_entries_ + 3) / 4;
    if (counters_.size() <= kept) return;
    std::vector<Counters::iterator> lowest;
    lowest.reserve(counters_.size());
    for (auto entry = counters_.begin(); entry != counters_.end(); ++entry) lowest.push_back(entry);
    const auto end = lowest.begin() + static_cast<std::ptrdiff_t>(lowest.size() - kept);
    std::nth_element(lowest.begin(), end, lowest.end(), [](const auto& a, const auto& b) {
      return a->second.count < b->second.count;
    });
    std::for_each(lowest.begin(), end, [this](auto entry) { counters_.erase(entry); });
  }

  const std::size_t max_entries_;
  std::mutex mutex_;
  Counters counters_;
};

}  // namespace

std::unique_ptr<RateCounter> make_memory_counters(const MemoryCountersOptions& options) {
  return std::make_unique<MemoryCounters>(options);
}

}  // namespace coffeeauth::memory
