#pragma once
/// Whether a sanitizer watches, under which the same work takes many times as long.

#include <cstddef>

namespace coffeeauth::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

/// How often a single thread tries something random: `times`, a tenth of it under a sanitizer. What
/// goes wrong once in so many is found by the plain run, which has them all, and what of a parser
/// only a sanitizer sees by the fuzzers.
constexpr std::size_t tries(std::size_t times) { return sanitized ? (times + 9) / 10 : times; }

}  // namespace coffeeauth::testing
