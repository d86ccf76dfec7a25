#pragma once
/// ASCII letters, without any locale's say. Private to the library.

#include <string>
#include <string_view>

namespace coffeeauth {

/// `text` in lower case; what is not ASCII stays as it is.
[[nodiscard]] inline std::string ascii_lower(std::string_view text) {
  std::string out{text};
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace coffeeauth
