#pragma once
/// How often the races of the contract suites are run, and how they went.

#include <cstddef>
#include <cstdlib>
#include <string>

#include "tests/sanitized.hpp"

namespace coffeeauth::testing {

/// COFFEEAUTH_RACE_ROUNDS, for the long runs; a few when it is not set, and half of them under a
/// sanitizer, which slows each down and looks at every access that runs, however the race ends.
inline std::size_t race_rounds(std::size_t otherwise = 3) {
  const char* text = std::getenv("COFFEEAUTH_RACE_ROUNDS");
  if (text != nullptr) return std::stoul(text);
  return sanitized ? (otherwise + 1) / 2 : otherwise;
}

/// Prints a line: `race: what it shows: rounds x threads, how it came out`.
void report_race(std::size_t rounds, std::size_t threads);

}  // namespace coffeeauth::testing
