#pragma once
/// The parts of open() that are made of several components, for a program that ties its own Auth
/// together.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/cache.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/redis/redis.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace standard {

/// Makes the cache of this process alone when `client` is null, or else one in Redis with a copy in
/// this process before it. Borrows `clock`.
[[nodiscard]] std::unique_ptr<Cache> make_cache(const std::shared_ptr<redis::RedisClient>& client,
                                                const Clock& clock);

/// Makes rate counters of this process alone when `client` is null, or else such in Redis, which
/// go on in this process while Redis is away.
[[nodiscard]] std::unique_ptr<RateCounter> make_counters(
    const std::shared_ptr<redis::RedisClient>& client);

}  // namespace standard
}  // namespace coffeeauth
