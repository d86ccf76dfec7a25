#pragma once
/// Strict reading of the JSON that browsers write.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace coffeeauth::passkeys {

/// Parses one JSON object (RFC 8259) in UTF-8 and nothing else: without a byte order mark, a NUL
/// between its parts, a lone surrogate, a member named twice at any level, or more than 16 levels.
[[nodiscard]] std::optional<nlohmann::json> parse_strict_json(std::string_view text);

/// The text of that name; null when it is absent or not a text.
[[nodiscard]] const std::string* text_at(const nlohmann::json& object, const char* name);

}  // namespace coffeeauth::passkeys
