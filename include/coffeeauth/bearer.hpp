#pragma once
/// bearer_token(): the one reader of Authorization fields (RFC 6750 2.1).

#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/result.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The token in the value of an Authorization field. The scheme is compared without regard to
/// letter case (RFC 9110 11.1). The result points into `authorization`. Thread-safe.
///
/// Errors: not_authenticated when the value is empty or names another scheme; token_invalid when
/// nothing stands behind `Bearer`, when what does is no b64token, and when it is longer than 4,096
/// octets. A request with two Authorization fields is for the caller to refuse.
[[nodiscard]] Result<std::string_view> bearer_token(std::string_view authorization) noexcept;

}  // namespace coffeeauth
