#pragma once
/// The passwords that everybody tries first. Private to the library.

#include <string_view>

namespace coffeeauth {

/// Whether `folded` (NFKC, letter case folded) is one of the list that was built in.
[[nodiscard]] bool is_common_password(std::string_view folded) noexcept;

}  // namespace coffeeauth
