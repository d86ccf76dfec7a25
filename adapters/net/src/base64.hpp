#pragma once
/// Base64 (RFC 4648 4): with padding, and without line ends. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/secret.hpp"

namespace coffeeauth::net {

[[nodiscard]] std::string encode_base64(std::string_view bytes);
/// In memory that is wiped: for credentials, which AUTH and `Authorization: Basic` want encoded.
[[nodiscard]] Secret encode_base64(const Secret& bytes);
/// Nothing for what encode_base64() does not write: blanks, missing padding, bits left over.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace coffeeauth::net
