#pragma once
/// Bearer tokens for XOAUTH2.

#include "coffeeauth/smtp/smtp.hpp"

namespace coffeeauth::smtp {

/// Whether `token` is one word of printable ASCII, of a length that servers take.
[[nodiscard]] bool is_bearer_token(const Secret& token) noexcept;

}  // namespace coffeeauth::smtp
