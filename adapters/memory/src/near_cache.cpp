#include <algorithm>

#include "coffeeauth/memory/memory.hpp"

namespace coffeeauth::memory {
namespace {

constexpr std::chrono::seconds near_life{1};
constexpr std::string_view near_tag = "near";

class NearCache final : public Cache {
 public:
  NearCache(std::unique_ptr<Cache> far, const MemoryCacheOptions& options, const Clock& clock)
      : far_(std::move(far)),
        near_(make_memory_cache(options, clock)),
        near_generation_(near_->generation(near_tag).value_or(CacheGeneration{})) {}

  std::optional<CacheGeneration> generation(std::string_view tag) noexcept override {
    return far_->generation(tag);
  }

  std::shared_ptr<const std::string> get(std::string_view tag, CacheGeneration generation,
                                         std::string_view key) noexcept override try {
    const auto near_key = key_of(tag, generation, key);
    if (auto value = near_->get(near_tag, near_generation_, near_key)) return value;
    auto value = far_->get(tag, generation, key);
    if (value) near_->put(near_tag, near_generation_, near_key, value, near_life);
    return value;
  } catch (...) {
    return nullptr;  // no memory: a miss
  }

  void put(std::string_view tag, CacheGeneration generation, std::string_view key,
           std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept override
      try {
    near_->put(near_tag, near_generation_, key_of(tag, generation, key), value,
               std::min(ttl, near_life));
    far_->put(tag, generation, key, std::move(value), ttl);
  } catch (...) {
    // Not kept.
  }

  void invalidate(std::string_view tag) noexcept override { far_->invalidate(tag); }

 private:
  /// No tag holds a NUL, and a generation is digits: no two triples read alike.
  static std::string key_of(std::string_view tag, CacheGeneration generation,
                            std::string_view key) {
    std::string joined{tag};
    joined.append(1, '\0').append(std::to_string(static_cast<std::uint64_t>(generation)));
    joined.append(1, '\0').append(key);
    return joined;
  }

  std::unique_ptr<Cache> far_;
  std::unique_ptr<Cache> near_;
  CacheGeneration near_generation_;
};

}  // namespace

std::unique_ptr<Cache> make_near_cache(std::unique_ptr<Cache> far,
                                       const MemoryCacheOptions& options, const Clock& clock) {
  return std::make_unique<NearCache>(std::move(far), options, clock);
}

}  // namespace coffeeauth::memory
