#pragma once
/// bearer_token(): the only parser of Authorization fields (RFC 6750 2.1).

#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/result.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Returns the token in the value of an Authorization field, as a view into `authorization`. The
/// scheme is compared case-insensitively (RFC 9110 11.1). Thread-safe.
///
/// Errors: not_authenticated when the value is empty or names another scheme; token_invalid when
/// `Bearer` is followed by nothing or by something other than a b64token, or the token is longer
/// than 4,096 octets. The caller must reject a request with two Authorization fields.
[[nodiscard]] Result<std::string_view> bearer_token(std::string_view authorization) noexcept;

}  // namespace coffeeauth
