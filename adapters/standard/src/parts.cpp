#include "coffeeauth/standard/parts.hpp"

#include <utility>

#include "coffeeauth/memory/memory.hpp"

namespace coffeeauth::standard {

std::unique_ptr<Cache> make_cache(const std::shared_ptr<redis::RedisClient>& client,
                                  const Clock& clock) {
  if (!client) return memory::make_memory_cache({}, clock);
  return memory::make_near_cache(redis::make_redis_cache(client), {}, clock);
}

std::unique_ptr<RateCounter> make_counters(const std::shared_ptr<redis::RedisClient>& client) {
  auto own = memory::make_memory_counters({});
  return client ? redis::make_redis_counters(client, std::move(own)) : std::move(own);
}

}  // namespace coffeeauth::standard
