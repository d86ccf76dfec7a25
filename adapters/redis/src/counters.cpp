#include <algorithm>
#include <stdexcept>

#include "client.hpp"

namespace coffeeauth::redis {
namespace {

// The expiry is set again should it ever be missing, or the counter would never start anew.
constexpr std::string_view add_script =
    "local n = redis.call('INCR', KEYS[1]) "
    "local ttl = redis.call('PTTL', KEYS[1]) "
    "if ttl < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) ttl = tonumber(ARGV[1]) end "
    "return {n, ttl}";

constexpr std::string_view peek_script =
    "local n = redis.call('GET', KEYS[1]) "
    "if not n then return {0, 0} end "
    "return {tonumber(n), redis.call('PTTL', KEYS[1])}";

std::optional<RateCount> parse_count(const std::optional<Reply>& reply) {
  if (!reply || reply->kind != Reply::Kind::array || reply->items.size() != 2) return std::nullopt;
  const auto& count = reply->items.front();
  const auto& ttl = reply->items.back();
  if (count.kind != Reply::Kind::integer || ttl.kind != Reply::Kind::integer) return std::nullopt;
  if (count.integer < 0) return std::nullopt;
  return RateCount{static_cast<std::uint64_t>(count.integer),
                   std::chrono::milliseconds{std::max<std::int64_t>(ttl.integer, 0)}};
}

class RedisCounters final : public RateCounter {
 public:
  RedisCounters(std::shared_ptr<PooledClient> client, std::unique_ptr<RateCounter> fallback)
      : client_(std::move(client)), fallback_(std::move(fallback)) {}

  RateCount add(std::string_view key, std::chrono::milliseconds window,
                UtcTime now) noexcept override {
    try {
      const auto count = parse_count(
          client_->ask({"EVAL", add_script, "1", full_key(key), std::to_string(window.count())}));
      if (count) return *count;
    } catch (const std::bad_alloc&) {
      // Counted in the process instead.
    }
    return fallback_->add(key, window, now);
  }

  [[nodiscard]] RateCount peek(std::string_view key, UtcTime now) noexcept override {
    try {
      const auto count = parse_count(client_->ask({"EVAL", peek_script, "1", full_key(key)}));
      if (count) return *count;
    } catch (const std::bad_alloc&) {
      // As above.
    }
    return fallback_->peek(key, now);
  }

  void clear(std::string_view key) noexcept override {
    fallback_->clear(key);
    try {
      static_cast<void>(client_->ask({"DEL", full_key(key)}));
    } catch (const std::bad_alloc&) {
      // It expires by itself.
    }
  }

 private:
  [[nodiscard]] std::string full_key(std::string_view key) const {
    return client_->prefix() + "count:" + std::string{key};
  }

  std::shared_ptr<PooledClient> client_;
  std::unique_ptr<RateCounter> fallback_;
};

}  // namespace

std::unique_ptr<RateCounter> make_redis_counters(std::shared_ptr<RedisClient> client,
                                                 std::unique_ptr<RateCounter> fallback) {
  if (!fallback) throw std::invalid_argument("Redis counters need others to fall back on");
  return std::make_unique<RedisCounters>(pooled(std::move(client)), std::move(fallback));
}

}  // namespace coffeeauth::redis
