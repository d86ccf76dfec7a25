#pragma once
/// Files that are part of the program.

#include <string_view>
#include <vector>

namespace coffeeauth::web {

struct Asset {
  std::string_view name;
  /// Quoted, as a header field has it.
  std::string_view etag;
  std::string_view gzipped;
};

/// All of them; made at build time by embed.cmake.
[[nodiscard]] const std::vector<Asset>& assets();

/// The one of that name. Throws std::out_of_range when there is none.
[[nodiscard]] const Asset& asset(std::string_view name);

}  // namespace coffeeauth::web
