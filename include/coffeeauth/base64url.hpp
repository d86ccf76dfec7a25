#pragma once
/// base64url without padding (RFC 4648 5, RFC 7515 2), in its one canonical form. Pure functions.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Returns the text of `bytes`: four characters of `A-Z a-z 0-9 - _` for every three bytes.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
/// Returns the text of secret bytes, in constant time and in memory that is wiped.
[[nodiscard]] Secret base64url_encode(const Secret& bytes);

/// Returns the bytes of `text`. Nothing for padding, white space, any foreign character, an
/// impossible length, or bits set beyond the last byte: every byte string has exactly one text that
/// is accepted. Not in constant time: for text that is public, or was authenticated by other means.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace coffeeauth
