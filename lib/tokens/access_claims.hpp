#pragma once
/// AccessClaims <-> the JSON of an access token's payload. Private to the library.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/token.hpp"

namespace coffeeauth {

/// What a payload says, well formed and not yet compared with anything.
struct DecodedClaims {
  AccessClaims claims;
  /// `nbf`: never written by us, honoured where it stands.
  std::optional<UtcTime> not_before{};
};

/// Whether a claim of that name is the library's own, or a registered one that it may write later:
/// no ClaimsSource may give it.
[[nodiscard]] bool is_own_claim(std::string_view name) noexcept;

/// Dates are written as whole seconds, rounded down.
[[nodiscard]] std::string encode_claims(const AccessClaims& claims);

/// Nothing when a claim is missing or of another type, a date is no whole number of seconds or
/// beyond the year 9999, or the token would live longer than any configuration allows (24 h).
/// Claims without a meaning here (RFC 7519 4) are in AccessClaims::extra.
[[nodiscard]] std::optional<DecodedClaims> decode_claims(std::string_view json);

}  // namespace coffeeauth
