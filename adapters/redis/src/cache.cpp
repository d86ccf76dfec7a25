#include <charconv>
#include <map>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

#include "client.hpp"
#include "frame.hpp"

namespace coffeeauth::redis {
namespace {

/// A generation nobody has seen. Random rather than counted: a counter that Redis evicted would
/// start again and make old values reachable.
std::uint64_t fresh_generation() {
  thread_local std::random_device device;
  const auto high = static_cast<std::uint64_t>(device()) << 32U;
  return (high | device()) >> 1U;
}

std::optional<CacheGeneration> parse_generation(const Reply& reply) {
  if (reply.kind != Reply::Kind::bulk) return std::nullopt;
  std::uint64_t value = 0;
  const auto* const end = reply.text.data() + reply.text.size();
  const auto [at, error] = std::from_chars(reply.text.data(), end, value);
  if (error != std::errc{} || at != end) return std::nullopt;
  return CacheGeneration{value};
}

constexpr std::string_view get_or_set =
    "local v = redis.call('GET', KEYS[1]) "
    "if v then return v end "
    "redis.call('SET', KEYS[1], ARGV[1]) return ARGV[1]";

class RedisCache final : public Cache {
 public:
  explicit RedisCache(std::shared_ptr<PooledClient> client) : client_(std::move(client)) {}

  [[nodiscard]] std::optional<CacheGeneration> generation(std::string_view tag) noexcept override {
    try {
      if (!settle_owed(tag)) return std::nullopt;
      const auto key = generation_key(tag);
      const auto reply =
          client_->ask({"EVAL", get_or_set, "1", key, std::to_string(fresh_generation())});
      return reply ? parse_generation(*reply) : std::nullopt;
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }

  [[nodiscard]] std::shared_ptr<const std::string> get(std::string_view tag,
                                                       CacheGeneration generation,
                                                       std::string_view key) noexcept override {
    try {
      const auto full = value_key(tag, generation, key);
      auto reply = client_->ask({"GET", full});
      if (!reply || reply->kind != Reply::Kind::bulk) return nullptr;
      auto value = unframe(full, std::move(reply->text));
      if (!value) client_->note_damaged();
      return value;
    } catch (const std::exception&) {
      return nullptr;
    }
  }

  void put(std::string_view tag, CacheGeneration generation, std::string_view key,
           std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept override {
    if (!value || ttl.count() <= 0) return;
    try {
      const auto full = value_key(tag, generation, key);
      const auto framed = frame(full, *value);
      if (framed.size() > most_octets) {
        // It could not be read back; what it replaces must not be either.
        static_cast<void>(client_->ask({"DEL", full}));
        return;
      }
      const auto seconds = std::to_string(ttl.count());
      static_cast<void>(client_->ask({"SET", full, framed, "EX", seconds}));
    } catch (const std::exception&) {
      // Not stored: the next reader makes it again.
    }
  }

  void invalidate(std::string_view tag) noexcept override {
    try {
      owe(tag);
      static_cast<void>(settle_owed(tag));
    } catch (const std::exception&) {
      // Owed, and settled before this process reads the tag again.
    }
  }

 private:
  [[nodiscard]] std::string generation_key(std::string_view tag) const {
    return client_->prefix() + "generation:" + std::string{tag};
  }
  [[nodiscard]] std::string value_key(std::string_view tag, CacheGeneration generation,
                                      std::string_view key) const {
    // The length of the tag keeps one that ends like a generation apart from a shorter one.
    return client_->prefix() + "value:" + std::to_string(tag.size()) + ":" + std::string{tag} +
           ":" + std::to_string(static_cast<std::uint64_t>(generation)) + ":" + std::string{key};
  }

  void owe(std::string_view tag) {
    const std::lock_guard lock{mutex_};
    owed_.insert_or_assign(std::string{tag}, ++debts_);
  }

  /// Makes up for the invalidations that are owed: those that Redis did not take when they were
  /// asked for. The one of `tag` first, and then some of the others, which this process may never
  /// ask for again while another does. False while the one of `tag` is still owed.
  [[nodiscard]] bool settle_owed(std::string_view tag) {
    for (const auto& [owed, debt] : some_owed(tag)) {
      const auto generation = std::to_string(fresh_generation());
      if (!client_->ask({"SET", generation_key(owed), generation})) return owed != tag;
      const std::lock_guard lock{mutex_};
      // Only now, or another thread would meanwhile be told the old generation; and not if it was
      // owed once more meanwhile.
      const auto settled = owed_.find(owed);
      if (settled != owed_.end() && settled->second == debt) owed_.erase(settled);
    }
    return true;
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> some_owed(std::string_view tag) {
    constexpr std::size_t most_at_once = 8;
    std::vector<std::pair<std::string, std::uint64_t>> some;
    const std::lock_guard lock{mutex_};
    if (const auto own = owed_.find(tag); own != owed_.end()) some.emplace_back(*own);
    for (const auto& other : owed_) {
      if (some.size() >= most_at_once) break;
      if (other.first != tag) some.emplace_back(other);
    }
    return some;
  }

  std::shared_ptr<PooledClient> client_;
  std::mutex mutex_;
  /// Tag and number of the debt.
  std::map<std::string, std::uint64_t, std::less<>> owed_;
  std::uint64_t debts_ = 0;
};

}  // namespace

std::unique_ptr<Cache> make_redis_cache(std::shared_ptr<RedisClient> client) {
  return std::make_unique<RedisCache>(pooled(std::move(client)));
}

}  // namespace coffeeauth::redis
