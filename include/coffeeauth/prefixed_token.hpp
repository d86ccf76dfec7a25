#pragma once
/// Prefixed tokens: what links and clients carry for a feature, `rst_` and 43 further characters.

#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Makes a token: `prefix` and 256 random bits in base64url, in memory that is wiped. The prefix
/// tells the kinds of tokens apart, for people and for scanners of leaked secrets. Throws
/// Unavailable when `random` fails.
[[nodiscard]] Secret make_prefixed_token(std::string_view prefix, RandomSource& random);

/// Whether `token` has the form that make_prefixed_token() gives it for `prefix`: what has not need
/// not be looked up.
[[nodiscard]] bool is_prefixed_token(std::string_view prefix, const Secret& token) noexcept;

}  // namespace coffeeauth
