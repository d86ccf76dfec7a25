#pragma once
/// What this process takes of its machine.

#include <cstddef>
#include <optional>

namespace coffeeauth::server {

struct ProcessUsage {
  std::size_t resident_bytes = 0;
  std::size_t open_files = 0;
  std::size_t most_files = 0;
  double cpu_seconds = 0;
};

/// Nothing where the system does not tell.
[[nodiscard]] std::optional<ProcessUsage> process_usage();

}  // namespace coffeeauth::server
