#pragma once
/// Those parts of open() that combine several components, for programs that construct Auth
/// themselves.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/cache.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/redis/redis.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace standard {

/// Makes an in-process cache when `client` is null, else a shared one in Redis with an in-process
/// copy in front. Borrows `clock`.
[[nodiscard]] std::unique_ptr<Cache> make_cache(const std::shared_ptr<redis::RedisClient>& client,
                                                const Clock& clock);

/// Makes in-process rate counters when `client` is null, else counters in Redis that fall back to
/// this process while Redis is down.
[[nodiscard]] std::unique_ptr<RateCounter> make_counters(
    const std::shared_ptr<redis::RedisClient>& client);

}  // namespace standard
}  // namespace coffeeauth
