#pragma once
/// The passwords that everybody tries first. Private to the library.

#include <string_view>

namespace coffeeauth {

/// Whether `folded` (NFKC, letter case folded, at least 8 characters) is in the list that was built
/// in. The list is the one that CMake found in COFFEEAUTH_COMMON_PASSWORDS_FILE.
[[nodiscard]] bool is_common_password(std::string_view folded) noexcept;

}  // namespace coffeeauth
