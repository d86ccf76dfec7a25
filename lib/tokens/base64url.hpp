#pragma once
/// base64url without padding (RFC 4648 5, RFC 7515 2), in its one canonical form. Private to the
/// library.

#include <optional>
#include <string>
#include <string_view>

namespace coffeeauth {

[[nodiscard]] std::string base64url_encode(std::string_view bytes);

/// Nothing for padding, white space, any foreign character, an impossible length, or bits set
/// beyond the last byte: every byte string has exactly one text that is accepted.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace coffeeauth
