#pragma once
/// Wiping: overwriting bytes that must not stay in memory, for code that cannot hold them in a
/// Secret. The compiler does not leave it out.

#include <cstddef>
#include <span>
#include <string>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Overwrites `bytes` with zeros.
void wipe(std::span<std::byte> bytes) noexcept;

/// Overwrites `text`, with what it held before it became shorter, and empties it. What it held
/// before it grew is elsewhere; give it its capacity first.
void wipe(std::string& text) noexcept;

}  // namespace coffeeauth
