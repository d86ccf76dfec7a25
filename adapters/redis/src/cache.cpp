#include <charconv>
#include <mutex>
#include <random>
#include <set>

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
      static_cast<void>(
          client_->ask({"SET", full, frame(full, *value), "EX", std::to_string(ttl.count())}));
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
    return client_->prefix() + "value:" + std::string{tag} + ":" +
           std::to_string(static_cast<std::uint64_t>(generation)) + ":" + std::string{key};
  }

  void owe(std::string_view tag) {
    const std::lock_guard lock{mutex_};
    owed_.emplace(tag);
  }

  /// Invalidates the tag if an invalidation of it is owed: one that Redis did not take when it was
  /// asked for. False while Redis still does not take it.
  [[nodiscard]] bool settle_owed(std::string_view tag) {
    {
      const std::lock_guard lock{mutex_};
      const auto owed = owed_.find(tag);
      if (owed == owed_.end()) return true;
      owed_.erase(owed);
    }
    const auto reply =
        client_->ask({"SET", generation_key(tag), std::to_string(fresh_generation())});
    if (reply) return true;
    owe(tag);
    return false;
  }

  std::shared_ptr<PooledClient> client_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> owed_;
};

}  // namespace

std::unique_ptr<Cache> make_redis_cache(std::shared_ptr<RedisClient> client) {
  return std::make_unique<RedisCache>(std::dynamic_pointer_cast<PooledClient>(std::move(client)));
}

}  // namespace coffeeauth::redis
