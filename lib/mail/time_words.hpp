#pragma once
/// Times as people say them. Private to lib/mail.

#include <chrono>
#include <string>
#include <string_view>

#include "coffeeauth/time.hpp"

namespace coffeeauth {

/// To the minute, in UTC: `26 November 2026, 14:05 UTC`, `26. November 2026, 14:05 Uhr UTC`. In a
/// language that the library does not know: `2026-11-26, 14:05 UTC`.
[[nodiscard]] std::string moment_in_words(UtcTime time, std::string_view language);

/// The largest unit that is whole: `1 hour`, `90 minutes`, `7 Tage`. Empty for less than a minute,
/// and in a language that the library does not know.
[[nodiscard]] std::string span_in_words(std::chrono::milliseconds span, std::string_view language);

}  // namespace coffeeauth
