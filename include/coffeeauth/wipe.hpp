#pragma once
/// Wiping: overwrites bytes that must not stay in memory, for code that cannot hold them in a
/// Secret. The compiler cannot optimise it away.

#include <cstddef>
#include <span>
#include <string>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Overwrites `bytes` with zeros.
void wipe(std::span<std::byte> bytes) noexcept;

/// Overwrites and empties `text`, up to its capacity. Copies left behind by a reallocation are not
/// reached; reserve the capacity first.
void wipe(std::string& text) noexcept;

}  // namespace coffeeauth
