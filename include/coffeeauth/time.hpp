#pragma once
/// UtcTime: the one representation of a moment, and how it is written on the wire.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A moment in UTC, to the millisecond. Stores keep it as milliseconds since 1970 in a 64-bit
/// integer, so that no time zone of a database server can bend it.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 in UTC with milliseconds and a `Z`: `2026-11-23T08:30:00.125Z`.
[[nodiscard]] std::string to_rfc3339(UtcTime time);

/// Reads what to_rfc3339 writes (fraction of 1 to 9 digits optional, only `Z`); else nothing.
[[nodiscard]] std::optional<UtcTime> parse_rfc3339(std::string_view text);

/// Milliseconds since 1970-01-01T00:00:00Z, and back.
[[nodiscard]] constexpr std::int64_t to_unix_millis(UtcTime time) noexcept {
  return time.time_since_epoch().count();
}
/// The moment that many milliseconds after 1970-01-01T00:00:00Z.
[[nodiscard]] constexpr UtcTime from_unix_millis(std::int64_t millis) noexcept {
  return UtcTime{std::chrono::milliseconds{millis}};
}

}  // namespace coffeeauth
