#pragma once
/// UtcTime: the only representation of a point in time, and its text form.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A point in UTC, in milliseconds. Stores keep it as milliseconds since 1970 in a 64-bit integer,
/// so that the time zone of a database server cannot change it.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Writes RFC 3339 in UTC with milliseconds and a `Z`: `2026-11-23T08:30:00.125Z`.
[[nodiscard]] std::string to_rfc3339(UtcTime time);

/// Parses that form (fraction of 1 to 9 digits optional, only `Z`); returns nothing for others.
[[nodiscard]] std::optional<UtcTime> parse_rfc3339(std::string_view text);

/// Returns the milliseconds since 1970-01-01T00:00:00Z.
[[nodiscard]] constexpr std::int64_t to_unix_millis(UtcTime time) noexcept {
  return time.time_since_epoch().count();
}
/// Returns the time `millis` milliseconds after 1970-01-01T00:00:00Z.
[[nodiscard]] constexpr UtcTime from_unix_millis(std::int64_t millis) noexcept {
  return UtcTime{std::chrono::milliseconds{millis}};
}

}  // namespace coffeeauth
