#pragma once
/// Files that are part of the program.

#include <string_view>
#include <vector>

namespace coffeeauth::web {

struct Asset {
  std::string_view name;
  /// Of the contents, in hexadecimal digits.
  std::string_view hash;
  std::string_view plain;
  std::string_view gzipped;
};

/// All of them; made at build time by embed.cmake.
[[nodiscard]] const std::vector<Asset>& assets();

/// The one of that name. Throws std::out_of_range when there is none.
[[nodiscard]] const Asset& asset(std::string_view name);

}  // namespace coffeeauth::web
