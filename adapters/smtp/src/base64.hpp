#pragma once
/// Base64 (RFC 4648) as mail uses it. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace coffeeauth::smtp {

[[nodiscard]] std::string encode_base64(std::string_view bytes);
/// Nothing for what is not base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace coffeeauth::smtp
