#pragma once
/// Tables as a JSON text, and back.

#include <string>

#include "tables.hpp"

namespace json_store {

/// Throws nlohmann::json::exception for a text that is not UTF-8.
[[nodiscard]] std::string to_json_text(const Tables& tables);
/// Throws Unavailable for a text that to_json_text() did not write.
[[nodiscard]] Tables parse_json_text(const std::string& text);

}  // namespace json_store
