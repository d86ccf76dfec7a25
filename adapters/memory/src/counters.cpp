#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <utility>
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

  using Kind = std::vector<Counters::iterator>;

  // Frees a quarter at once, so that a flood of new keys pays for the walk only now and then.
  void make_room(UtcTime now) {
    std::erase_if(counters_, [&](const auto& entry) { return entry.second.ends_at <= now; });
    auto left = max_entries_ - (max_entries_ + 3) / 4;
    if (counters_.size() <= left) return;
    auto kinds = by_kind();
    std::sort(kinds.begin(), kinds.end(),
              [](const Kind& a, const Kind& b) { return a.size() < b.size(); });
    // What a small kind does not need of its share is for the larger ones.
    for (std::size_t done = 0; done < kinds.size(); ++done) {
      auto& kind = kinds[done];
      const auto kept = std::min(kind.size(), left / (kinds.size() - done));
      left -= kept;
      give_up(kind, kind.size() - kept);
    }
  }

  std::vector<Kind> by_kind() {
    std::map<std::string_view, Kind> named;
    for (auto entry = counters_.begin(); entry != counters_.end(); ++entry) {
      named[kind_of(entry->first)].push_back(entry);
    }
    std::vector<Kind> kinds;
    for (auto& [name, kind] : named) kinds.push_back(std::move(kind));
    return kinds;
  }

  static std::string_view kind_of(std::string_view key) {
    const auto first = key.find(':');
    const auto second = first == key.npos ? key.npos : key.find(':', first + 1);
    return second == key.npos ? std::string_view{} : key.substr(0, second + 1);
  }

  void give_up(Kind& kind, std::size_t count) {
    const auto end = kind.begin() + static_cast<std::ptrdiff_t>(count);
    std::nth_element(kind.begin(), end, kind.end(), [](const auto& a, const auto& b) {
      return std::pair{a->second.count, a->second.ends_at} <
             std::pair{b->second.count, b->second.ends_at};
    });
    std::for_each(kind.begin(), end, [this](auto entry) { counters_.erase(entry); });
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
